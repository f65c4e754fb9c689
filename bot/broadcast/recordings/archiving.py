"""The way of a stream's artifacts into the archive: fetched until they are kept, or never will be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError, WorldError
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import Journal, RecordingHistory
from bot.broadcast.recordings.archive import ARTIFACTS, ArchiveError, ArchiveTrouble, KeptFiles
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.states import Reason
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Streams whose artifacts are fetched at once."""
SLICE_S = 90.0
"""So long one artifact is fetched before it is another stream's turn; then it goes on from there."""
LONGEST_TRY_S = 3600.0
"""A large file takes its time on its way to a bucket, too."""
LONGEST_PAUSE_S = 3600.0
LATE_FOR = timedelta(minutes=10)
"""For so long after the recording was found what it lacks may still come."""
LATE_PAUSE_S = 60.0
GIVEN_UP_AFTER = timedelta(hours=1)
"""For so long what the service lacks, or has in a bad state, is asked for again: it may be in the making."""

MOST_BYTES = {
    FileKind.VIDEO: 2 * 2**30,  # a stream of three minutes has some 60 MB
    FileKind.PREVIEW: 256 * 2**20,
    FileKind.THUMBNAIL: 32 * 2**20,
    FileKind.EVENTS: 256 * 2**20,
}
"""What is larger is never kept."""


class Unfit(StrEnum):
    """Why something that the service has cannot be kept."""

    EMPTY = "empty"
    BROKEN = "broken"  # its end is missing, or something in between
    OF_ANOTHER_TYPE = "of_another_type"
    TOO_LARGE = "too_large"
    ELSEWHERE = "elsewhere"  # its link leads to where none may be followed
    MISSING = "missing"


class UnfitError(Exception):
    """What the service has cannot be kept as it is."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why


Watch = Callable[[int, int | None], None]
"""Told the bytes on disk and in all, as far as that is known, before more is written; may raise."""


class Artifacts(Protocol):
    """What the service has of one stream, with links that are fresh."""

    @property
    def kinds(self) -> frozenset[FileKind]: ...

    async def fetch(self, kind: FileKind, path: Path, watch: Watch) -> None:
        """Has the whole artifact at `path`, or goes on with it from where an earlier call came to.

        Raises `WorldError`, `UnfitError`, `ArchiveError`, and what `watch` raises.
        """
        ...


class ArtifactSource(Protocol):
    async def look(self, stream: Stream) -> Artifacts | None:
        """A stream's artifacts; None if there is no recording. Raises `WorldError`."""
        ...


class Intake(Protocol):
    """The archive's side of it. What cannot be done raises `ArchiveError`, or `NotStoredError`."""

    def place_for(self, what: NewFile) -> Path:
        """Where a file lies until it is whole: the same after a restart."""
        ...

    def room_bytes(self) -> int:
        """What is free on the disk beside what is left to others."""
        ...

    def check_room(self, size_bytes: int) -> None:
        """Raises (FULL) if so much more would take what is left to others."""
        ...

    async def media_type(self, path: Path, kind: FileKind) -> str:
        """What is in a file, by its bytes. Raises `UnfitError` for what is not of its kind, or not whole."""
        ...

    async def keep(self, path: Path, *, of: NewFile) -> KeptFile:
        """As `Archive.keep`."""
        ...

    async def never(self, what: NewFile) -> None:
        """There will be no such file; what there is of it goes."""
        ...


class Archiving:
    """Runs the outbox's errands of the archive: one of each stream whose recording is there.

    Each try begins with the question what the service has, since links die; and each artifact that was not
    decided yet is fetched, the video first. While there is no room nothing is fetched, and once that is over
    all goes on. An async context manager.
    """

    def __init__(
        self,
        outbox: Outbox,
        source: ArtifactSource,
        intake: Intake,
        books: KeptFiles,
        history: RecordingHistory,
        clock: Clock,
        troubles: ArchiveTroubles,
    ) -> None:
        self._troubles = troubles
        self._outbox = outbox
        self._source = source
        self._intake = intake
        self._books = books
        self._history = history
        self._clock = clock

    async def __aenter__(self) -> Self:
        await self._outbox.open(
            Kind.ARCHIVE,
            self.attend,
            at_once=AT_ONCE,
            longest_pause_s=LONGEST_PAUSE_S,
            longest_try_s=LONGEST_TRY_S,
            foreseen=(ArchiveError, NotStoredError, UnfitError, WorldError),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outbox.close(Kind.ARCHIVE)

    @property
    def trouble(self) -> ArchiveTrouble | None:
        """Why the archive does not take what it should; None if it does."""
        return self._troubles.newest

    @property
    def room_bytes(self) -> int:
        """What recordings may still take; 0 where nobody knows."""
        try:
            return self._intake.room_bytes()
        except ArchiveError:
            return 0

    async def attend(self, errand: Errand) -> float | None:
        """One try for all artifacts of a stream. Gives the pause until the next; None when all is decided."""
        return await self._troubles.minded(errand, self._attend)

    async def _attend(self, errand: Errand) -> float | None:
        self._intake.check_room(0)
        stream = await self._history.stream(errand.subject_id)
        return await self._fetch_all(stream, self._clock.now() - errand.made_at) if stream else None

    async def _fetch_all(self, stream: Stream, age: timedelta) -> float | None:
        decided = await self._books.kinds_of(stream.id)
        wanted = [kind for kind in ARTIFACTS if kind not in decided]
        if not wanted:
            return None
        has_given_up, artifacts = age >= GIVEN_UP_AFTER, None
        try:
            artifacts = await self._source.look(stream)
        except WorldError as error:
            if error.reason is not Reason.KEY_GONE:
                raise
            has_given_up = True
        if artifacts is None and not has_given_up:
            raise UnfitError(Unfit.MISSING)
        kinds = artifacts.kinds if artifacts else frozenset[FileKind]()
        unfit: UnfitError | None = None
        for kind in wanted:
            what = NewFile(stream.broadcast_id, kind, "", stream.id)
            if artifacts is None or kind not in kinds:
                if has_given_up or (age >= LATE_FOR and kind is not FileKind.VIDEO):
                    await self._give_up(stream, what, Unfit.MISSING)
                continue
            try:
                if not await self._fetch(artifacts, what):
                    return 0.0
            except UnfitError as error:
                if has_given_up or error.why is Unfit.TOO_LARGE:
                    await self._give_up(stream, what, error.why)
                else:
                    unfit = error
        if unfit:
            raise unfit
        return None if kinds.issuperset(wanted) or has_given_up else LATE_PAUSE_S

    async def _fetch(self, artifacts: Artifacts, what: NewFile) -> bool:
        """Fetches one, and keeps it; whether that was done in its time."""
        path = self._intake.place_for(what)

        def watch(have_bytes: int, total_bytes: int | None) -> None:
            if max(have_bytes, total_bytes or 0) > MOST_BYTES[what.kind]:
                raise UnfitError(Unfit.TOO_LARGE)
            self._intake.check_room(max(0, (total_bytes or 0) - have_bytes))

        with suppress(TimeoutError):
            async with asyncio.timeout(SLICE_S):
                await artifacts.fetch(what.kind, path, watch)
        if not path.exists():
            return False
        try:
            media_type = await self._intake.media_type(path, what.kind)
        except UnfitError:
            path.unlink(missing_ok=True)
            raise
        named = NewFile(what.broadcast_id, what.kind, media_type, what.stream_id)
        await self._intake.keep(path, of=named)
        return True

    async def _give_up(self, stream: Stream, what: NewFile, why: Unfit) -> None:
        level = logging.INFO if why is Unfit.MISSING else logging.WARNING
        log.log(level, "the %s of stream %s is never kept: %s", what.kind.value, stream.shown_id, why.value)
        await self._intake.never(what)


class ArchiveKeeper:
    """The domain's `RecordingKeeper` with an archive: each recording that is stored is owed to it."""

    def __init__(self, journal: Journal, intake: Intake) -> None:
        self._journal = journal
        self._intake = intake

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        await self._journal.save_recording(stream, recording)
        return recording

    async def give_up(self, stream: Stream) -> None:
        await self._intake.never(NewFile(stream.broadcast_id, FileKind.VIDEO, "", stream.id))
