"""The streams of one broadcast, numbered from 1: each begins as the one before left the world."""

import asyncio
import logging
from collections import deque

from bot.broadcast.errors import WorldError, ending_of
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.model import Broadcast, Ending, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports
from bot.broadcast.relay.retelling import REMEMBERED, as_it_stands
from bot.broadcast.relay.run import Connection, StreamRun, Watcher
from bot.broadcast.states import Reason

log = logging.getLogger(__name__)

_FOR_WHAT_IT_SHOWS = frozenset({Reason.STREAM_ERROR, Reason.REFUSED, Reason.NO_PICTURES})
"""What a start is refused for that may be let through in other words, or without a picture."""
_NOT_ANSWERED = frozenset({Reason.UNREACHABLE, Reason.SERVICE_GONE})
"""After these the service may have begun it all the same: what was meant stays in the books as that."""


class Streams:
    """Begins streams, and stores their ends."""

    def __init__(
        self,
        broadcast: Broadcast,
        ports: Ports,
        account_id: str | None,
        opening_picture: Picture | None,
        watcher: Watcher,
    ) -> None:
        self.begun = 0
        """How many have begun, for all that is known."""
        self._unknown = 0
        """Of those of an earlier run, how many may have."""
        self.newest: Stream | None = None
        """The one that began last, or is meant to."""
        self.seed = opening_picture
        """The newest picture: the next one starts from it if it can; the first must, if it was handed in."""
        self.opening = broadcast.prompt
        """What the world began with, or began anew."""
        self.applied: deque[str] = deque(maxlen=REMEMBERED)
        """What the world has taken since, in the service's words, the newest last."""
        self.handed_in = opening_picture
        """What the first stream is to show, if somebody handed that in."""
        self._shows_what_was = False
        """Whether it still shows what nobody is to see again."""
        self._broadcast = broadcast
        self._opening_as_worded = broadcast.prompt
        self._ports = ports
        self._account_id = account_id
        self._watcher = watcher
        self._open: list[StreamRun] = []
        """Those whose end is not stored, one that was refused its beginning too."""

    def restore(self, left: Interrupted) -> None:
        """The next one follows those of an earlier run, in the world as that stands."""
        world = left.world
        self.begun, self._unknown = left.begun, left.last_number - left.begun
        self.newest = left.streams[-1] if left.streams else None
        self.handed_in = left.opening_picture
        self.seed = world.picture or self.handed_in
        self.opening = self._opening_as_worded = world.opening
        self.applied.extend(world.applied)

    @property
    def last_picture(self) -> Picture | None:
        """The newest of the world itself: what was handed in is its owner's, and not to be kept."""
        return None if self.seed is self.handed_in else self.seed

    async def begin(self, connection: Connection) -> StreamRun:
        """Begins the next one on a connection, with the world as it stands. Raises `WorldError`.

        What the service refuses is asked for in the words of the opening, and then without the picture. After
        the first, a stream counts as begun only when it shows itself.
        """
        run = self._next(connection)
        ways = self._ways(connection)
        for number, (prompt, picture) in enumerate(ways, start=1):
            try:
                await run.begin(prompt, picture, self._ports.journal)
            except WorldError as error:
                if error.reason in _NOT_ANSWERED:
                    self._unknown += 1  # its number is its own, should it be found
                    await self.store_end(run, ending_of(error))
                if error.reason not in _FOR_WHAT_IT_SHOWS or number == len(ways):
                    raise
                log.info("broadcast %s: its next stream is asked for otherwise", self._broadcast.id)
            else:
                break
            finally:
                self.newest = run.stream
        self.begun += 1
        self._shows_what_was = False
        if self.begun == 1:
            self._opening_as_worded = run.worded
        else:
            await self._see(run)
        return run

    def took(self, words: str, *, begins_anew: bool) -> None:
        """The world has taken this, in the service's words: something more, or, anew, all that it is."""
        if begins_anew:
            self.opening = self._opening_as_worded = words
            self.applied.clear()
            self._shows_what_was = False
            for run in self._open:
                run.picture = None  # it is one of before
        else:
            self.applied.append(words)

    def begin_anew(self, words: str) -> None:
        """All that the world is to be, from now on: until it is, nothing starts from a picture of it."""
        self.took(words, begins_anew=True)
        self.seed = self.handed_in = None
        self._shows_what_was = True

    def is_pictured(self, picture: Picture) -> None:
        """The world looks like this now."""
        if not self._shows_what_was:
            self.seed = picture

    async def look_at(self, run: StreamRun) -> None:
        """Takes what a stream looks like now as the seed of the next one, if it can still be had."""
        if self._shows_what_was:
            return
        try:
            self.seed = await run.world.latest_picture() or self.seed
        except WorldError as error:
            log.info("broadcast %s: an older picture has to do (%s)", self._broadcast.id, error.reason)

    async def end(self, *runs: StreamRun) -> None:
        """Ends streams at the service; without names, all that run."""
        await asyncio.gather(*(self._end(run) for run in runs or self._open if not run.over))

    async def stop(self, ending: Ending) -> None:
        """Ends at the service what has begun: it is over for this reason, as if it had broken off."""
        if running := [run for run in self._open if run.stream.has_begun and not run.over]:
            await self.end(*running)
            for run in running:
                run.break_off(ending)

    async def store_end(self, run: StreamRun, ending: Ending) -> None:
        """Stores that a stream is over: for this, if it has no reason of its own."""
        self._open.remove(run)
        try:
            await run.store_end(ending, self._ports.journal)
        finally:
            if self.newest and self.newest.id == run.stream.id:
                self.newest = run.stream

    async def store_ends(self, ending: Ending) -> None:
        """The same for all that were left."""
        for run in list(self._open):
            await self.store_end(run, ending)

    def _next(self, connection: Connection) -> StreamRun:
        now = self._ports.clock.now()
        refused = next((run for run in self._open if not run.stream.has_begun), None)
        if refused:
            self._open.remove(refused)
        meant = Stream(
            id=refused.stream.id if refused else self._ports.new_id(),
            broadcast_id=self._broadcast.id,
            prompt=self._broadcast.prompt,
            portrait=self._broadcast.portrait,
            intended_at=now,
            started_at=now,
            number=self._unknown + self.begun + 1,
            account_id=self._account_id,
        )
        run = StreamRun(meant, connection, self._ports.clock, self._watcher)
        self._open.append(run)
        return run

    def _ways(self, connection: Connection) -> list[tuple[str, Picture | None]]:
        """In what words and from which picture it is asked for, the best first."""
        if not self.begun and self.handed_in:
            return [(self._broadcast.prompt, self.handed_in)]
        prompts = (as_it_stands(self._opening_as_worded, self.applied), self.opening)
        pictures = (self.seed, None) if connection.world.starts_from_pictures else (None,)
        return list(dict.fromkeys((prompt, picture) for picture in pictures for prompt in prompts))

    async def _see(self, run: StreamRun) -> None:
        """Returns when the stream shows itself in its right shape; one that does not is ended."""
        try:
            is_as_meant = await run.world.shows_portrait() is self._broadcast.portrait
        except WorldError as error:
            ending = run.over or ending_of(error)
        else:
            if is_as_meant:
                return
            ending = Ending(Reason.STREAM_ERROR)
        await self._end(run)
        await self.store_end(run, ending)
        raise WorldError(ending.reason, ending.detail, limit=ending.limit)

    async def _end(self, run: StreamRun) -> None:
        try:
            await run.world.end()
        except WorldError as error:
            # Closing the connection, which comes next, ends the stream just as well.
            log.info("broadcast %s: an end was not confirmed (%s)", self._broadcast.id, error.reason.value)
