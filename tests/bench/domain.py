"""The domain alone: suggestions a second through intake, line, policy and ledger, on one core.

The baseline, in the same run: the same number of prompts handed from one task to another.
"""

import asyncio
import random
import resource
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.model import Channel, Ending, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.world import StartedStream, StreamEvents
from bot.process.clock import SystemClock
from tests.broadcast.conftest import person, put_in, start
from tests.broadcast.fakes import (
    ListeningAudience,
    MemoryJournal,
    PostingBoard,
    ScriptedRecordings,
    ScriptedWorld,
    desk_of,
    ports,
)
from tests.support.rules import arbitration_settings, line_limits, policy_settings

SUGGESTIONS = 60_000
PEOPLE = 500
TARGET_PER_S = 20_000
FULL = (200, 1000)
"""The line's limit by default, and the highest that a server can set."""
ROUNDS_WHEN_FULL = 200
LONGEST_WORDS = 120
"""As many words as 500 characters hold."""
CHANNEL = Channel(1, 1)


class Forgetful:
    """A journal that keeps nothing, so that only the domain is measured."""

    async def _nothing(self, *things: object, **more: object) -> None:
        """Nothing."""

    async def save_signs_of_life(self, broadcast_ids: Collection[str], at: datetime) -> None:
        """Nothing."""

    def note_floor(self, broadcast_id: str, mode: Mode, *, is_paused: bool) -> None:
        """Nothing."""

    def note_ending(self, broadcast_id: str, ending: Ending) -> None:
        """Nothing."""

    def note_approval(self, broadcast_id: str, suggestion_id: str, at: datetime | None) -> None:
        """Nothing."""

    def note_place(self, broadcast_id: str, suggestion_id: str, place: int | None) -> None:
        """Nothing."""

    def note_vote(self, broadcast_id: str, viewer_id: int, suggestion_id: str | None) -> None:
        """Nothing."""

    def note_ballot(self, broadcast_id: str, closes_at: datetime | None) -> None:
        """Nothing."""

    def note_motion(self, broadcast_id: str, motion: MotionLeft | None) -> None:
        """Nothing."""

    def note_vote_on_mode(self, broadcast_id: str, viewer_id: int, is_for: bool | None) -> None:
        """Nothing."""

    def save_suggestion(self, suggestion: Suggestion, **more: bool) -> asyncio.Future[None]:
        """Stored at once."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stored.set_result(None)
        return stored

    save_broadcast = save_stream = save_recording = _nothing
    save_last_moment = save_handed_in = _nothing


class InstantWorld(ScriptedWorld):
    """Acknowledges at once, and keeps no list of it."""

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        return StartedStream("stream", prompt)

    async def interact(self, prompt: str) -> str:
        return prompt


def main() -> None:
    """`python -m tests.bench domain`."""
    baseline = asyncio.run(_hand_over())
    print(f"{'':<44}{'a second':>10}{'ratio':>8}{'target':>10}{'growth, MB':>12}")
    print(f"{'baseline: prompts handed between two tasks':<44}{baseline:>10.0f}{1:>8.2f}")
    for mode in Mode:
        per_s, grown_mb = asyncio.run(_measure(mode))
        verdict = "ok" if per_s >= TARGET_PER_S else "short"
        print(
            f"{'suggestions, mode ' + mode.value:<44}{per_s:>10.0f}{per_s / baseline:>8.2f}"
            f"{TARGET_PER_S:>10}{grown_mb:>12.1f}  {verdict}"
        )
    print(f"\n{'a line that is full':<44}{'µs for a suggestion':>20}{'µs for a choice':>18}")
    for waiting in FULL:
        for mode in Mode:
            suggestion_us, choice_us = _cost_when_full(mode, waiting)
            print(f"{f'{waiting} waiting, mode {mode.value}':<44}{suggestion_us:>20.0f}{choice_us:>18.0f}")
    print(f"\n{'the longest prompts, all different':<44}{'ms for a suggestion':>20}{'ms for a vote':>18}")
    for waiting in FULL:
        suggestion_ms, vote_ms = _cost_of_the_longest(waiting)
        print(f"{f'{waiting} waiting, the longest of all':<44}{suggestion_ms:>20.1f}{vote_ms:>18.1f}")


async def _hand_over() -> float:
    queue: asyncio.Queue[str] = asyncio.Queue()

    async def take() -> None:
        for _ in range(SUGGESTIONS):
            await queue.get()

    taking = asyncio.ensure_future(take())
    began = time.process_time()
    for number in range(SUGGESTIONS):
        queue.put_nowait(_prompt(number))
        await asyncio.sleep(0)
    await taking
    return SUGGESTIONS / (time.process_time() - began)


async def _measure(mode: Mode) -> tuple[float, float]:
    """Suggestions a second, and by how much the process grew meanwhile.

    Where nobody has to vote or approve, each is taken, sent and settled; else most meet a full line.
    """
    forgetful, world = Forgetful(), InstantWorld()
    all_ports = replace(
        ports(world, MemoryJournal(), ListeningAudience(MemoryJournal()), SystemClock()),
        journal=forgetful,
        listeners=Listeners(),
        arbitration_of=lambda _: arbitration_settings(gap=timedelta(), mode=mode),
    )
    desk = desk_of(ScriptedRecordings(None), PostingBoard(), MemoryJournal(), SystemClock(), timeout_s=1)
    async with desk, Broadcasts(all_ports) as broadcasts:
        session = await start(broadcasts, CHANNEL)
        while session.broadcast.state is not State.LIVE:
            await asyncio.sleep(0)
        people = [person(Viewer(number, "Viewer")) for number in range(PEOPLE)]
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        for number in range(0, SUGGESTIONS, 2):
            tickets = []
            for each in (number, number + 1):
                with suppress(BroadcastError):  # a full line refuses, and that is work too
                    tickets.append(await broadcasts.suggest(CHANNEL, _prompt(each), by=people[each % PEOPLE]))
            if mode in (Mode.QUEUE, Mode.DRAW):
                for ticket in tickets:
                    await ticket.settled
            else:
                await asyncio.sleep(0)
        taken_s = time.process_time() - began
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    return SUGGESTIONS / taken_s, grown_kb / 1024


def _cost_when_full(mode: Mode, waiting: int) -> tuple[float, float]:
    """What it takes to put one more in line, and to choose the next one, in microseconds."""
    limits = line_limits(total=waiting, lifetime=timedelta(hours=1))
    now, today = 0.0, datetime.now(UTC)
    arbiter = Arbiter(
        arbitration_settings(
            mode=mode, gap=timedelta(), limits=limits, policy=policy_settings(vote_window=timedelta())
        )
    )
    taken_s = {"suggestion": 0.0, "choice": 0.0}
    for number in range(waiting + ROUNDS_WHEN_FULL):
        suggestion = Suggestion(str(number), "b", Viewer(number % PEOPLE, "Viewer"), _prompt(number), today)
        if number >= waiting:
            arbiter.line.approve(next(iter(arbiter.line)).id)
            began = time.perf_counter()
            while not arbiter.take_next(now):  # where people vote, the first time opens the ballot
                pass
            taken_s["choice"] += time.perf_counter() - began
            began = time.perf_counter()
            put_in(arbiter.line, suggestion, now)
            taken_s["suggestion"] += time.perf_counter() - began
        else:
            put_in(arbiter.line, suggestion, now)
    return taken_s["suggestion"] / ROUNDS_WHEN_FULL * 1e6, taken_s["choice"] / ROUNDS_WHEN_FULL * 1e6


def _cost_of_the_longest(waiting: int) -> tuple[float, float]:
    """The longest that one suggestion takes, and the switch to a vote with its first ballot; milliseconds."""
    today, chance = datetime.now(UTC), random.Random(1)
    arbiter = Arbiter(arbitration_settings(limits=line_limits(total=waiting)))
    longest_s = 0.0
    for number in range(waiting):
        prompt = " ".join(map(str, chance.sample(range(100, 1000), LONGEST_WORDS)))
        began = time.perf_counter()
        put_in(arbiter.line, Suggestion(str(number), "b", Viewer(number, "Viewer"), prompt, today))
        longest_s = max(longest_s, time.perf_counter() - began)
    began = time.perf_counter()
    arbiter.switch(Mode.VOTE)
    arbiter.standing()
    return longest_s * 1e3, (time.perf_counter() - began) * 1e3


def _prompt(number: int) -> str:
    return f"the cat jumps over fence number {number}"
