"""One broadcast, from the request to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.errors import WorldError
from bot.broadcast.floor.floor import Floor
from bot.broadcast.limits.budget import STREAM_LIMIT_S
from bot.broadcast.limits.pool import Slot
from bot.broadcast.model import Broadcast, Ending, Refusal, Spectating, Stream, Suggestion
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports, World, WorldEvents
from bot.broadcast.show.day import Share
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason, State

log = logging.getLogger(__name__)

_REFUSAL_FOR = {
    Reason.STREAM_ERROR: Refusal.SERVICE_REFUSED,
    Reason.USAGE_LIMIT: Refusal.SERVICE_REFUSED,
    Reason.UNREACHABLE: Refusal.NOT_ACKNOWLEDGED,
}
"""Failures of one interaction after which the stream goes on."""


class BroadcastSession:
    """Runs one broadcast: holds its state, its floor and its connection to the world."""

    def __init__(
        self,
        broadcast: Broadcast,
        ports: Ports,
        arbitration: ArbitrationSettings,
        share: Share,
        opening_picture: Picture | None = None,
    ) -> None:
        self.broadcast = broadcast
        self.share = share
        self.was_stored = asyncio.Event()
        """Set once it is stored, or cannot be. Shown before that, it would be lost with a crash."""
        self.stream: Stream | None = None
        """From when it is meant: see `is_recorded`."""
        self.floor = Floor(broadcast.id, ports, arbitration, self._tell)
        self.spectating: Spectating | None = None
        self.prompt_in_force = broadcast.prompt
        self.last_applied: Suggestion | None = None
        self.picture: bytes | None = None
        self._ports = ports
        self._opening_picture = opening_picture
        self._started_at = 0.0
        """The steady moment in which the stream began; until it has, in which it was meant."""
        self._slot: Slot | None = None
        self._world: World | None = None
        self._ending: Ending | None = None
        self._stream_is_over = False
        self._until_ending = asyncio.timeout(None)
        self._is_interruptible = False
        self._view: BroadcastView | None = None

    @property
    def view(self) -> BroadcastView:
        """What is shown of it: one value for all who draw it, until a change is told."""
        if self._view is None:
            self._view = BroadcastView(
                self.broadcast,
                self.prompt_in_force,
                self.last_applied,
                self.floor.view(),
                is_closing=self.is_closing,
                place_in_pool=self.place_in_pool,
                streams=self.stream.number if self.stream and self.is_recorded else 0,
                ends_at=self.ends_at,
                picture=self.picture,
                spectating=self.spectating,
            )
        return self._view

    @property
    def is_closing(self) -> bool:
        """Whether the broadcast is over, or about to be: nothing more is taken."""
        return self._ending is not None or self.broadcast.state.is_over

    @property
    def is_recorded(self) -> bool:
        """Whether its stream has begun: then there will be a recording."""
        return self.stream is not None and self.stream.has_begun

    @property
    def place_in_pool(self) -> int | None:
        """Its place among the broadcasts that wait for a free stream; None if it does not wait."""
        return self._slot.place if self._slot else None

    @property
    def ends_at(self) -> datetime | None:
        """When it is over at the latest, by the wall; None before it is live."""
        live_since = self.share.live_since
        if live_since is None:
            return None
        limit_at, ends_at = live_since + STREAM_LIMIT_S, self.share.ends_at
        return self._ports.clock.date_of(limit_at if ends_at is None else min(limit_at, ends_at))

    def adopt(self) -> None:
        """Goes by the server's rules as they are now, and asks anew what is left of its time."""
        self.share.reconsider()
        self.floor.adopt(self._ports.arbitration_of(self.broadcast.channel.guild_id))

    def end(self, ending: Ending) -> None:
        """Asks for the end; the first ending asked for is the one that counts."""
        if self.is_closing:
            return
        self._begin_end(ending)
        if self._is_interruptible:
            self._until_ending.reschedule(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Takes the broadcast through its life; returns when it is over and all about it is stored.

        Raises what only a bug or a broken journal raises, and then too it has closed what it could.
        """
        try:
            try:
                await self._ports.journal.save_broadcast(self.broadcast)
            finally:
                self.was_stored.set()
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
                        await self._forward(*await self._connect(connection))
            except TimeoutError:
                if not self._until_ending.expired():
                    raise
            except WorldError as error:
                self._begin_end(self._ending or Ending(error.reason, detail=error.detail, limit=error.limit))
            finally:
                self._is_interruptible = False
            assert self._ending is not None  # noqa: S101 - nothing else leaves the scope above
            if not self._ending.reason.is_failure:
                await self._move(State.ENDING)
                if self._world and self.is_recorded and not self._stream_is_over:
                    await self._end_stream(self._world)
        return self._ending

    async def _connect(self, connection: AsyncExitStack) -> tuple[World, Stream]:
        """Starts the stream as soon as one is free, by our own count and by the service's."""
        pool = self._ports.pool
        slot = self._slot = connection.enter_context(pool.slot(self._tell))
        while True:
            await pool.turn(slot)
            if self.broadcast.state is State.REQUESTED:
                await self._move(State.CONNECTING)
            attempt = await connection.enter_async_context(AsyncExitStack())
            try:
                world = await attempt.enter_async_context(self._ports.open_world(self._events()))
                self._world = world
                stream = await self._start(world)
            except WorldError as error:
                if not error.is_for_want_of_a_slot:
                    raise
                log.info("broadcast %s: all streams are in use, it waits in line", self.broadcast.id)
                await attempt.aclose()
                pool.turned_away(slot)
            else:
                pool.there_is_room()
                return world, stream

    async def _start(self, world: World) -> Stream:
        broadcast, clock = self.broadcast, self._ports.clock
        self._started_at, now = clock.steady(), clock.now()
        self.stream = Stream(
            id=self.stream.id if self.stream else self._ports.new_id(),
            broadcast_id=broadcast.id,
            prompt=broadcast.prompt,
            portrait=broadcast.portrait,
            intended_at=now,
            started_at=now,
        )
        # Stored before it is asked for: what a crash leaves running at the service was meant by somebody.
        await self._ports.journal.save_stream(self.stream)
        started = await world.start(
            broadcast.prompt, portrait=broadcast.portrait, picture=self._opening_picture
        )
        self._started_at = clock.steady()
        self.stream = replace(self.stream, service_id=started.id, started_at=clock.now())
        self.prompt_in_force = started.applied_prompt or broadcast.prompt
        # Stored before anybody is told: without the stream ID there is no way back to the recording.
        await self._ports.journal.save_stream(self.stream)
        await self._move(State.LIVE)
        return self.stream

    async def _forward(self, world: World, stream: Stream) -> None:
        """The one forwarder: a suggestion leaves only when the one before it is settled."""
        clock = self._ports.clock
        while not self.is_closing:
            choice = await self.floor.outlet.next_choice(until=lambda: self.share.due_at)
            if choice is None:
                if reason := await self.share.renew():
                    self.end(Ending(reason))
                self._tell()
                continue
            sent = self.floor.outlet.sent(choice, stream.id)
            prompt = choice.suggestion.prompt
            try:
                applied = await world.interact(prompt) or prompt
            except WorldError as error:
                if error.reason not in _REFUSAL_FOR:
                    raise
                refusal = _REFUSAL_FOR[error.reason]
                settled = [suggestion.refused(refusal, clock.now(), error.detail) for suggestion in sent]
            else:
                settled = [suggestion.acknowledged(applied, clock.now()) for suggestion in sent]
                self.prompt_in_force, self.last_applied = applied, settled[0]
            await self.floor.outlet.settled(settled)

    async def _end_stream(self, world: World) -> None:
        try:
            await world.end()
        except WorldError as error:
            # Closing the connection, which comes next, ends the stream just as well.
            log.info("broadcast %s: the end was not confirmed (%s)", self.broadcast.id, error.reason.value)

    async def _close(self, ending: Ending) -> None:
        if ending.reason.is_failure:
            ending = replace(ending, reference=ending.reference or self._ports.new_reference())
            noted = {"ref": ending.reference}
            log.warning("broadcast %s failed: %s", self.broadcast.id, ending.reason.value, extra=noted)
            log.debug("it was told: %s", ending.detail, extra=noted)  # may quote what viewers wrote
        self._begin_end(ending)
        lost = Refusal.CONNECTION_LOST if ending.reason.is_failure else Refusal.BROADCAST_ENDED
        final = State.FAILED if ending.reason.is_failure else State.ENDED
        failure: Exception | None = None
        for step in (
            self._store_stream_end,
            partial(self.floor.close, lost=lost),
            partial(self._move, final),
        ):
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - raised below: one failing step must not stop the rest
                failure = failure or error
        if failure:
            if not self.broadcast.state.is_over:
                # What cannot be stored is told all the same: nobody is left before a panel that seems live.
                self.broadcast = self._moved(final)
                self._tell()
            raise failure

    def _begin_end(self, ending: Ending) -> None:
        self._ending = ending
        self._view = None
        self.floor.shut()  # what came from now on would never be settled

    async def _store_stream_end(self) -> None:
        if self.stream and self._ending:
            self.stream = replace(
                self.stream,
                started_at=self._ports.clock.date_of(self._started_at),
                ended_at=self._ports.clock.date_of(self._ports.clock.steady()),
                end_reason=self._ending.reason,
            )
            await self._ports.journal.save_stream(self.stream)

    async def _move(self, state: State) -> None:
        """The one place that changes the broadcast's state: by the transition table, stored, then told."""
        moved = self._moved(state)
        await self._ports.journal.save_broadcast(moved)
        self.broadcast = moved
        log.info("broadcast %s is %s", moved.id, state.value)
        self._tell()

    def _moved(self, state: State) -> Broadcast:
        """Dated by the wall as it is now: a minute is stored as a minute, though it was set meanwhile."""
        clock = self._ports.clock
        if state is State.LIVE:
            self.share.begin(clock.steady())
        moved = self.broadcast.moved(state, clock.date_of(clock.steady()), self._ending)
        live_since = self.share.live_since
        return moved if live_since is None else replace(moved, live_at=clock.date_of(live_since))

    def _tell(self) -> None:
        self._view = None
        self._ports.listeners.tell(self.broadcast)

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
