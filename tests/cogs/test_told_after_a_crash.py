"""Whoever waited for a word when the bot was killed gets it from the next run, and nobody gets it twice."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from typing import Any

import pytest

from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state import ApiError
from tests.cogs.conftest import HastyClock, bot_process, happening, overhearing, until
from tests.cogs.panel.test_panel_keeper import panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.processes import Program
from tests.support.steering import set_, suggest

PRIVATE_ANSWER, LATER_ANSWER = r"^/webhooks/.*@original$", r"^/webhooks/\d+/[^/]+$"
GONE_FOR_GOOD = {"resume_within_s": 0}
CUT_OFF = "The bot was interrupted before it could answer. Please try again."


def owed(house: House) -> list[tuple[Any, ...]]:
    """What is still to be told of suggestions and to those who wait for an answer."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(
            "SELECT kind, subject_id FROM outbox WHERE kind IN ('settled', 'answer')"
        ).fetchall()


async def killed(process: Program) -> None:
    process.send_signal(signal.SIGKILL)
    await process.communicate()


@asynccontextmanager
async def with_the_host(house: House) -> AsyncIterator[Program]:
    """A bot of its own, with a broadcast in which everything waits for a moderator."""
    async with bot_process(house) as process:
        await set_(house, mode="host", gap_s=0)
        await house.live_broadcast()
        yield process


@contextmanager
def killing(house: House, process: Program, method: str, path: str, *, is_done: bool) -> Iterator[None]:
    """Kills the bot in the moment of a call to Discord, which does it all the same, or never heard of it."""

    def kill(_: object) -> None:
        process.send_signal(signal.SIGKILL)
        if not is_done:
            raise ApiError(500, {"code": 0, "message": "never heard by Discord"})

    with happening(house.discord, method, path, before=kill):
        yield


async def approve(house: House) -> None:
    """Mika lets pass what waits first."""
    panel = next(m for m in reversed(house.discord.messages(CHANNEL)) if m.buttons and not m.private)
    review = await house.review(panel)
    button = next(button for button in review.buttons if button.label == "Approve")
    await house.discord.user("mika").click(review, custom_id=str(button.custom_id))


def told_privately(house: House, who: str) -> list[SeenMessage]:
    return [m for m in house.discord.user(who).messages(CHANNEL) if m.private]


def written_to(house: House, who: str) -> list[str]:
    user = house.discord.user(who)
    return [m.text for m in user.messages(user.direct_channel) if m.from_bot]


@pytest.mark.outage("the bot is killed while people wait for a word")
@pytest.mark.parametrize("goes_on", [True, False], ids=["goes on", "is closed"])
async def test_who_was_told_that_it_waits_is_told_what_became_of_it(house: House, goes_on: bool) -> None:
    """In the same private answer, and by the mark on the message: applied, or not, as the broadcast ends."""
    async with with_the_host(house) as process:
        waiting = await suggest(house, "robin", "an owl hoots")
        message = await house.discord.user("sasha").send(CHANNEL, "!a fox sleeps")
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == message.id and m.reactions == ["📨"], timeout_s=WAIT_S
        )
        await killed(process)
    async with house.bot(**({} if goes_on else GONE_FOR_GOOD)):
        if goes_on:
            await house.shown("2 wait for a moderator")
            for _ in range(2):
                await approve(house)
        word, mark = ("✅ Applied", "✅") if goes_on else ("The bot was restarted", "❌")
        answer = await house.shown(word, as_user="robin")
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == message.id and m.reactions == [mark], timeout_s=WAIT_S
        )
        await until(house, lambda: owed(house) == [])
    assert [answer.id] == [waiting.id] == [m.id for m in told_privately(house, "robin")]
    assert written_to(house, "robin") == written_to(house, "sasha") == []


async def test_who_cannot_be_told_in_their_answer_gets_one_direct_message(
    house: House, clock: HastyClock
) -> None:
    """Killed when Discord has made it and nothing says so yet: the next run does not write again."""
    async with with_the_host(house) as process:
        await suggest(house, "robin", "an owl hoots")
        await killed(process)
    clock.forward(minutes=16)
    async with house.bot(**GONE_FOR_GOOD):
        await house.told("an owl hoots", to="robin")
        await until(house, lambda: owed(house) == [])
    assert len(written_to(house, "robin")) == 1


async def test_a_kill_between_a_direct_message_and_its_record_writes_nothing_twice(house: House) -> None:
    """It was noted before that it is begun; Discord cannot be asked whether it came."""
    async with with_the_host(house) as process:
        await suggest(house, "robin", "an owl hoots")
        await killed(process)
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE outbox SET made_at = datetime(made_at, '-16 minutes') WHERE kind = 'answer'")
    async with bot_process(house, is_awaited=False, RESUME_WITHIN_S="0") as process:
        with happening(
            house.discord,
            "POST",
            f"/channels/{house.discord.user('robin').direct_channel}/messages$",
            after=lambda _: process.send_signal(signal.SIGKILL),
        ):
            await process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(written_to(house, "robin")) == 1
    async with house.bot(**GONE_FOR_GOOD):
        await until(house, lambda: owed(house) == [])
    assert len(written_to(house, "robin")) == 1


@pytest.mark.outage("the bot is killed while it answers")
@pytest.mark.parametrize("is_done", [False, True], ids=["before it came", "before that was noted"])
async def test_a_command_that_was_killed_while_it_was_answered_says_so(house: House, is_done: bool) -> None:
    """It does not say for ever that the bot is thinking. What lets the bot answer is stored sealed."""
    robin = house.discord.user("robin")
    async with bot_process(house) as process:
        with killing(house, process, "POST", LATER_ANSWER, is_done=is_done):
            asking = asyncio.create_task(robin.slash(CHANNEL, "odyssey recording"))
            await process.communicate()
            with suppress(Exception):
                await asking
    [thinking] = told_privately(house, "robin")
    assert len(owed(house)) == 1
    tokens = list(house.discord.world.backend.interaction_tokens)
    assert tokens
    stored = b"".join(file.read_bytes() for file in house.directory.glob("odyssey.sqlite3*"))
    assert not [token for token in tokens if token.encode() in stored]
    async with house.bot():
        await until(house, lambda: owed(house) == [])
    [answer] = told_privately(house, "robin")
    assert answer.id == thinking.id
    assert answer.text == (thinking.text if is_done else CUT_OFF)
    assert thinking.thinking is not is_done


async def test_an_answer_that_nobody_can_be_given_any_more_is_forgotten(
    house: House, clock: HastyClock
) -> None:
    """After a quarter of an hour Discord takes it no longer: it is not even asked, and nothing is kept."""
    robin = house.discord.user("robin")
    async with bot_process(house) as process:
        with killing(house, process, "POST", LATER_ANSWER, is_done=False):
            asking = asyncio.create_task(robin.slash(CHANNEL, "odyssey recording"))
            await process.communicate()
            with suppress(Exception):
                await asking
    clock.forward(minutes=15)
    with overhearing(house.discord, ".*", r"^/webhooks/") as asked:
        async with house.bot():
            await until(house, lambda: owed(house) == [])
    assert asked == []


async def test_who_waits_for_longer_than_discord_takes_edits_is_written_to(
    house: House, clock: HastyClock
) -> None:
    """A quarter of an hour: what lets the bot edit the answer is not kept any longer."""
    async with house.bot():
        await set_(house, mode="host", lifetime_s=900)
        await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        await until(house, lambda: [kind for kind, _ in owed(house)] == ["answer"])
        clock.forward(minutes=16)
        await house.told("It waited for too long", to="robin")
        await until(house, lambda: owed(house) == [])
    assert len(written_to(house, "robin")) == 1


@pytest.mark.parametrize("is_done", [False, True], ids=["before it came", "before that was noted"])
async def test_a_start_that_was_killed_before_its_panel_gets_it_in_its_place(
    house: House, is_done: bool
) -> None:
    """What says that the bot is thinking is taken for the panel of a broadcast that goes on."""
    async with bot_process(house) as process:
        with killing(house, process, "PATCH", PRIVATE_ANSWER, is_done=is_done):
            asking = asyncio.create_task(
                house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
            )
            await process.communicate()
            with suppress(Exception):
                await asking
    [thinking] = [m for m in house.discord.messages(CHANNEL) if m.from_bot]
    async with house.bot():
        live = await house.shown("Live")
        await until(house, lambda: owed(house) == [])
        assert live.id == thinking.id
        assert panels(house) == [thinking.id]
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
    assert panels(house, "Ended by") == [thinking.id]
