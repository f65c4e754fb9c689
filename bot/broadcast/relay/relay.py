"""The relay: carries a broadcast from the stream on air to the next one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from bot.broadcast.accounts import Account
from bot.broadcast.errors import WorldError, ending_of
from bot.broadcast.limits.continuation import CONNECTION_LIMIT_S, Continuation, Timetable, sits_out_s
from bot.broadcast.limits.pool import Slot
from bot.broadcast.model import Broadcast, Ending
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports
from bot.broadcast.relay.run import Connection, StreamRun
from bot.broadcast.relay.streams import Streams
from bot.broadcast.states import Reason
from bot.broadcast.telling.backoff import Backoff

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""Between two tries to come back; the first is at once."""
STEADY_S = 4.0
"""A stream that was on air for so long came to something: tries are counted anew."""
LINGER_S = 4.0
"""How long a stream goes on beside the one that follows it, until every spectator has changed over."""
WATCHABLE_WITHIN_S = 5.0
"""How long the next stream, which shows itself already, is waited for to be open to spectators."""

UNTOLD_GAP_S = 3.0
"""So long the picture may stand still between two streams before that is told."""


class Relay:
    """Carries one broadcast. An async context manager: leaving it frees every connection and slot.

    `changed` is called when something new can be shown, or sent. `ends_at` says in which steady moment the
    broadcast is over, as far as that is known by now.
    """

    def __init__(
        self,
        broadcast: Broadcast,
        ports: Ports,
        account: Account,
        *,
        opening_picture: Picture | None,
        changed: Callable[[], None],
        ends_at: Callable[[], float | None],
    ) -> None:
        self.on_air: StreamRun | None = None
        """What viewers see: after its end too, until the next one is there."""
        self.coming_back = 0
        """Which try in a row it is to have the picture back; 0 while it is there."""
        self.is_handed_over = False  # somebody else goes on with it, and has its slots
        self.streams = Streams(broadcast, ports, account.id, opening_picture, self)
        self._name = broadcast.id
        self._pool = account.pool
        self._open_world = account.open_world
        self._rules = ports.relay_rules
        self._limit = account.stream_limit
        self._clock = ports.clock
        self._changed = changed
        self._ends_at = ends_at
        self._slot: Slot | None = None
        self._slots: set[Slot] = set()
        self._connections: set[Connection] = set()
        self.turn = asyncio.Lock()
        """To be held for one interaction: the stream on air does not change over meanwhile."""
        self._is_changing = False
        self._failures = 0
        self._pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with AsyncExitStack() as all_of_them:
                for connection in self._connections:
                    all_of_them.push_async_exit(connection.stack)
        finally:
            leave = self._pool.hand_over if self.is_handed_over else self._pool.give_up
            for slot in self._slots:
                leave(slot)

    @property
    def is_open(self) -> bool:
        """Whether the world can be sent something now."""
        return self.on_air is not None and self.on_air.over is None and not self._is_changing

    @property
    def place_in_pool(self) -> int | None:
        """Its place among the broadcasts that wait for a free stream; None if it does not wait."""
        return self._slot.place if self._slot else None

    async def begin(self, connecting: Callable[[], Awaitable[None]], *, is_taken_up: bool = False) -> None:
        """Starts the first stream as soon as one is free, by our own count and by the service's.

        `connecting` is awaited when its turn has come; `is_taken_up` if it had come in an earlier run of the
        bot. Raises `WorldError`.
        """
        self._put_on_air(await self._in_turn(self._claim(is_taken_up=is_taken_up), connecting))

    async def go_on(self) -> Ending | None:
        """Has a stream follow those of an earlier run of the bot; else says why that is the end."""
        self.coming_back = 1
        return await self._follow(self._claim(is_taken_up=True), Ending(Reason.CONTINUED))

    async def carry_on(self) -> Ending:
        """Carries the broadcast from stream to stream. Returns why that cannot go on."""
        async with asyncio.TaskGroup() as leaving:
            while True:
                run = self.running
                gap = leaving.create_task(self._tell_of_a_gap(run), name=f"a gap of {self._name}")
                try:
                    plan = Timetable.of(run.began_at, self._limit.limit_s)
                    await self._clock.wait(run.is_over, until=plan.prepare_at if plan else None)
                    if plan and not run.over:
                        await self._hand_over(run, plan, leaving)
                    if run is self.running and run.over and (ending := await self._come_back(run, run.over)):
                        return ending
                finally:
                    gap.cancel()

    def run_changed(self, run: StreamRun) -> None:
        """A stream has something new to tell."""
        if run is self.on_air:
            if run.over and run.over.reason is Reason.TIME_LIMIT:
                self._limit.learn(run.lasted_s)
            if run.picture:
                self.streams.is_pictured(run.picture)
            self._changed()

    @property
    def running(self) -> StreamRun:
        """The stream on air; to be asked for only once the first one is."""
        assert self.on_air  # noqa: S101 - there is one from the first stream on
        return self.on_air

    def _put_on_air(self, run: StreamRun) -> None:
        self.on_air, self.coming_back, self._slot = run, 0, run.connection.slot
        log.info("broadcast %s: stream %d is on air", self._name, run.stream.number)
        self._changed()

    async def _tell_of_a_gap(self, run: StreamRun) -> None:
        """Says that the picture is gone, if the next stream is not on air soon after a stream's end."""
        await self._clock.wait(run.is_over, until=None)
        await self._clock.sleep(UNTOLD_GAP_S)
        if run is self.on_air and not self.coming_back:
            self.coming_back = 1
            self._changed()

    async def _hand_over(self, run: StreamRun, plan: Timetable, leaving: asyncio.TaskGroup) -> None:
        """Has the next stream follow the one on air: beside it if that can be, else in its place.

        Nothing follows a stream on which the broadcast ends. It may be given more time meanwhile.
        """
        may_overlap = self._rules.continuation is not Continuation.SEQUENTIAL
        if not plan.is_enough(self._ends_at()) and may_overlap and await self._overlap(run, plan.slot_by):
            leaving.create_task(self._leave(run), name=f"leaving a stream of {self._name}")
            return
        await self._clock.wait(run.is_over, until=plan.cut_at)
        if plan.is_enough(self._ends_at()):
            await run.is_over.wait()
        elif not run.over:
            await self._cut_over(run)

    async def _overlap(self, run: StreamRun, slot_by: float) -> bool:
        """Brings up the next stream beside the one on air, and changes over as soon as it can be watched."""
        slot = await self._pool.seam(self._changed, of=self._name, until=slot_by)
        if slot is None:
            return False
        self._slots.add(slot)
        try:
            async with self._new_connection(slot) as connection, self._change():
                await self.streams.look_at(run)
                following = await self.streams.begin(connection)
                until = self._clock.steady() + WATCHABLE_WITHIN_S
                await self._clock.wait(following.can_be_watched, until=until)
                self._put_on_air(following)
        except WorldError as error:
            log.info("broadcast %s: no stream beside the one on air (%s)", self._name, error.reason.value)
            self._give_up(slot)
            return False
        return True

    async def _leave(self, run: StreamRun) -> None:
        """Ends a stream once every spectator has had the time to change over."""
        await self._clock.wait(run.is_over, until=self._clock.steady() + LINGER_S)
        await self.streams.end(run)
        await self._close(run.connection)
        self._give_up(run.connection.slot)
        await self.streams.store_end(run, Ending(Reason.CONTINUED))

    async def _cut_over(self, run: StreamRun) -> None:
        """Ends the stream on air, and starts the next one on its connection, unless that is too old."""
        try:
            async with self._change():
                await self.streams.look_at(run)
                await self.streams.end(run)
                run.break_off(Ending(Reason.CONTINUED))
                age_s = self._clock.steady() - run.connection.opened_at
                if age_s + run.lasted_s < CONNECTION_LIMIT_S:
                    self._put_on_air(await self.streams.begin(run.connection))
                    await self.streams.store_end(run, Ending(Reason.CONTINUED))
        except WorldError as error:
            log.info("broadcast %s: the next stream did not start (%s)", self._name, error.reason.value)

    @asynccontextmanager
    async def _change(self) -> AsyncIterator[None]:
        """Begins once nothing is under way; what was sent meanwhile, the next world would not have."""
        self._is_changing = True
        try:
            async with self.turn:
                yield
        finally:
            self._is_changing = False
            self._changed()

    async def _come_back(self, run: StreamRun, ending: Ending) -> Ending | None:
        """Has another stream follow one that is over, on a new connection; else says why it is the end.

        After so many tries that is what broke the picture off, if that was a failure.
        """
        if run.lasted_s >= STEADY_S:
            self._failures = 0
            self._pauses.reset()
        await self._close(run.connection)
        await self.streams.store_end(run, ending)
        return await self._follow(run.connection.slot, ending)

    async def _follow(self, slot: Slot, ending: Ending) -> Ending | None:
        """Tries to have a stream on air again, on that slot, after this ending."""
        broke = ending
        while True:
            if ending.reason is not Reason.CONTINUED:
                if ending.is_final:
                    return ending
                if self._failures >= self._rules.tries:
                    return broke if broke.reason.is_failure else ending
                self._failures += 1
                self.coming_back = self._failures
                self._changed()
                log.info("broadcast %s: the picture is gone (%s)", self._name, ending.reason.value)
                if self._failures > 1:
                    await self._clock.sleep(self._pauses.next_s())
            if pause_s := sits_out_s(self._clock.steady(), self._ends_at()):
                await self._clock.sleep(pause_s)
            try:
                self._put_on_air(await self._in_turn(slot))
            except WorldError as error:
                ending = ending_of(error)
            else:
                return None

    def _claim(self, *, is_taken_up: bool) -> Slot:
        self._slot = self._pool.claim(self._changed, of=self._name, is_taken_up=is_taken_up)
        self._slots.add(self._slot)
        return self._slot

    async def _in_turn(
        self, slot: Slot, connecting: Callable[[], Awaitable[None]] | None = None
    ) -> StreamRun:
        """Begins a stream on a new connection, as soon as its slot may be used. Raises `WorldError`."""
        while True:
            await self._pool.turn(slot)
            if connecting:
                await connecting()
            try:
                async with self._new_connection(slot) as connection:
                    run = await self.streams.begin(connection)
            except WorldError as error:
                if not error.is_for_want_of_a_slot:
                    raise
                log.info("broadcast %s: all streams are in use, it waits in line", self._name)
                self._pool.turned_away(slot)
            else:
                self._pool.there_is_room()
                return run

    @asynccontextmanager
    async def _new_connection(self, slot: Slot) -> AsyncIterator[Connection]:
        """A connection that stays open, unless what is begun on it fails. Entering raises `WorldError`."""
        async with AsyncExitStack() as stack:
            world = await stack.enter_async_context(self._open_world())
            connection = Connection(world, slot, self._clock.steady(), stack)
            yield connection
            connection.stack = stack.pop_all()
            self._connections.add(connection)

    async def _close(self, connection: Connection) -> None:
        self._connections.discard(connection)
        await connection.stack.aclose()

    def _give_up(self, slot: Slot) -> None:
        self._slots.discard(slot)
        self._pool.give_up(slot)
