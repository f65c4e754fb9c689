"""A model of Odyssey: it loses, delays and refuses, its streams break, and it outlives the bot's runs."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.broadcast.errors import WorldError
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending, Recording, Spectating, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.recordings.account import AccountStream
from bot.broadcast.states import Reason
from bot.broadcast.world import StreamEvents
from tests.simulate.loop import Run, VirtualLoop
from tests.simulate.mood import Mood

Answer = TypeVar("Answer")

PICTURE_EVERY_S = 5.0
PATIENCE_S = 15.0
"""After so long without an answer the client gives up."""


@dataclass(eq=False)
class ModelStream:
    """A stream at the service, as its account lists it."""

    id: str
    run: int
    prompt: str
    portrait: bool
    began_at: datetime
    ended_at: datetime | None = None
    recorded_at: datetime | None = None
    """When its recording is there; None for never, or not yet known."""
    heard: list[str] = field(default_factory=list)
    """The interactions that reached it."""
    took: dict[str, str] = field(default_factory=dict)
    """Those that it took, and as what."""


@dataclass(eq=False)
class Session:
    """A reserved streamer."""

    id: str
    run: Run
    stream: ModelStream | None = None
    events: StreamEvents | None = None
    is_heard: bool = False
    """Whether what its stream says is listened to."""
    is_lost: bool = False
    is_left: bool = False
    answers: list[asyncio.Future[None]] = field(default_factory=list)
    is_interacting: bool = False


class Service:
    """`note` writes the evening's history; `passed` is told of each effect."""

    def __init__(
        self,
        loop: VirtualLoop,
        luck: random.Random,
        now: Callable[[], datetime],
        note: Callable[..., None],
        passed: Callable[[str], None],
    ) -> None:
        self.mood = Mood.of(luck)
        self.sessions: dict[str, Session] = {}
        """Those that count against the plan."""
        self.streams: dict[str, ModelStream] = {}
        self.faults: list[str] = []
        """What no client may do."""
        self.is_calm = False
        """Whether nothing goes wrong any more."""
        self._loop = loop
        self._random = luck
        self._now = now
        self._note = note
        self._passed = passed
        self._numbers = itertools.count(1)

    def calm_down(self) -> None:
        """From now on it does what it is asked."""
        self.is_calm = True

    def crashed(self, run: Run) -> None:
        """The connections of a run are silent: streams end in a while, and slots are blocked for longer."""
        for session in [each for each in self.sessions.values() if each.run is run]:
            if session.stream:
                self._loop.outside(self._random.uniform(0, 20), self._end, session.stream)
            self._loop.outside(self.mood.blocks_s, self.sessions.pop, session.id, None)

    def session(self, run: Run) -> Session:
        """One that is asked for."""
        return Session(f"session-{next(self._numbers)}", run)

    def leave(self, session: Session) -> None:
        """Goodbye, on its way: also to one that was reserved for nobody."""
        session.is_left = True
        self._loop.outside(self.delay_s(), self.free, session.id)

    async def ask(
        self,
        effect: Callable[[], Answer],
        *,
        session: Session | None = None,
        lost: Reason = Reason.UNREACHABLE,
    ) -> Answer:
        """A request on its way there and back: each way takes time, and it may be lost on either."""
        answered: asyncio.Future[Answer] = self._loop.create_future()
        fate = 2.0 if self.is_calm or not self.mood.loses else self._random.random() / self.mood.loses
        arrives_there, comes_back = fate > 0.5, fate > 1

        def arrives() -> None:
            try:
                answer = effect()
            except WorldError as error:
                self._loop.outside(self.delay_s(), _settle, answered, None, error)
            else:
                if comes_back:
                    self._loop.outside(self.delay_s(), _settle, answered, answer, None)
            self._passed("service")

        if arrives_there:
            self._loop.outside(self.delay_s(), arrives)
        if session:
            session.answers.append(answered)  # type: ignore[arg-type]
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await answered
        except TimeoutError:
            raise WorldError(lost) from None
        finally:
            if session:
                session.answers.remove(answered)  # type: ignore[arg-type]

    async def find(self, asked: Stream) -> Recording | None:
        """The port `RecordingSource`."""

        def recording() -> Recording | None:
            stream = self.streams.get(asked.shown_id)
            recorded_at = stream.recorded_at if stream else None
            if recorded_at is None or recorded_at > self._now():
                return None
            is_whole = (self._now() - recorded_at).total_seconds() > 5
            return Recording(
                self._now(), "video", "preview" if is_whole else None, "still" if is_whole else None
            )

        return await self.ask(recording)

    async def since(self, moment: datetime) -> list[AccountStream]:
        """The port `AccountStreams`: what has ended is listed."""

        def listed() -> list[AccountStream]:
            return [
                AccountStream(stream.id, stream.began_at, stream.ended_at, stream.portrait)
                for stream in reversed(self.streams.values())
                if stream.ended_at and stream.began_at > moment
            ]

        return await self.ask(listed)

    def delay_s(self) -> float:
        return self._random.expovariate(1) * 0.3 * self.mood.slowness

    def refuses(self) -> bool:
        return not self.is_calm and self._random.random() < self.mood.refuses

    def begin(self, session: Session, prompt: str, events: StreamEvents, *, portrait: bool) -> ModelStream:
        """A stream begins: from now on it is paid for, whoever gets to know of it."""
        if session.is_lost:
            raise WorldError(Reason.UNREACHABLE)
        if session.stream and session.stream.ended_at is None:
            self.faults.append(f"a second stream beside {session.stream.id}")
        if self.refuses():
            raise WorldError(self._random.choice((Reason.STREAM_ERROR, Reason.REFUSED)), "not this")
        stream = ModelStream(
            f"s{next(self._numbers)}", session.run.number, prompt, portrait, began_at=self._now()
        )
        self.streams[stream.id] = stream
        session.stream, session.events, session.is_heard = stream, events, False
        self._note("stream began", stream.id, session.run.number)
        limit_s = self.mood.stream_limit_s
        self._loop.outside(limit_s, self._over, session, stream, Reason.TIME_LIMIT)
        if (after_s := self.mood.breaks_after_s) < float("inf") and not self.is_calm:
            broken_after_s = self._random.expovariate(1 / after_s)
            if broken_after_s < limit_s:
                why = self._random.choice((Reason.STREAM_ERROR, Reason.SERVICE_GONE, Reason.STREAM_ENDED))
                self._loop.outside(broken_after_s, self._over, session, stream, why)
        self._loop.outside(self.delay_s() * 3, self._can_be_watched, session, stream)
        self._loop.outside(PICTURE_EVERY_S, self._pictured, session, stream)
        return stream

    def hear(self, session: Session, prompt: str) -> str:
        """An interaction arrives."""
        stream = session.stream
        if session.is_lost or stream is None or stream.ended_at:
            raise WorldError(Reason.SERVICE_GONE)
        stream.heard.append(prompt)
        self._note("heard", stream.id, prompt)
        if not self.is_calm and self._random.random() < self.mood.breaks_on_hearing:
            self._over(session, stream, Reason.SERVICE_GONE)
        if self.refuses():
            raise WorldError(Reason.STREAM_ERROR, "not this")
        stream.took[prompt] = f"{prompt}, softly lit"
        return stream.took[prompt]

    def end(self, session: Session) -> None:
        if session.stream:
            self._end(session.stream)

    def reserve(self, session: Session) -> None:
        run = session.run
        if session.is_left:
            return
        if self.refuses():
            raise WorldError(self._random.choice((Reason.NO_STREAMER, Reason.UNREACHABLE)))
        if len(self.sessions) >= self.mood.slots:
            limit = UsageLimit(LimitKind.STREAMS, len(self.sessions), self.mood.slots)
            raise WorldError(Reason.USAGE_LIMIT, limit=limit)
        self.sessions[session.id] = session
        if not run.is_alive:  # it died while it asked
            self._loop.outside(self.mood.blocks_s, self.sessions.pop, session.id, None)

    def free(self, session_id: str) -> None:
        if session := self.sessions.pop(session_id, None):
            session.is_lost = True
            if session.stream:
                self._end(session.stream)

    def _end(self, stream: ModelStream) -> None:
        if stream.ended_at is None:
            stream.ended_at = self._now()
            self._note("stream ended", stream.id)
            if self._random.random() >= self.mood.never_records:
                self._loop.outside(
                    self._random.expovariate(1 / self.mood.records_after_s), self._record, stream
                )

    def _record(self, stream: ModelStream) -> None:
        stream.recorded_at = self._now()

    def _over(self, session: Session, stream: ModelStream, why: Reason) -> None:
        if stream.ended_at:
            return
        self._end(stream)
        if why is Reason.SERVICE_GONE:
            session.is_lost = True
            self.sessions.pop(session.id, None)
            for answer in list(session.answers):
                _settle(answer, None, WorldError(Reason.SERVICE_GONE))
        self._tell(session, stream, lambda events: events.closed(Ending(why)))

    def _can_be_watched(self, session: Session, stream: ModelStream) -> None:
        there = Spectating("whep", "token", "hls")
        self._tell(session, stream, lambda events: events.spectating(there))

    def _pictured(self, session: Session, stream: ModelStream) -> None:
        if stream.ended_at is None and session.run.is_alive:
            picture = Picture(f"{stream.id} {len(stream.took)}".encode(), stream.portrait)
            self._tell(session, stream, lambda events: events.pictured(picture, b"glance"))
            self._loop.outside(PICTURE_EVERY_S, self._pictured, session, stream)

    def _tell(self, session: Session, stream: ModelStream, word: Callable[[StreamEvents], None]) -> None:
        """Says something unasked, in the run's own context; a run that is gone hears nothing."""
        events, run = session.events, session.run

        def say() -> None:
            if session.is_heard and session.stream is stream and events:
                word(events)

        if run.is_alive:
            self._loop.call_later(self.delay_s(), say, context=run.context)


def _settle(answered: asyncio.Future[Answer], answer: Answer | None, error: WorldError | None) -> None:
    if answered.done():
        return
    if error:
        answered.set_exception(error)
        answered.exception()  # who asked may be dropped before they see it
    else:
        answered.set_result(answer)  # type: ignore[arg-type]
