"""One broadcast with a crowd, from its start to the last word about it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Viewer
from bot.demo.actors import User
from bot.demo.discord_server import LocalDiscord
from bot.demo.views import NotPossibleError, SeenMessage
from bot.demo.world import ApiError
from bot.standin.service import Standin, StandinSettings
from tests.crowd.judge import Judge, Verdict
from tests.crowd.people import Person, passed
from tests.crowd.seen import Requests, Seen
from tests.crowd.truth import Truth, fates
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House

VERDICTS = {"Approve": 6, "Edit": 1, "Refuse": 2, "Next": 1}
QUIET_S = 1.5
"""After which nobody is told anything more."""


@dataclass
class Report:
    """What came of one broadcast."""

    mode: Mode
    people: int
    suggestions: int
    verdict: Verdict
    away_s: float
    """The longest time for which the panel was more than a screen away."""
    most: dict[str, int]
    """Messages sent, edited and deleted, and marks, in any five seconds, in one channel."""


@asynccontextmanager
async def crowd_house(
    directory: Path, *, stream_limit_s: float = 150.0
) -> AsyncIterator[tuple[House, Requests]]:
    """A house with nobody in it yet, whose requests to Discord are counted."""
    requests = Requests()
    standin = Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=stream_limit_s))
    async with LocalDiscord(add_routes=requests.listen) as discord, standin:
        yield House(directory, discord, standin), requests


def crowd_of(discord: LocalDiscord, size: int) -> list[User]:
    """So many people who join."""
    return [discord.add_user(f"viewer{number}", display_name=f"Viewer {number}") for number in range(size)]


async def show(
    house: House,
    requests: Requests,
    crowd: list[User],
    mode: Mode,
    *,
    duration_s: float,
    pause_s: float,
    seed: int = 11,
) -> Report:
    """A broadcast decided in this mode, in which each of the crowd acts about every `pause_s` seconds."""
    mika, dice = house.discord.user("mika"), random.Random(seed)
    seen = Seen(house.discord, [*crowd, mika])
    truth = Truth([Viewer(user.id, user.name) for user in crowd])
    requests.most.clear()
    await (await mika.slash(CHANNEL, "odyssey settings", name="mode", value=mode.value)).final()
    since = house.discord.messages(CHANNEL)[-1].id
    people = [Person(user, random.Random(dice.random()), lambda: seen.panel, since) for user in crowd]
    prompt = f"A harbour, decided by {mode.value}"
    async with AsyncExitStack() as stack:
        stack.enter_context(seen.watching())
        await stack.enter_async_context(truth.followed())
        await house.live_broadcast(prompt)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as acting:
            for person in people:
                acting.create_task(person.live(stop, pause_s=pause_s), name=person.user.name)
            if mode is Mode.HOST:
                acting.create_task(_moderate(mika, seen, stop, dice, pause_s=pause_s / 4), name="moderator")
            asyncio.get_running_loop().call_later(duration_s, stop.set)
        await mika.slash(CHANNEL, "odyssey end")
        await house.discord.wait_for_message(
            CHANNEL, lambda each: "Full video" in each.text and prompt in each.text, timeout_s=WAIT_S
        )
        await seen.until_quiet(QUIET_S)
    result = fates(house.directory / "odyssey.sqlite3", truth.broadcast_id)
    return Report(
        mode=mode,
        people=len(people),
        suggestions=len(result),
        verdict=Judge(people, seen, truth, result).judged(),
        away_s=seen.longest_away_s,
        most=dict(requests.most),
    )


async def _moderate(
    mika: User, seen: Seen, until: asyncio.Event, dice: random.Random, *, pause_s: float
) -> None:
    """Decides on one suggestion after the other, as a moderator who has their controls open."""
    while not await passed(until, dice.expovariate(1 / pause_s)):
        with suppress(NotPossibleError, ApiError):
            await _decide(mika, seen, dice)


async def _decide(mika: User, seen: Seen, dice: random.Random) -> None:
    own = [each for each in mika.messages(CHANNEL, limit=60) if each.private]
    for label in ("Approve", "Review"):
        for message in reversed(own):
            if any(button.label.startswith(label) and not button.disabled for button in message.buttons):
                await _press(mika, message, label, dice)
                return
    if seen.panel:
        await _press(mika, seen.panel, next(_opens_review(seen.panel)), dice)


def _opens_review(panel: SeenMessage) -> Iterator[str]:
    return (each.label for each in panel.buttons if each.label.startswith(("Review", "Moderate")))


async def _press(mika: User, message: SeenMessage, label: str, dice: random.Random) -> None:
    if label == "Approve":
        label = dice.choices(list(VERDICTS), list(VERDICTS.values()))[0]
    label = next(button.label for button in message.buttons if button.label.startswith(label))
    shown = await mika.click(message, label=label)
    if shown.modal:
        field = shown.modal.fields[0]
        await mika.submit_modal(shown, {field["custom_id"]: f"{field['value']}, softly"})
