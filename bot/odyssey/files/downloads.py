"""Downloads of a recording's files: streamed to disk, resumed after a break, whole or not there at all."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.base.types import Recording
from bot.odyssey.files.artifacts import Artifact, open_artifact
from bot.odyssey.files.part_file import PartFile, file_errors

log = logging.getLogger(__name__)

ATTEMPTS = 4
RETRY_S = 0.2
LOOK_AGAIN_S = 0.2
"""How often to look whether another call has finished with a file."""

Progress = Callable[[str, int, int | None], None]
"""Told the file's name, the bytes on disk, and the bytes in all (None when the service does not say)."""

Watch = Callable[[int, int | None], None]
"""Told the bytes on disk and in all before more is written: what it raises ends the download there."""

FILES = {
    "video": "{}.mp4",
    "events": "{}_events.jsonl",
    "thumbnail": "{}_thumb.jpg",
    "preview": "{}_preview.mp4",
}
"""The names of the files: the guide's, where it has one."""


@dataclass(frozen=True)
class DownloadedRecording:
    """Where the files are; None for what the recording does not have."""

    stream_id: str
    video: Path | None
    events: Path | None
    thumbnail: Path | None
    preview: Path | None


class Downloads:
    """Downloads recordings' files. `timeout_s` bounds each wait for more of a file."""

    def __init__(
        self,
        get_recording: Callable[[str], Awaitable[Recording]],
        timeout_s: float,
        on_progress: Progress | None,
        service: str,
        watch: Watch = lambda *_: None,
    ) -> None:
        self._service = service
        self._watch = watch
        self._get_recording = get_recording
        self._timeout_s = timeout_s
        self._on_progress = on_progress

    async def download(self, stream_id: str, directory: Path) -> DownloadedRecording:
        """Downloads every file that the recording has; what is already there is left as it is.

        A file has `.part` after its name until it is whole; a later call goes on where an earlier one
        stopped, and one at the same time waits. When a link has expired, fresh ones are asked for.
        """
        recording = await self._get_recording(stream_id)
        paths: dict[str, Path | None] = {}
        with file_errors():
            for kind, pattern in FILES.items():
                if getattr(recording, f"{kind}_url") is None:
                    paths[kind] = None
                    continue
                path = paths[kind] = directory / pattern.format(safe_name(stream_id))
                recording = await self._fetch(recording, kind, PartFile(path))
        return DownloadedRecording(stream_id, **paths)

    async def fetch(self, recording: Recording, kind: str, path: Path) -> Recording:
        """The same for one file, under another name. Gives the recording with the links that worked."""
        with file_errors():
            return await self._fetch(recording, kind, PartFile(path))

    async def _fetch(self, recording: Recording, kind: str, file: PartFile) -> Recording:
        if file.is_whole:
            return recording
        async with _taken(file, self._timeout_s):
            return await self._download_one(recording, kind, file)

    async def _download_one(self, recording: Recording, kind: str, file: PartFile) -> Recording:
        """Downloads one file. Gives the recording, with fresh links if they had to be asked for."""
        failures = furthest = 0
        while not file.is_whole:
            try:
                if await self._go_on(getattr(recording, f"{kind}_url"), file):
                    await asyncio.to_thread(file.finish)
            except OdysseyError as error:
                size = file.size_bytes
                failures = 0 if size > furthest else failures + 1
                furthest = max(size, furthest)
                if not error.retryable or failures >= ATTEMPTS:
                    raise
                log.info("The download of %s goes on after a break: %s", file.path.name, error)
                await asyncio.sleep(RETRY_S * failures)
                if error.code == "url_expired":
                    recording = await self._get_recording(recording.stream_id)
                    if getattr(recording, f"{kind}_url") is None:
                        raise
        return recording

    async def _go_on(self, url: str, file: PartFile) -> bool:
        """Goes on with a file as far as one answer leads; True when it is whole.

        Raises a retryable error when it breaks off, or when it must begin anew.
        """
        have, tag = file.resumes_at, file.tag
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if tag:
                headers["If-Range"] = tag
        async with self._open(url, headers) as answer:
            has_no_more = answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            if has_no_more and _ends_there(answer, file, have):
                return True
            if answer.status != HTTPStatus.OK and not _continues(answer, file, have, tag):
                raise _anew(file)
            written = await self._write(answer, file, tag if have and answer.first else answer.tag)
        if answer.end not in (None, written):
            raise _anew(file)
        if file.total is not None:
            return written == file.total
        if answer.status == HTTPStatus.OK and answer.is_framed:
            return True
        # It may have been cut off unnoticed: it is whole if the next answer ends there too.
        if file.ended_at != written:
            file.ended_at = written
            raise OdysseyConnectionError("The download may have been cut off.", code="incomplete")
        return True

    def _open(self, url: str, headers: Mapping[str, str]) -> AbstractAsyncContextManager[Artifact]:
        return open_artifact(url, timeout_s=self._timeout_s, service=self._service, headers=headers)

    async def _write(self, answer: Artifact, file: PartFile, tag: str | None) -> int:
        """Writes what comes, each part as soon as it is there. Returns where it ends."""
        written = answer.first or 0
        if answer.total is not None or written == 0:
            file.total = answer.total
        self._watch(written, file.total)
        # Offsets in what was decoded are none in the encoded file: it cannot go on from there.
        with file.open(written, None if answer.is_encoded else tag, goes_on=not answer.is_encoded) as out:
            async for chunk in answer.chunks():
                self._watch(written + len(chunk), file.total)
                out.write(chunk)
                written += len(chunk)
                self._tell(file.path.name, written, file.total)
        return written

    def _tell(self, name: str, written: int, total: int | None) -> None:
        if self._on_progress is not None:
            try:
                self._on_progress(name, written, total)
            except Exception:  # the user's code: it may raise anything, and the download goes on
                log.exception("The callback for a download's progress raised.")


@asynccontextmanager
async def _taken(file: PartFile, silence_s: float) -> AsyncIterator[None]:
    """Holds a file. While another call has it, waits for as long as it grows; then this one finds it whole,
    or goes on with it."""
    now = asyncio.get_running_loop().time
    size, since = -1, now()
    while not file.take():
        if file.size_bytes != size:
            size, since = file.size_bytes, now()
        elif now() - since > silence_s:
            raise OdysseyError("The file is being downloaded already.", code="busy", retryable=True)
        await asyncio.sleep(LOOK_AGAIN_S)
    try:
        yield
    finally:
        file.release()


def _ends_there(answer: Artifact, file: PartFile, have: int) -> bool:
    """Whether an answer that has nothing from `have` on says that nothing is missing."""
    known = file.ended_at if answer.total is None else answer.total
    return have > 0 and known == have and file.total in (None, have)


def _continues(answer: Artifact, file: PartFile, have: int, tag: str | None) -> bool:
    """Whether a part of the file is the one that was asked for, of the version that is there."""
    return (
        answer.first == have
        and not answer.is_encoded
        and (tag is None or answer.tag in (None, tag))
        and (file.total is None or answer.total in (None, file.total))
    )


def _anew(file: PartFile) -> OdysseyError:
    file.discard()
    return OdysseyConnectionError("The download must start again.", code="incomplete")


def safe_name(stream_id: str) -> str:
    """The stream's ID as a file name's beginning. It comes from outside and must not lead elsewhere."""
    return re.sub(r"[^\w.-]", "_", stream_id, flags=re.ASCII).lstrip(".")[:200] or "stream"
