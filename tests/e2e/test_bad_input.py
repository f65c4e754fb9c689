"""What goes wrong, as its user sees it: one sentence with a next step, and the bot goes on."""

import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House


async def test_a_wrong_odyssey_key_is_said_to_operator_and_host(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so at start; a host is told whom to ask; the bot goes on."""
    async with house.bot(odyssey_api_key="ody_wrong"):
        assert "Odyssey refused ODYSSEY_API_KEY" in caplog.text
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
        failed = await house.shown("Failed")
        assert "refused the bot's API key" in failed.text
        assert await house.goes_on()
    assert "ody_wrong" not in caplog.text


async def test_a_usage_limit_is_shown_with_its_end(house: House) -> None:
    """The month's hours are used up: how many they are, and when there are new ones."""
    async with (
        Standin(StandinSettings(api_key=API_KEY, faults=True)) as service,
        house.bot(odyssey_api_url=service.url),
    ):
        service.faults.arm("usage_error")
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
        failed = await house.shown("Failed")
        told = re.search(r"used up \(10 of 10\)\. New ones are there <t:(\d+):R>", failed.text)
        assert told
        ends_at = datetime.fromtimestamp(int(told[1]), UTC)
        assert (ends_at.day, ends_at > datetime.now(UTC)) == (1, True)


async def test_a_service_that_cannot_be_reached(house: House) -> None:
    """Nothing listens: the panel says so, and the bot goes on."""
    async with house.bot(odyssey_api_url="http://127.0.0.1:9"):
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
        failed = await house.shown("Failed")
        assert "did not answer in time" in failed.text
        assert "Odyssey says" not in failed.text
        assert await house.goes_on()


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("odyssey start", {"prompt": " \u200b "}, "That prompt is empty"),
        ("odyssey start", {"prompt": "x" * 1001}, "1001 characters, 1000 are the most"),
        ("odyssey say", {"prompt": "snow"}, "No broadcast is running"),
        ("odyssey end", {}, "No broadcast is running"),
        ("odyssey status", {}, "No broadcast is running"),
    ],
)
async def test_what_cannot_be_done_is_answered_privately(
    house: House, command: str, options: dict[str, str], sentence: str
) -> None:
    """Only the author sees the sentence; a reference is not for refusals."""
    robin = house.discord.user("robin")
    async with house.bot():
        answer = await robin.slash(CHANNEL, command, **options)
        message = await answer.final(timeout_s=WAIT_S)
        assert sentence in message.text
        assert message.private
        assert "Reference" not in message.text


async def test_what_nobody_foresaw_is_answered_with_a_reference(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug tells its user a word that the log has too, and nothing else of what went wrong."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("bot.broadcast.show.service.Broadcasts.in_channel", broken)
    async with house.bot():
        answer = await house.discord.user("robin").slash(CHANNEL, "odyssey status")
        assert "Something went wrong on our side" in answer.text
        assert "inside" not in answer.text
        reference = re.search(r"Reference: (\w+)", answer.text)
        assert reference
        assert reference[1] in {getattr(record, "ref", None) for record in caplog.records}


async def test_a_live_broadcast_refuses_what_it_must(house: House) -> None:
    """A second start names the host; a stranger cannot end; bad chat suggestions are told why."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        panel = await house.live_broadcast()
        second = await robin.slash(CHANNEL, "odyssey start", prompt="A dog")
        assert "**Mika** is already running a broadcast" in second.text
        stranger = await robin.click(panel, label="Moderate")
        assert "Only moderators can do this" in stranger.text
        assert "Only **Mika** or a moderator can end" in (await robin.slash(CHANNEL, "odyssey end")).text
        await robin.send(CHANNEL, f"<@{house.discord.world.application_id}>")
        await house.told("That prompt is empty", to="robin")
        await robin.send(CHANNEL, "!" + "x" * 1500)
        await house.told("1500 characters", to="robin")
        ended = await mika.slash(CHANNEL, "odyssey end")
        assert "is ending" in ended.text


async def test_the_service_goes_away_in_mid_stream(house: House) -> None:
    """The channel learns that the connection was lost; what was streamed is in the database.

    Nobody says that there is no recording: nobody knows.
    """
    robin = house.discord.user("robin")
    async with AsyncExitStack() as service:
        doomed = await service.enter_async_context(Standin(StandinSettings(api_key=API_KEY)))
        await service.enter_async_context(
            house.bot(odyssey_api_url=doomed.url, recording_timeout_s=0.5, relay_tries=1)
        )
        await house.live_broadcast()
        await doomed.__aexit__(None, None, None)
        failed = await house.shown("The connection to Odyssey was lost")
        assert "Reference: " in failed.text
        late = await robin.slash(CHANNEL, "odyssey recording")
        assert "cannot be had from Odyssey just now" in (await late.final(timeout_s=WAIT_S)).text
        assert await house.goes_on()
    assert not any("No recording yet" in message.text for message in house.discord.messages(CHANNEL))


async def test_a_recording_that_never_comes_is_said_so(house: House) -> None:
    """After the timeout the channel is told, with the stream's ID and what to try."""
    async with (
        Standin(StandinSettings(api_key=API_KEY, recording_delay_s=3600)) as slow,
        house.bot(odyssey_api_url=slow.url, recording_timeout_s=0.5),
    ):
        await house.live_broadcast()
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        post = await house.shown("No recording yet")
        assert "try /odyssey recording later" in post.text.replace("`", "")


async def test_the_streams_time_is_up(house: House) -> None:
    """The service ends the stream, and no other is tried: an end, not a failure; the recording is posted."""
    async with (
        Standin(StandinSettings(api_key=API_KEY, stream_limit_s=1, recording_delay_s=0.1)) as brief,
        house.bot(odyssey_api_url=brief.url, relay_tries=0),
    ):
        await house.live_broadcast()
        await house.shown("The stream's time was up")
        await house.shown("Recording")
