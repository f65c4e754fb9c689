"""What was true in a broadcast, moment by moment, and what became of everything in the end."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from bot.broadcast.arbitration.policy import Candidate, Choice, Mode
from bot.broadcast.model import Broadcast, Suggestion, Viewer
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.telling.listeners import Listeners

BALLOT = 5
"""Candidates that the panel has buttons for."""
SAMPLES_S = 0.1
"""Between two looks, besides the one at each change that is told."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How a broadcast stood.

    `up` has the candidates in order, each with its near-duplicates, `ballot` those that have buttons, by
    their numbers; `waiting` all that was in line, `unseen` what of it no moderator has approved; `votes` what
    each person's one vote was for; `chosen` what left the line last.
    """

    at: float
    mode: Mode
    is_over: bool
    up: tuple[frozenset[str], ...]
    ballot: dict[int, frozenset[str]]
    count: int
    waiting: dict[str, Suggestion]
    unseen: frozenset[str]
    votes: dict[int, str]
    chosen: Choice | None = None

    @property
    def to_review(self) -> int:
        """How many wait for a moderator."""
        return len(self.unseen) if self.mode is Mode.HOST else 0


@dataclass(frozen=True, slots=True)
class Fate:
    """A suggestion's row at the end."""

    id: str
    viewer_id: int
    prompt: str
    outcome: str
    refusal: str | None
    applied: str | None
    sent_at: str | None


class Truth:
    """Follows one broadcast of a bot in this process; `people` are those who vote in it."""

    def __init__(self, people: list[Viewer]) -> None:
        self._people = people
        self._session: BroadcastSession | None = None
        self.moments: list[Moment] = []
        self.suggestions: dict[str, Suggestion] = {}
        """All that were ever seen in line, as they were first seen."""
        self.said: set[str] = set()
        """All the words that ever waited, without their cases."""
        self.authors: list[int] = []
        """Whose each suggestion is that was stored in the end."""

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Looks at the broadcast that starts next, at every change and in between."""
        start, changed, truth = Broadcasts.start, Listeners.tell, self

        async def started(broadcasts: Broadcasts, *given: Any, **more: Any) -> BroadcastSession:
            truth._session = await start(broadcasts, *given, **more)
            return truth._session

        def told(listeners: Listeners[Broadcast], broadcast: Broadcast) -> None:
            truth._look()
            changed(listeners, broadcast)

        with (
            mock.patch.object(Broadcasts, "start", started),
            mock.patch.object(Listeners, "tell", told),
        ):
            looking = asyncio.create_task(self._keep_looking(), name="truth")
            try:
                yield
            finally:
                looking.cancel()
                await asyncio.wait([looking])

    @property
    def prompt(self) -> str:
        """What it began with."""
        return self._session.broadcast.prompt if self._session else ""

    @property
    def broadcast_id(self) -> str:
        """Which one it is."""
        return self._session.broadcast.id if self._session else ""

    async def _keep_looking(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(SAMPLES_S)

    def _look(self) -> None:
        if self._session:
            self.moments.append(self._moment(self._session))

    def _moment(self, session: BroadcastSession) -> Moment:
        floor = session.floor
        standing = floor.standing
        shown = sorted(standing.candidates[:BALLOT], key=lambda one: one.place)
        numbers = [one.place for one in shown] if floor.mode is Mode.VOTE else range(1, BALLOT + 1)
        pending = floor.pending
        waiting = {each.id: each for one in standing.candidates for each in one.choice.suggestions}
        waiting |= {each.id: each for each in pending}
        for each in waiting.values():
            self.suggestions.setdefault(each.id, each)
            self.said.add(each.prompt.casefold())
        voted = ((person.id, floor.vote_of(person)) for person in self._people)
        return Moment(
            at=time.monotonic(),
            mode=floor.mode,
            is_over=session.is_closing,
            up=tuple(map(_group, standing.candidates)),
            ballot=dict(zip(numbers, map(_group, shown), strict=False)),
            count=floor.waiting,
            waiting=waiting,
            unseen=frozenset(each.id for each in pending),
            votes={person_id: choice.id for person_id, choice in voted if choice},
            chosen=floor.outlet.chosen,
        )


def _group(candidate: Candidate) -> frozenset[str]:
    return frozenset(each.id for each in candidate.choice.suggestions)


def fates(database: Path, broadcast_id: str) -> dict[str, Fate]:
    """What became of every suggestion in a broadcast, by its ID."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT id, viewer_id, prompt, outcome, refusal, applied, sent_at FROM suggestions"
            " WHERE broadcast_id = ?",
            [broadcast_id],
        ).fetchall()
    return {row[0]: Fate(*row) for row in rows}
