"""Whole broadcasts under all that can happen at once: nothing is lost, doubled, or sent two at a time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, WorldError
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Ending, Outcome, Refusal, Suggestion, Viewer
from bot.broadcast.states import Reason
from tests.broadcast.conftest import CHANNEL, MIKA, Rig, opened_rig, person
from tests.support.rules import arbitration_settings, line_limits, policy_settings

PEOPLE = 5
THEMES = (
    "a big red fox runs over that old mossy garden wall",
    "some tiny blue whale sings under seven bright quiet stars",
)
"""With a number behind them, prompts of one theme are all different, and near-duplicates."""
GENEROUS = arbitration_settings(gap=timedelta(), limits=line_limits(lifetime=timedelta(hours=1)))
SETTINGS = (
    GENEROUS,
    arbitration_settings(gap=timedelta(seconds=3), policy=policy_settings(vote_window=timedelta(seconds=5))),
    arbitration_settings(limits=line_limits(total=3, per_viewer=1, lifetime=timedelta(seconds=10))),
)
FAILURES = (Reason.STREAM_ERROR, Reason.UNREACHABLE, Reason.USAGE_LIMIT)
ENDINGS = ("host", "service", "lost", "shutdown")

NUMBER = st.integers(0, 40)
WEIGHTS = {
    "suggest": 8, "turns": 5, "vote": 2, "approve": 2, "withdraw": 1, "revise": 2, "mute": 1, "switch": 1,
    "motion": 1, "adopt": 2, "pause": 1, "panic": 1, "fail": 1, "hold": 2,
}  # fmt: skip
STEP = st.tuples(
    st.sampled_from([what for what in WEIGHTS for _ in range(WEIGHTS[what])]), st.integers(0, 40)
)


class Show:
    """A broadcast to which things happen, and the tickets that people got."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.tickets: list[Ticket] = []
        self.withdrawn: set[str] = set()
        self.panics = 0
        self._asked = 0
        self._under_way: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Live, with nothing in line."""
        self.session = await self.rig.start("opening")
        self.session.floor.adopt(GENEROUS)

    async def step(self, what: str, number: int) -> None:
        """One thing happens. What takes time goes on beside the next steps."""
        floor, world = self.session.floor, self.rig.world
        viewer, ticket = Viewer(number % PEOPLE, "Viewer"), self._ticket(number)
        match what:
            case "suggest":
                self._beside(self._suggest(viewer, self._prompt(number)))
            case "vote":
                with suppress(BroadcastError):  # it is gone, or nobody can vote for it now
                    floor.vote(viewer, ticket)
            case "approve":
                floor.approve(ticket)
            case "withdraw":
                self._beside(self._withdraw(ticket))
            case "revise":
                change = floor.approve_as if number % 4 == 0 else floor.revise
                self._beside(change(ticket, self._prompt(number)))
            case "mute":
                self._beside(floor.refuse_all_of(viewer, Refusal.MODERATOR_REFUSED))
            case "switch":
                floor.switch(list(Mode)[number % len(Mode)])
            case "adopt":
                floor.adopt(SETTINGS[number % len(SETTINGS)])
            case "pause":
                floor.pause(paused=number % 5 == 0)
            case "panic":
                if number % 3 == 0:
                    self._beside(self._panic())
            case "motion":
                if floor.motion is None:
                    floor.call_vote(list(Mode)[number % len(Mode)], MIKA)
                floor.vote_on_mode(viewer, is_for=True)
            case "fail":
                world.failing_at["interact"] = WorldError(FAILURES[number % len(FAILURES)], "not this")
            case "hold":
                (world.may_answer.clear if number % 2 else world.may_answer.set)()
            case "turns":
                for _ in range(number % 12):
                    await asyncio.sleep(0)

    async def end(self, how: str) -> None:
        """The broadcast is over, and so is all that was under way."""
        match how:
            case "host":
                self.rig.end()
            case "service":
                self.session.end(Ending(Reason.TIME_LIMIT))
            case "lost":
                self.session.end(Ending(Reason.SERVICE_GONE))
            case "shutdown":
                await self.rig.broadcasts.close()
        while self.rig.broadcasts.is_running_in(CHANNEL):
            await asyncio.sleep(0)
        await asyncio.gather(*self._under_way)

    async def _suggest(self, viewer: Viewer, prompt: str) -> None:
        try:
            self.tickets.append(await self.rig.broadcasts.suggest(CHANNEL, prompt, by=person(viewer)))
        except BroadcastError:
            return  # paused, full or over: told, and nowhere in the books

    async def _panic(self) -> None:
        self.panics += 1
        try:
            await self.session.floor.panic(MIKA, f"a calm meadow {self.panics}")
        except BroadcastError:
            self.panics -= 1  # the end had begun

    async def _withdraw(self, suggestion_id: str) -> None:
        if await self.session.floor.refuse(suggestion_id, Refusal.WITHDRAWN):
            self.withdrawn.add(suggestion_id)

    def _beside(self, work: Coroutine[Any, Any, object]) -> None:
        async def run() -> None:
            await work

        self._under_way.append(asyncio.create_task(run(), name="something that a user does"))

    def _ticket(self, number: int) -> str:
        """The ID of one of the latest suggestions."""
        return self.tickets[-1 - number % min(6, len(self.tickets))].suggestion.id if self.tickets else "none"

    def _prompt(self, number: int) -> str:
        self._asked += 1
        return f"{THEMES[number % len(THEMES)]} {self._asked}"


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, min_size=30, max_size=90), st.sampled_from(ENDINGS))
async def test_each_suggestion_has_one_fate_whatever_happens(steps: list[tuple[str, int]], how: str) -> None:
    """Votes, edits, switches, settings, pauses, panics, failures, an end: all books agree on all of it."""
    async with opened_rig() as rig:
        show = Show(rig)
        await show.start()
        for step in steps:
            await show.step(*step)
        await show.end(how)

        assert rig.world.most_in_flight <= 1
        assert show.session.floor.waiting == 0
        interactions = Counter(
            call.removeprefix("interact ") for call in rig.world.calls if call.startswith("interact ")
        )
        assert set(interactions.values()) <= {1}, "a prompt was sent twice"

        stored = defaultdict(list)
        for suggestion in rig.journal.suggestions:
            stored[suggestion.id].append(suggestion)
        assert len(stored) == len(show.tickets) + show.panics, (
            "one was stored that nobody has, or the reverse"
        )
        for versions in stored.values():
            check_fate(versions, interactions)
        refused = {name for name, versions in stored.items() if versions[-1].refusal is Refusal.WITHDRAWN}
        assert refused == show.withdrawn
        for ticket in show.tickets:
            assert ticket.settled.result() == stored[ticket.suggestion.id][-1], (
                "its author was told otherwise"
            )


def check_fate(versions: list[Suggestion], interactions: Counter[str]) -> None:
    """In line, perhaps sent, settled once; and what was not sent never reached the world.

    What came while nothing else waited was first stored as if it were sent.
    """
    if versions[0].outcome is Outcome.SENT and versions[1].outcome in (Outcome.QUEUED, Outcome.SENT):
        versions = versions[1:]
    order = [Outcome.QUEUED, Outcome.SENT, Outcome.ACKNOWLEDGED, Outcome.REFUSED]
    outcomes = [order.index(version.outcome) for version in versions]
    assert outcomes == sorted(outcomes), "it went backwards"
    last = versions[-1]
    assert {version for version in versions if version.outcome.is_settled} == {last}
    assert len({version for version in versions if version.outcome is Outcome.SENT}) <= 1
    if last.outcome is Outcome.ACKNOWLEDGED:
        assert last.sent_at
        assert last.applied in interactions
    if last.sent_at is None:
        assert not {version.prompt for version in versions} & interactions.keys()
