"""A deed is one thing, the word of it another: it is done, and in the audit list, whoever heard of it."""

import asyncio
import logging
from collections.abc import Awaitable
from types import SimpleNamespace

import pytest

from bot.broadcast.audit import Action
from bot.storage.guilds import DatabaseGuilds
from tests.cogs.conftest import refusing, until
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest

FIRST_ANSWER, LATER_ANSWER = r"^/interactions/", r"^/webhooks/"
DEAD, ANSWERED, UNWELL = (404, 10062), (400, 40060), (503, 0)
GONE, EXPIRED = (404, 10008), (401, 50027)


def count(caplog: pytest.LogCaptureFixture) -> int:
    """How many answers failed."""
    return sum("could not be answered" in record.getMessage() for record in caplog.records)


def check_log(caplog: pytest.LogCaptureFixture) -> None:
    """There are lines of answers that failed, and nothing that looks like a fault of the bot's."""
    assert count(caplog)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]


@pytest.fixture(autouse=True)
def hasty_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py asks an unwell Discord five times, and pauses for 25 s in all."""

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("discord.webhook.async_.asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": sleep}))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[Action]:
    """What comes to stand in the audit list."""
    actions: asyncio.Queue[Action] = asyncio.Queue()
    save = DatabaseGuilds.save_action

    async def save_and_tell(records: DatabaseGuilds, action: Action) -> None:
        await save(records, action)
        actions.put_nowait(action)

    monkeypatch.setattr(DatabaseGuilds, "save_action", save_and_tell)
    return actions


async def meanwhile(
    recorded: asyncio.Queue[Action], asked: Awaitable[object], kind: str, subject: str = ""
) -> None:
    """Returns when that stands in the audit list, whether or not what was asked is answered."""
    asking = asyncio.ensure_future(asked)
    async with asyncio.timeout(WAIT_S):
        action = await recorded.get()
    assert action.kind.value == kind
    assert subject in action.subject
    asking.cancel()
    await asyncio.wait({asking})


@pytest.mark.parametrize("fault", [DEAD, ANSWERED, UNWELL])
async def test_what_nobody_can_be_told_of_is_done_and_recorded(
    house: House,
    caplog: pytest.LogCaptureFixture,
    recorded: asyncio.Queue[Action],
    fault: tuple[int, int],
) -> None:
    """Discord refuses each first answer: as to a dead interaction, to an answered one, or it is unwell."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    status, code = fault
    async with house.bot():
        panel = await house.live_broadcast()
        controls = await house.controls(panel)
        with refusing(house.discord, "POST", FIRST_ANSWER, status=status, code=code):
            for command, options, kind in (
                ("pause", {}, "pause"),
                ("resume", {}, "resume"),
                ("callvote", {"mode": "draw"}, "call_vote"),
                ("mode", {"mode": "vote"}, "mode"),
                ("mute", {"person": robin.id}, "mute"),
                ("unmute", {"person": robin.id}, "unmute"),
                ("settings", {"name": "gap_s", "value": "1"}, "setting"),
                ("panic", {}, "panic"),
            ):
                await meanwhile(recorded, mika.slash(CHANNEL, f"odyssey {command}", **options), kind)
            await meanwhile(recorded, mika.click(controls, label="Panic"), "panic")
            await until(house, lambda: count(caplog) > 0, can_answer=False)
        await house.shown("Decided by vote")
        check_log(caplog)


@pytest.mark.parametrize("fault", [DEAD, ANSWERED, UNWELL])
async def test_a_moderators_end_and_verdicts_need_no_answer(
    house: House,
    caplog: pytest.LogCaptureFixture,
    recorded: asyncio.Queue[Action],
    fault: tuple[int, int],
) -> None:
    """Nor does an edit in a dialogue."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    status, code = fault
    async with house.bot():
        await set_(house, mode="host")
        await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        panel = await house.shown("🔴 Live")
        for idea in ("first idea", "second thing", "third way"):
            await suggest(house, "robin", idea)
        review = await house.review(panel)
        dialogue = await mika.click(review, label="Edit")
        while not recorded.empty():
            recorded.get_nowait()
        with refusing(house.discord, "POST", FIRST_ANSWER, status=status, code=code):
            edited = mika.submit_modal(dialogue, {"What is sent": "an idea, softly"})
            await meanwhile(recorded, edited, "edit", "an idea, softly")
            await meanwhile(recorded, mika.slash(CHANNEL, "odyssey end"), "end", "A cat")
            await until(house, lambda: count(caplog) > 0, can_answer=False)  # asked five times
        await house.shown("Ended by the moderator")
        check_log(caplog)


async def test_an_end_is_answered_once_an_unwell_discord_is_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The broadcast does not wait for it."""
    mika = house.discord.user("mika")
    async with house.bot():
        await house.live_broadcast()
        with refusing(house.discord, "POST", FIRST_ANSWER, status=500):
            asking = asyncio.ensure_future(mika.slash(CHANNEL, "odyssey end"))
            await house.shown("Ended by its host")
            await until(house, lambda: count(caplog) > 0, can_answer=False)
            asking.cancel()
        check_log(caplog)
        assert await house.goes_on()


@pytest.mark.parametrize("fault", [GONE, EXPIRED, UNWELL])
async def test_an_answer_that_is_lost_later_is_not_called_a_failure(
    house: House, caplog: pytest.LogCaptureFixture, fault: tuple[int, int]
) -> None:
    """The message is gone, or the token is dead after a slow line: nobody is told to try again."""
    mika = house.discord.user("mika")
    status, code = fault
    async with house.bot():
        await house.live_broadcast()
        with refusing(house.discord, "PATCH", LATER_ANSWER, status=status, code=code) as refused:
            for command, options in (
                ("say", {"prompt": "an owl hoots"}),
                ("pause", {}),
                ("panic", {}),
                ("mode", {"mode": "draw"}),
                ("settings", {}),
                ("settings", {"name": "gap_s", "value": "1"}),
                ("audit", {}),
            ):
                refused.clear()
                await mika.slash(CHANNEL, f"odyssey {command}", **options)
                await until(house, lambda: bool(refused), can_answer=False)
            await until(house, lambda: count(caplog) >= 7, can_answer=False)
        await house.controls(await house.shown("🔴 Live"))
        await house.shown("Decided by lot")
        assert not [message for message in mika.messages(CHANNEL) if "went wrong" in message.text]
        check_log(caplog)
