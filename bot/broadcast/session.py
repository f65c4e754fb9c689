"""One broadcast, from the request to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.broadcast.arbitration.arbiter import Arbiter, ArbitrationSettings
from bot.broadcast.arbitration.policy import Choice, Mode, Standing
from bot.broadcast.errors import BroadcastError, Code, WorldError
from bot.broadcast.ledger import Ledger
from bot.broadcast.model import Broadcast, Ending, Refusal, Spectating, Stream, Suggestion, Viewer
from bot.broadcast.ports import Ports, World, WorldEvents
from bot.broadcast.states import Reason, State

log = logging.getLogger(__name__)

_REFUSAL_FOR = {
    Reason.STREAM_ERROR: Refusal.SERVICE_REFUSED,
    Reason.USAGE_LIMIT: Refusal.SERVICE_REFUSED,
    Reason.UNREACHABLE: Refusal.NOT_ACKNOWLEDGED,
}
"""Failures of one interaction after which the stream goes on."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a viewer gets for a suggestion: its place in line (1 is next), and word of what became of it."""

    suggestion: Suggestion
    mode: Mode
    place: int
    settled: asyncio.Future[Suggestion]


class BroadcastSession:
    """Runs one broadcast: holds its state, its queue and its connection to the world."""

    def __init__(
        self, broadcast: Broadcast, ports: Ports, arbitration: ArbitrationSettings, longest: timedelta | None
    ) -> None:
        self.broadcast = broadcast
        self.stream: Stream | None = None
        self.spectating: Spectating | None = None
        self.prompt_in_force = broadcast.prompt
        self.last_applied: Suggestion | None = None
        self.is_paused = False
        self.picture: bytes | None = None
        self._ports = ports
        self._arbiter = Arbiter(arbitration)
        self._longest = longest
        self._line_changed = asyncio.Event()
        self._urgent: Suggestion | None = None
        self._ledger = Ledger(ports.journal)
        self._ending: Ending | None = None
        self._stream_is_over = False
        self._until_ending = asyncio.timeout(None)
        self._is_interruptible = False

    @property
    def is_closing(self) -> bool:
        """Whether the broadcast is over, or about to be: nothing more is taken."""
        return self._ending is not None or self.broadcast.state.is_over

    @property
    def place_in_pool(self) -> int | None:
        """Its place among the broadcasts that wait for a free stream; None if it does not wait."""
        return self._ports.pool.place_of(self._tell)

    @property
    def waiting(self) -> int:
        """How many suggestions wait in line."""
        return len(self._arbiter.line)

    @property
    def mode(self) -> Mode:
        """How it is decided which suggestion is next."""
        return self._arbiter.mode

    @property
    def standing(self) -> Standing:
        """What is in line, the likeliest next one first."""
        return self._arbiter.standing()

    @property
    def pending(self) -> list[Suggestion]:
        """What waits and was not approved by a moderator, in the order in which it came."""
        approved = self._arbiter.line.approved()
        return [suggestion for suggestion in self._arbiter.line if suggestion not in approved]

    def waiting_suggestion(self, suggestion_id: str) -> Suggestion:
        """A suggestion that waits. Raises NOT_IN_LINE."""
        suggestion = self._arbiter.line.get(suggestion_id)
        if suggestion is None:
            raise BroadcastError(Code.NOT_IN_LINE)
        return suggestion

    async def suggest(self, viewer: Viewer, prompt: str) -> Ticket:
        """Puts a clean prompt in line.

        Raises NOT_RUNNING once the end has begun, INTAKE_PAUSED, QUEUE_FULL or TOO_MANY_OF_YOURS.
        """
        if self.is_closing:
            raise BroadcastError(Code.NOT_RUNNING)
        if self.is_paused:
            raise BroadcastError(Code.INTAKE_PAUSED)
        suggestion = self._new_suggestion(viewer, prompt)
        self._arbiter.line.add(suggestion)
        place = self._arbiter.place_of(suggestion.id)
        settled = await self._ledger.enter(suggestion)
        self._changed()
        return Ticket(suggestion, self.mode, place, settled)

    async def revise(self, suggestion_id: str, prompt: str) -> bool:
        """Gives a waiting suggestion a new, clean prompt; it keeps its place. False if it waits no more."""
        revised = self._arbiter.line.revise(suggestion_id, prompt)
        if revised:
            await self._ledger.store(revised)
            self._changed()
        return revised is not None

    async def refuse(self, suggestion_id: str, refusal: Refusal) -> bool:
        """Takes a waiting suggestion out of the line. False if it waits no more."""
        suggestion = self._arbiter.line.remove(suggestion_id)
        if suggestion:
            await self._ledger.store(self._refused(suggestion, refusal))
            self._changed()
        return suggestion is not None

    def vote(self, viewer: Viewer, suggestion_id: str) -> bool:
        """Moves a viewer's one vote. False if the suggestion waits no more."""
        return self._line_did_change(self._arbiter.line.vote(viewer, suggestion_id))

    def approve(self, suggestion_id: str) -> bool:
        """Lets a suggestion pass, where moderators decide. False if it waits no more."""
        return self._line_did_change(self._arbiter.line.approve(suggestion_id))

    def switch(self, mode: Mode) -> None:
        """Decides in another way from now on; the line stays."""
        self._arbiter.switch(mode)
        self._changed()

    def pause(self, *, paused: bool) -> None:
        """Stops taking suggestions, or takes them again. What is in line goes on."""
        self.is_paused = paused
        self._changed()

    async def panic(self, moderator: Viewer, safe_prompt: str) -> None:
        """Stops taking suggestions, refuses all that wait, and sends a safe prompt before anything else."""
        self.is_paused = True
        now = self._ports.clock.now()
        refused = [waiting.refused(Refusal.PANIC, now) for waiting in self._arbiter.line.clear()]
        urgent = self._new_suggestion(moderator, safe_prompt)
        await self._ledger.enter(urgent)
        self._urgent = urgent
        self._changed()
        await self._ledger.store(*refused)

    def end(self, ending: Ending) -> None:
        """Asks for the end; the first ending asked for is the one that counts."""
        if self.is_closing:
            return
        self._ending = ending
        if self._is_interruptible:
            self._until_ending.reschedule(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Takes the broadcast through its life; returns when it is over and all about it is stored.

        Raises what only a bug or a broken journal raises, and then too it has closed what it could.
        """
        await self._ports.journal.save_broadcast(self.broadcast)
        try:
            ending = await self._play()
        except asyncio.CancelledError:
            await self._close(Ending(Reason.INTERRUPTED))
            raise
        except Exception:
            await self._close(Ending(Reason.INTERNAL))
            raise
        await self._close(ending)

    async def _play(self) -> Ending:
        """Connects, starts, and forwards until the end. Frees the connection, however it leaves."""
        async with AsyncExitStack() as connection:
            try:
                async with self._until_ending:
                    self._is_interruptible = True
                    if self._ending is None:
                        await connection.enter_async_context(self._ports.pool.slot(self._tell))
                        await self._move(State.CONNECTING)
                        world = await connection.enter_async_context(self._ports.open_world(self._events()))
                        stream = await self._start(world)
                        await self._forward(world, stream)
            except TimeoutError:
                if not self._until_ending.expired():
                    raise
            except WorldError as error:
                self._ending = self._ending or Ending(error.reason, detail=error.detail)
            finally:
                self._is_interruptible = False
            assert self._ending is not None  # noqa: S101 - nothing else leaves the scope above
            if not self._ending.reason.is_failure:
                await self._move(State.ENDING)
                if self.stream and not self._stream_is_over:
                    await self._end_stream(world)
        return self._ending

    async def _start(self, world: World) -> Stream:
        started = await world.start(self.broadcast.prompt, portrait=self.broadcast.portrait)
        self.stream = Stream(
            id=started.id,
            broadcast_id=self.broadcast.id,
            prompt=self.broadcast.prompt,
            portrait=self.broadcast.portrait,
            started_at=self._ports.clock.now(),
        )
        self.prompt_in_force = started.applied_prompt or self.broadcast.prompt
        # Stored before anybody is told: without the stream ID there is no way back to the recording.
        await self._ports.journal.save_stream(self.stream)
        await self._move(State.LIVE)
        return self.stream

    async def _forward(self, world: World, stream: Stream) -> None:
        """The one forwarder: a suggestion leaves only when the one before it is settled."""
        clock = self._ports.clock
        while True:
            choice = await self._next_choice()
            sent_at = clock.now()
            sent = [s.sent(stream.id, sent_at) for s in (choice.suggestion, *choice.merged)]
            await self._ledger.store(*sent)
            self._tell()
            prompt = choice.suggestion.prompt
            try:
                applied = await world.interact(prompt) or prompt
            except WorldError as error:
                if error.reason not in _REFUSAL_FOR:
                    raise
                refusal = _REFUSAL_FOR[error.reason]
                settled = [self._refused(suggestion, refusal, error.detail) for suggestion in sent]
            else:
                settled = [suggestion.acknowledged(applied, clock.now()) for suggestion in sent]
                self.prompt_in_force, self.last_applied = applied, settled[0]
            self._arbiter.settled(sent_at, clock.now())
            await self._ledger.store(*settled)
            self._tell()

    async def _next_choice(self) -> Choice:
        """What is sent next, as soon as there is something and its time has come."""
        clock = self._ports.clock
        while True:
            self._line_changed.clear()
            if stale := self._arbiter.remove_stale(clock.now()):
                await self._ledger.store(*(self._refused(suggestion, Refusal.STALE) for suggestion in stale))
                self._tell()
            if self._urgent:
                urgent, self._urgent = self._urgent, None
                return Choice(urgent)
            if choice := self._arbiter.take_next(clock.now()):
                return choice
            over_at = self._over_at
            if over_at and clock.now() >= over_at:
                self.end(Ending(Reason.BROADCAST_LIMIT))
            due = [time for time in (self._arbiter.next_due(clock.now()), over_at) if time]
            await clock.wait(self._line_changed, until=min(due, default=None))

    @property
    def _over_at(self) -> datetime | None:
        """When the server's own limit ends the broadcast."""
        live_at = self.broadcast.live_at
        return live_at + self._longest if live_at and self._longest else None

    async def _end_stream(self, world: World) -> None:
        try:
            await world.end()
        except WorldError as error:
            # Closing the connection, which comes next, ends the stream just as well.
            log.info("broadcast %s: the end was not confirmed (%s)", self.broadcast.id, error.reason.value)

    async def _close(self, ending: Ending) -> None:
        if ending.reason.is_failure:
            ending = replace(ending, reference=ending.reference or self._ports.new_reference())
            log.warning(
                "broadcast %s failed: %s (%s)",
                self.broadcast.id,
                ending.reason.value,
                ending.detail or "no detail",
                extra={"ref": ending.reference},
            )
        self._ending = ending
        if self.stream:
            ended_at = self._ports.clock.now()
            self.stream = replace(self.stream, ended_at=ended_at, end_reason=ending.reason)
            await self._ports.journal.save_stream(self.stream)
        lost = Refusal.CONNECTION_LOST if ending.reason.is_failure else Refusal.BROADCAST_ENDED
        self._arbiter.line.clear()
        await self._ledger.close(self._ports.clock.now(), lost=lost)
        await self._move(State.FAILED if ending.reason.is_failure else State.ENDED)

    def _refused(self, suggestion: Suggestion, refusal: Refusal, detail: str | None = None) -> Suggestion:
        return suggestion.refused(refusal, self._ports.clock.now(), detail)

    async def _move(self, state: State) -> None:
        """The one place that changes the broadcast's state: by the transition table, stored, then told."""
        moved = self.broadcast.moved(state, self._ports.clock.now(), self._ending)
        await self._ports.journal.save_broadcast(moved)
        self.broadcast = moved
        log.info("broadcast %s is %s", moved.id, state.value)
        self._tell()

    def _new_suggestion(self, viewer: Viewer, prompt: str) -> Suggestion:
        return Suggestion(
            id=self._ports.new_id(),
            broadcast_id=self.broadcast.id,
            viewer=viewer,
            prompt=prompt,
            suggested_at=self._ports.clock.now(),
        )

    def _line_did_change(self, did: bool) -> bool:
        if did:
            self._changed()
        return did

    def _changed(self) -> None:
        """The line changed: the forwarder looks again, and the audience is told."""
        self._line_changed.set()
        self._tell()

    def _tell(self) -> None:
        self._ports.audience.broadcast_changed(self.broadcast)

    def _events(self) -> WorldEvents:
        return WorldEvents(self._world_closed, self._world_spectating, self._world_pictured)

    def _world_closed(self, ending: Ending) -> None:
        self._stream_is_over = True
        self.end(ending)

    def _world_pictured(self, picture: bytes) -> None:
        self.picture = picture
        self._tell()

    def _world_spectating(self, spectating: Spectating) -> None:
        self.spectating = spectating
        self._tell()
