"""Films, each made in a process of its own: see `work.py` for what it does.

A video may be made to harm what reads it, and decoders are large and native: one that crashes, hangs or takes
too much memory takes nothing with it. And nothing here is in a hurry: the process gives way to all others.
"""

import asyncio
import json
import logging
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.broadcast.recordings.footage import Film, Moment, NoFootageError, NotMadeError, Part
from bot.film import work
from bot.film.making import CREDITS, FILM, POSTER, SHEET, Job

log = logging.getLogger(__name__)

TIMEOUT_S = 6 * 3600.0
"""For one film with the wait for those before it. A night of broadcasts can be encoded anew in that time."""
LINE_LIMIT_BYTES = 2**20
_ROOT = Path(__file__).parents[2]


class FilmProcess:
    """The domain's `FilmMaker`. Films one at a time, and clips, which people wait for, beside them.

    `scratch` is a directory where films are made; `room_bytes` says how much of its disk they may take.
    """

    def __init__(self, scratch: Path, room_bytes: Callable[[], int], *, timeout_s: float = TIMEOUT_S) -> None:
        self._scratch = scratch
        self._room_bytes = room_bytes
        self._timeout_s = timeout_s
        self._films, self._clips = asyncio.Lock(), asyncio.Lock()

    @asynccontextmanager
    async def film(
        self, parts: tuple[Part, ...], moments: tuple[Moment, ...], *, has_credits: bool
    ) -> AsyncIterator[Film]:
        async with self._films, self._made(Job(parts, moments, has_credits)) as film:
            yield film

    @asynccontextmanager
    async def clip(self, parts: tuple[Part, ...]) -> AsyncIterator[Film]:
        async with self._clips, self._made(Job(parts, is_clip=True)) as film:
            yield film

    @asynccontextmanager
    async def _made(self, job: Job) -> AsyncIterator[Film]:
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            directory = tempfile.TemporaryDirectory(
                dir=self._scratch, prefix="film-", ignore_cleanup_errors=True
            )
        except OSError as error:
            raise NotMadeError(type(error).__name__) from error
        with directory as name:
            try:
                async with asyncio.timeout(self._timeout_s):
                    film = await self._of_what_can_be_read(job, Path(name))
            except TimeoutError:
                raise NotMadeError("it takes too long") from None
            yield film

    async def _of_what_can_be_read(self, job: Job, into: Path) -> Film:
        """What breaks the process is left out: it would break the next one too."""
        while True:
            room_bytes = self._room_bytes()
            if room_bytes < sum(part.path.stat().st_size for part in job.parts if part.path.is_file()):
                raise ArchiveError(ArchiveTrouble.FULL)
            status, line, complaint = await _run(job, into, room_bytes)
            if status == -signal.SIGXFSZ or self._room_bytes() == 0:  # what was made may lack something
                raise ArchiveError(ArchiveTrouble.FULL)
            if status == 0:
                return _film(json.loads(line), into)
            if status == work.NO_FOOTAGE_STATUS:
                raise NoFootageError
            culprit = json.loads(line or b'""')
            log.warning("what makes a film ended with %d at stream %s: %s", status, culprit, complaint)
            left = tuple(each for each in job.parts if each.stream_id != culprit)
            if len(left) == len(job.parts):
                raise NotMadeError(f"status {status}")
            job = Job(left, job.moments, job.has_credits, job.is_clip)


async def _run(job: Job, into: Path, room_bytes: int) -> tuple[int, bytes, str]:
    """The status of the process, and the last lines that it wrote and complained in."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", work.__name__, str(into), str(room_bytes)),
        cwd=_ROOT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=LINE_LIMIT_BYTES,
    )
    try:
        out, complaints = await process.communicate(work.written(job))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, _last_line(out), _last_line(complaints).decode(errors="replace")[:200]


def _last_line(text: bytes) -> bytes:
    return next(reversed(text.splitlines()), b"")


def _film(made: dict[str, object], into: Path) -> Film:
    length_s, offsets_s = made["length_s"], made["offsets_s"]
    assert isinstance(length_s, float) and isinstance(offsets_s, dict)  # noqa: S101, PT018 - as `Made` has it
    has_stills = bool(made["has_stills"])
    return Film(
        into / FILM,
        length_s,
        offsets_s,
        credits=into / CREDITS if made["has_credits"] else None,
        poster=into / POSTER if has_stills else None,
        contact_sheet=into / SHEET if has_stills else None,
    )
