"""One broadcast with a crowd, from its start to the last word about it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Viewer
from bot.local.discord.people.users import User
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from tests.crowd.judge import Judge, Verdict
from tests.crowd.moderator import moderate
from tests.crowd.people import Person
from tests.crowd.seen import Requests, Seen
from tests.crowd.truth import Truth, fates
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House

QUIET_S = 1.0
"""After which nobody is told anything more."""


@dataclass
class Report:
    """What came of one broadcast. `modes` are those by which it was decided, one after the other."""

    modes: tuple[Mode, ...]
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
    async with LocalDiscord(add_routes=requests.listen, response_timeout_s=WAIT_S) as discord, standin:
        yield House(directory, discord, standin), requests


def crowd_of(discord: LocalDiscord, size: int) -> list[User]:
    """So many people who join."""
    return [discord.add_user(f"viewer{number}", display_name=f"Viewer {number}") for number in range(size)]


async def show(
    house: House,
    requests: Requests,
    crowd: list[User],
    *modes: Mode,
    duration_s: float,
    pause_s: float,
    seed: int = 11,
) -> Report:
    """A broadcast decided in these modes, each for the same time.

    Each of the crowd acts about every `pause_s` seconds.
    """
    mika, dice = house.discord.user("mika"), random.Random(seed)
    truth = Truth([Viewer(user.id, user.name) for user in crowd])
    requests.most.clear()
    await (await mika.slash(CHANNEL, "odyssey settings", name="mode", value=modes[0].value)).final()
    since = house.discord.messages(CHANNEL)[-1].id
    seen = Seen(house.discord, [*crowd, mika], since)
    people = [Person(user, random.Random(dice.random()), lambda: seen.panel, since) for user in crowd]
    prompt = f"A quiet page, decided by {' then '.join(modes)}"
    async with AsyncExitStack() as stack:
        stack.enter_context(seen.watching())
        await stack.enter_async_context(truth.followed())
        await house.live_broadcast(prompt)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as acting:
            for person in people:
                acting.create_task(person.live(stop, pause_s=pause_s), name=person.user.name)
            if Mode.HOST in modes:
                moderating = moderate(mika, lambda: seen.panel, stop, dice, since, pause_s=pause_s / 4)
                acting.create_task(moderating, name="moderator")
            for mode in modes:
                if mode is not modes[0]:
                    await mika.slash(CHANNEL, "odyssey mode", mode=mode.value)
                await asyncio.sleep(duration_s / len(modes))
            stop.set()
        await mika.slash(CHANNEL, "odyssey end")
        await house.discord.wait_for_message(
            CHANNEL, lambda each: "Full video" in each.text and prompt in each.text, timeout_s=WAIT_S
        )
        await seen.until_quiet(QUIET_S)
    result = fates(house.directory / "odyssey.sqlite3", truth.broadcast_id)
    return Report(
        modes=modes,
        people=len(people),
        suggestions=len(result),
        verdict=Judge(people, seen.versions, truth, result).judged(),
        away_s=seen.longest_away_s,
        most=dict(requests.most),
    )
