"""What an archive lacks from before: recordings that nobody owed to it, and what a crash left lying about."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.ports import RecordingHistory
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox

log = logging.getLogger(__name__)

PAUSE_S = 60.0
AT_ONCE = 5
"""Recordings of before that are owed at a time: what has just been recorded does not wait for many."""


class UnkeptStreams(Protocol):
    async def streams_to_keep(self, *, limit: int | None = None) -> Sequence[str]:
        """The IDs of our own of streams with a recording whose videos are not decided; oldest first."""
        ...


class CatchingUp(Background):
    """Begins a while after the start, and ends when there is no more to do. An async context manager.

    Recordings of before there was an archive are owed to it while nothing else is: each is looked for once,
    and never kept if the service does not have it any more. `tidy` deletes what a crash left, and counts it.
    """

    def __init__(
        self,
        outbox: Outbox,
        unkept: UnkeptStreams,
        history: RecordingHistory,
        clock: Clock,
        *,
        tidy: Callable[[], Awaitable[int]],
    ) -> None:
        super().__init__(name="catching up with recordings")
        self._outbox = outbox
        self._unkept = unkept
        self._history = history
        self._clock = clock
        self._tidy = tidy

    async def _run(self) -> None:
        await self._clock.sleep(PAUSE_S)
        try:
            if gone := await self._tidy():
                log.info("files that a crash had left in the archive are gone: %d", gone)
        except ArchiveError as error:
            log.info("the archive could not be looked through: %s", error)
        except Exception:  # the boundary of one look: the next start has another
            log.exception("the archive could not be looked through")
        while await self._owe_some():
            await self._clock.sleep(PAUSE_S)

    async def _owe_some(self) -> bool:
        """Whether there may be more."""
        try:
            if any(errand.kind is Kind.ARCHIVE for errand in self._outbox.waiting):
                return True
            wanted = await self._unkept.streams_to_keep(limit=AT_ONCE)
            for stream in [await self._history.stream(stream_id) for stream_id in wanted]:
                if stream:
                    made_at = stream.ended_at or stream.intended_at
                    for stored in self._outbox.add(
                        Errand(Kind.ARCHIVE, stream.id, made_at, stream.broadcast_id)
                    ):
                        await stored
        except NotStoredError:
            return True
        except Exception:  # the boundary of one look: the next one is due in a minute
            log.exception("recordings of before could not be looked for")
            return True
        return bool(wanted)
