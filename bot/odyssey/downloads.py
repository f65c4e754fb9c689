"""Downloads of a recording's files: streamed to disk, resumed after a break, whole or not there at all."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.odyssey.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.http import open_http, private_logs, transport_errors
from bot.odyssey.part_file import PartFile
from bot.odyssey.threads import in_thread
from bot.odyssey.types import Recording

log = logging.getLogger(__name__)

CHUNK_BYTES = 256 * 1024
ATTEMPTS = 4
RETRY_S = 0.2

Progress = Callable[[str, int, int | None], None]
"""Told the file's name, the bytes on disk, and the bytes in all (None when the service does not say)."""

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


class Answer:
    """An open answer to a GET."""

    def __init__(self, response: httpx.Response, timeout_s: float) -> None:
        self._response = response
        self._timeout_s = timeout_s
        headers = response.headers
        self.status = response.status_code
        tag = headers.get("ETag", headers.get("Last-Modified"))
        self.tag = None if tag is None or tag.startswith("W/") else tag
        ranged = re.fullmatch(r"bytes (\d{1,18})-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        self.starts_at = int(ranged[1]) if ranged and self.status == 206 else 0
        length = headers.get("Content-Length", "")
        self.length = int(length) if length.isascii() and length.isdigit() else None
        if headers.get("Content-Encoding", "identity") != "identity":
            self.length = None  # that of the compressed bytes, which we never see

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body; each part comes within the time allowed, or this raises `OdysseyConnectionError`."""
        parts = self._response.aiter_bytes(CHUNK_BYTES)
        while True:
            with transport_errors():
                async with asyncio.timeout(self._timeout_s):
                    part = await anext(parts, None)
            if part is None:
                return
            yield part


@asynccontextmanager
async def open_private(
    url: str, *, timeout_s: float, headers: dict[str, str] | None = None
) -> AsyncIterator[Answer]:
    """Opens a GET of a presigned URL, which appears in no log and no error.

    Raises `OdysseyConnectionError`; and `OdysseyError` (code `url_expired`, retryable with a fresh recording)
    for 401, 403, 404 and 410.
    """
    async with open_http(url) as http:
        with transport_errors(), private_logs():
            request = http.build_request("GET", url, headers=headers)
            async with asyncio.timeout(timeout_s):
                response = await http.send(request, stream=True, follow_redirects=True)
        try:
            status = response.status_code
            if status in (401, 403, 404, 410):
                sentence = "The recording's link has expired; get the recording again."
                raise OdysseyError(sentence, code="url_expired", status=status, retryable=True)
            if status not in (200, 206, 416):
                sentence = "The recording could not be downloaded."
                raise OdysseyConnectionError(sentence, code="service_failed", status=status)
            yield Answer(response, timeout_s)
        finally:
            await response.aclose()


class Downloads:
    """Downloads recordings' files. `timeout_s` bounds each wait for more of a file."""

    def __init__(
        self,
        get_recording: Callable[[str], Awaitable[Recording]],
        timeout_s: float,
        on_progress: Progress | None,
    ) -> None:
        self._get_recording = get_recording
        self._timeout_s = timeout_s
        self._on_progress = on_progress

    async def download(self, stream_id: str, directory: Path) -> DownloadedRecording:
        """Downloads every file that the recording has; what is already there is left as it is.

        A file has `.part` after its name until it is whole; a later call goes on where an earlier one
        stopped. When a link has expired, fresh ones are asked for.
        """
        recording = await self._get_recording(stream_id)
        paths: dict[str, Path | None] = {}
        for kind, pattern in FILES.items():
            if getattr(recording, f"{kind}_url") is None:
                paths[kind] = None
                continue
            file = PartFile(directory / pattern.format(safe_name(stream_id)))
            if not file.is_whole:
                recording = await self._download_one(recording, kind, file)
            paths[kind] = file.path
        return DownloadedRecording(stream_id, **paths)

    async def _download_one(self, recording: Recording, kind: str, file: PartFile) -> Recording:
        """Downloads one file. Gives the recording, with fresh links if they had to be asked for."""
        failures = 0
        while True:
            before = file.size_bytes
            try:
                await self._go_on(getattr(recording, f"{kind}_url"), file)
            except OdysseyError as error:
                failures = 0 if file.size_bytes > before else failures + 1
                if not error.retryable or failures >= ATTEMPTS:
                    raise
                log.info("The download of %s goes on after a break: %s", file.path.name, error)
                await asyncio.sleep(RETRY_S * failures)
                if error.code == "url_expired":
                    recording = await self._get_recording(recording.stream_id)
                    if getattr(recording, f"{kind}_url") is None:
                        raise
            else:
                await in_thread(file.finish)
                return recording

    async def _go_on(self, url: str, file: PartFile) -> None:
        """Goes on with a file until it is whole. Raises a retryable error when it breaks off."""
        have = file.size_bytes
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if tag := file.tag:
                headers["If-Range"] = tag
        async with open_private(url, timeout_s=self._timeout_s, headers=headers) as answer:
            if answer.status == 416 or answer.starts_at not in (0, have):
                file.discard()  # what we have does not fit the file any more
                raise OdysseyConnectionError("The download must start again.", code="incomplete")
            total = None if answer.length is None else answer.starts_at + answer.length
            written = answer.starts_at
            with file.open(written, answer.tag) as out:
                async for chunk in answer.chunks():
                    out.write(chunk)
                    written += len(chunk)
                    if self._on_progress is not None:
                        self._on_progress(file.path.name, written, total)
        if total is not None and written != total:
            file.discard()
            raise OdysseyConnectionError("The download has a wrong length.", code="incomplete")


def safe_name(stream_id: str) -> str:
    """The stream's ID as a file name's beginning. It comes from outside and must not lead elsewhere."""
    return re.sub(r"[^\w.-]", "_", stream_id).lstrip(".")[:200] or "stream"
