"""What moderators' deeds come to when the moment is wrong, or the disk is."""

import asyncio

import pytest

from bot.broadcast.audit import Action
from bot.broadcast.relay.streams import Streams
from bot.storage.guilds import DatabaseGuilds
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest


async def test_nothing_is_decided_about_a_broadcast_that_is_ending(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told that the safe prompt is sent, or a vote open, when nothing is sent any more."""
    mika = house.discord.user("mika")
    may_end = asyncio.Event()

    async def end_slowly(*_: object) -> None:
        await may_end.wait()

    monkeypatch.setattr(Streams, "_end", end_slowly)
    async with house.bot():
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Ending")
        for command, options in (
            ("panic", {}),
            ("pause", {}),
            ("resume", {}),
            ("mode", {"mode": "vote"}),
            ("callvote", {"mode": "vote"}),
        ):
            answer = await mika.slash(CHANNEL, f"odyssey {command}", **options)
            assert "This broadcast is over" in (await answer.final(timeout_s=WAIT_S)).text, command
        may_end.set()
        await house.shown("Ended by its host")
        audit = await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)
        assert "Nothing has been done yet" in audit.text


async def test_who_is_muted_calls_no_vote(house: House) -> None:
    """Where viewers may change the mode, those who may not steer may not either."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, viewers_may_call_votes="yes")
        await house.live_broadcast()
        await (await mika.slash(CHANNEL, "odyssey mute", person=robin.id)).final(timeout_s=WAIT_S)
        refused = await robin.slash(CHANNEL, "odyssey callvote", mode="draw")
        assert "has muted you from steering" in refused.text
        called = await house.discord.user("sasha").slash(CHANNEL, "odyssey callvote", mode="vote")
        assert "The vote is open" in called.text


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("mode", "From now on it is decided by vote"),
        ("pause", "Suggestions are paused"),
        ("resume", "Suggestions are taken again"),
        ("panic", "the line is empty"),
        ("mute", "cannot steer"),
        ("unmute", "can steer again"),
    ],
)
async def test_a_slow_disk_makes_no_deed_look_as_if_it_had_failed(
    house: House, monkeypatch: pytest.MonkeyPatch, command: str, word: str
) -> None:
    """Discord hears at once that an answer will come; the answer comes once the deed is stored."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    save, may_save = DatabaseGuilds.save_action, asyncio.Event()

    async def save_slowly(records: DatabaseGuilds, action: Action) -> None:
        await may_save.wait()
        await save(records, action)

    options: dict[str, object] = {"mode": "vote"} if command == "mode" else {}
    if command in ("mute", "unmute"):
        options = {"person": robin.id}
    async with house.bot():
        await house.live_broadcast()
        if command == "unmute":
            await (await mika.slash(CHANNEL, "odyssey mute", **options)).final(timeout_s=WAIT_S)
        monkeypatch.setattr(DatabaseGuilds, "save_action", save_slowly)
        answer = await mika.slash(CHANNEL, f"odyssey {command}", **options)
        assert answer.message, answer.failed
        assert answer.message.thinking
        assert answer.message.private
        may_save.set()
        assert word in (await answer.final(timeout_s=WAIT_S)).text


@pytest.mark.parametrize("verdict", ["Approve", "Refuse"])
async def test_a_slow_disk_makes_no_verdict_look_as_if_it_had_failed(
    house: House, monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    """The click is taken at once; the next suggestion is shown once the verdict is stored."""
    mika = house.discord.user("mika")
    save, may_save = DatabaseGuilds.save_action, asyncio.Event()

    async def save_slowly(records: DatabaseGuilds, action: Action) -> None:
        await may_save.wait()
        await save(records, action)

    async with house.bot():
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        review = await house.review(panel)
        monkeypatch.setattr(DatabaseGuilds, "save_action", save_slowly)
        answer = await mika.click(review, label=verdict)
        assert answer.failed is None
        may_save.set()
        assert (await house.shown("Nothing waits for you")).id == review.id


async def test_a_mute_that_cannot_be_stored_does_not_hold(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its moderator is told that it failed, and so it has; the same for letting somebody steer again."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")

    async def fail(*_: object) -> None:
        raise OSError("disk full")

    async with house.bot():
        await house.live_broadcast()
        with monkeypatch.context() as disk:
            disk.setattr(DatabaseGuilds, "save_mute", fail)
            answer = await mika.slash(CHANNEL, "odyssey mute", person=robin.id)
            assert "Something went wrong" in (await answer.final(timeout_s=WAIT_S)).text
        assert "Taken" in (await suggest(house, "robin", "an owl hoots")).text
        answer = await mika.slash(CHANNEL, "odyssey mute", person=robin.id)
        assert "cannot steer" in (await answer.final(timeout_s=WAIT_S)).text
        with monkeypatch.context() as disk:
            disk.setattr(DatabaseGuilds, "remove_mutes", fail)
            answer = await mika.slash(CHANNEL, "odyssey unmute", person=robin.id)
            assert "Something went wrong" in (await answer.final(timeout_s=WAIT_S)).text
        assert "has muted you" in (await suggest(house, "robin", "an owl hoots")).text
