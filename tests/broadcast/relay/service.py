"""A scripted service whose connections each have a record of their own, and time that a test turns."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.broadcast.errors import WorldError
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending, Spectating
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason
from bot.broadcast.world import StartedStream, StreamEvents
from tests.broadcast.fakes import TURNS, SteppedClock

FULL = WorldError(Reason.USAGE_LIMIT, limit=UsageLimit(LimitKind.STREAMS, 5, 5))


class TurnedClock(SteppedClock):
    """Time that passes only when a test turns it. Whoever waits wakes in the order of their moments."""

    def __init__(self) -> None:
        super().__init__()
        self._alarms: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), self._steady + seconds)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        if event.is_set() or (until is not None and until <= self._steady):
            await asyncio.sleep(0)
            return
        rung = asyncio.Event()
        alarm = (until if until is not None else float("inf"), rung)
        self._alarms.append(alarm)
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(rung.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._alarms.remove(alarm)
            for wait in waits:
                wait.cancel()

    async def turn(self, seconds: float) -> None:
        """Lets so much time pass, and all happen that is due in it."""
        end = self._steady + seconds
        await settle()
        while due := min((moment for moment, _ in self._alarms if moment <= end), default=None):
            self._steady = max(self._steady, due)
            for moment, rung in list(self._alarms):
                if moment <= self._steady:
                    rung.set()
            await settle()
        self._steady = end
        await settle()


async def settle() -> None:
    """Whatever can happen without time happens."""
    for _ in range(10 * TURNS):
        await asyncio.sleep(0)


@dataclass
class StartedWith:
    """A start, as the service was asked for it."""

    prompt: str
    picture: Picture | None
    events: StreamEvents
    connection: ScriptedConnection


@dataclass
class ScriptedConnection:
    """One connection, and what was done on it."""

    service: ScriptedService
    number: int
    calls: list[str] = field(default_factory=list)
    starts_from_pictures: bool = True
    streams: int = 0

    @property
    def session(self) -> str:
        return f"session-{self.number}"

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        await self.service.may_start.wait()
        self.calls.append("start")
        self.service.starts.append(StartedWith(prompt, picture, events, self))
        if error := self.service.next_failure("start"):
            raise error
        self.streams += 1
        name = f"stream-{next(self.service.names)}"
        if ending := self.service.ends_at_once.pop(name, None):
            events.closed(ending)
        events.spectating(Spectating(f"https://watch.example/{name}", "token"))
        return StartedStream(name, f"{prompt}, in soft light")

    async def shows_portrait(self) -> bool:
        if error := self.service.next_failure("shows_portrait"):
            raise error
        return self.service.looks().portrait

    async def latest_picture(self) -> Picture | None:
        if error := self.service.next_failure("latest_picture"):
            raise error
        return self.service.looks()

    async def interact(self, prompt: str) -> str:
        self.calls.append(f"interact {prompt}")
        self.service.sent.append((self.number, prompt))
        self.service.interacting.set()
        await self.service.may_answer.wait()
        if error := self.service.next_failure("interact"):
            raise error
        return prompt

    async def end(self) -> None:
        self.calls.append("end")


class ScriptedService:
    """Answers as the test says.

    `failing_at` maps a call to the errors that its next uses raise, None for one that goes well.
    """

    def __init__(self) -> None:
        self.failing_at: dict[str, list[WorldError | None]] = {}
        self.ends_at_once: dict[str, Ending] = {}
        """What the streams of these names are told as they begin."""
        self.names = itertools.count(1)
        self.connections: list[ScriptedConnection] = []
        self.open = 0
        self.most_open = 0
        self.starts: list[StartedWith] = []
        self.sent: list[tuple[int, str]] = []
        self.left: list[str] = []
        """Sessions of earlier runs that were told goodbye, which takes until `may_leave`."""
        self.may_leave = _set()
        self.may_start = _set()
        self.may_answer = _set()
        self.interacting = asyncio.Event()
        self.starts_from_pictures = True
        self.looks: Callable[[], Picture] = lambda: Picture(b"the world now", portrait=False)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[ScriptedConnection]:
        if error := self.next_failure("connect"):
            raise error
        connection = ScriptedConnection(self, len(self.connections) + 1)
        connection.starts_from_pictures = self.starts_from_pictures
        self.connections.append(connection)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield connection
        finally:
            connection.calls.append("disconnect")
            self.open -= 1

    async def leave(self, session: str) -> bool:
        self.left.append(session)
        await self.may_leave.wait()
        return True

    @property
    def calls(self) -> list[list[str]]:
        """What was done on each connection."""
        return [connection.calls for connection in self.connections]

    def next_failure(self, where: str) -> WorldError | None:
        """What the next use of a call raises."""
        planned = self.failing_at.get(where)
        return planned.pop(0) if planned else None

    def break_off(self, reason: Reason) -> None:
        """The service says that the newest stream is over."""
        self.starts[-1].events.closed(Ending(reason))


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
