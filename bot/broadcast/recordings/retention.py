"""For how long recordings are kept: by age, by size, or for ever, as the operator has it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.recordings.archive import Archive, ArchiveError, ArchiveState

log = logging.getLogger(__name__)

PAUSE_S = 3600.0


class KeptBroadcast(NamedTuple):
    """What is kept of a broadcast that is over, in all."""

    broadcast_id: str
    ended_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Retention:
    """None is for ever, and any number. `until_film`: videos of streams go once their film was verified."""

    keep_for: timedelta | None = None
    most_bytes: int | None = None
    until_film: bool = False

    @property
    def is_for_ever(self) -> bool:
        return self == Retention()


class RetentionBooks(Protocol):
    """What retention goes by."""

    async def kept_broadcasts(self) -> Sequence[KeptBroadcast]:
        """Broadcasts that are over, and have something kept; those that ended first come first."""
        ...

    async def with_films_and_videos(self) -> Sequence[str]:
        """The IDs of those that have a film, and videos beside it."""
        ...


class CheckedArchive(Archive, Protocol):
    async def check(self, file: KeptFile) -> None:
        """Reads all of it, and raises `ArchiveError` unless it is what was kept."""
        ...


class Retaining(Background):
    """Looks at once and every hour what is to go. An async context manager."""

    def __init__(
        self, retention: Retention, archive: CheckedArchive, books: RetentionBooks, clock: Clock
    ) -> None:
        super().__init__(name="retention of recordings")
        self._retention = retention
        self._archive = archive
        self._books = books
        self._clock = clock

    async def _run(self) -> None:
        while not self._retention.is_for_ever:
            try:
                await self.look()
            except (ArchiveError, NotStoredError) as error:
                log.warning("what is to go from the archive stays for now: %s", error)
            except Exception:  # the boundary of one look: the next one is due in an hour
                log.exception("what is to go from the archive stays for now")
            await self._clock.sleep(PAUSE_S)

    async def look(self) -> None:
        """Lets go what is to go."""
        if self._retention.until_film:
            for broadcast_id in await self._books.with_films_and_videos():
                await self._let_streams_go(broadcast_id)
        for broadcast_id in self._overdue(await self._books.kept_broadcasts()):
            for file in await self._archive.files(broadcast_id):
                await self._archive.let_go(file)
            log.info("what was kept of broadcast %s is let go", broadcast_id)

    def _overdue(self, kept: Sequence[KeptBroadcast]) -> list[str]:
        left_bytes = sum(each.size_bytes for each in kept)
        gone: list[str] = []
        for each in kept:
            is_old = self._retention.keep_for and each.ended_at < self._clock.now() - self._retention.keep_for
            is_too_much = self._retention.most_bytes and left_bytes > self._retention.most_bytes
            if is_old or is_too_much:
                gone.append(each.broadcast_id)
                left_bytes -= each.size_bytes
        return gone

    async def _let_streams_go(self, broadcast_id: str) -> None:
        """Nothing goes before what takes its place was read from end to end, and is of all of it."""
        if ArchiveState.WANTED in (await self._archive.states(broadcast_id)).values():
            return
        files = await self._archive.files(broadcast_id)
        film = next((file for file in files if file.kind is FileKind.FILM), None)
        videos = [file for file in files if file.kind is FileKind.VIDEO]
        if film is None or any(video.kept_at > film.kept_at for video in videos):
            return
        try:
            await self._archive.check(film)
        except ArchiveError as error:
            log.error("the film of broadcast %s is not well: %s", broadcast_id, error.trouble.value)
            return
        for video in videos:
            await self._archive.let_go(video)
