"""Sends a file of the archive: all of it, or the part that is asked for."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from bot.broadcast.kept_files import KeptFile
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.web.assets import is_known
from bot.web.headers import SHOWN_BY
from bot.web.recordings.ranges import NotSatisfiableError, Span, span_of

log = logging.getLogger(__name__)

TAG_LENGTH = 32
AT_ONCE_BYTES = 2**20
"""For so long as the kernel takes to copy them, a fraction of a millisecond, the loop does nothing else."""
BY_ANYBODY = {SHOWN_BY: "cross-origin"}
"""Who has a link may show the film on a page of their own, as Discord does."""


class KeptFiles(Protocol):
    """Where files are read from."""

    def path_of(self, file: KeptFile) -> Path | None:
        """Where it is, if it is on this machine's disk."""

    def read(self, file: KeptFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, in parts. Raises `ArchiveError`."""


async def send(request: web.Request, archive: KeptFiles, file: KeptFile, name: str) -> web.StreamResponse:
    """Answers with a file, called `name` for whoever saves it. Raises `ArchiveError` before anything is sent.

    From the disk the kernel sends it; from elsewhere it is passed on in parts, as fast as it is taken.
    """
    tag = file.sha256[:TAG_LENGTH]
    headers = {
        "Accept-Ranges": "bytes",
        # Each time: a link may have been revoked.
        "Cache-Control": "no-cache",
        "Content-Disposition": _disposition(name, is_saved="download" in request.query),
        "ETag": f'"{tag}"',
        **BY_ANYBODY,
    }
    if is_known(tag, request):
        return web.Response(status=304, headers=headers)
    try:
        span = span_of(request, tag, file.size_bytes)
    except NotSatisfiableError:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{file.size_bytes}"})
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size_bytes}"
    response = web.StreamResponse(status=206 if span else 200, headers=headers)
    response.content_type = file.media_type
    whole = span or Span(0, file.size_bytes)
    response.content_length = whole.end - whole.start
    with suppress(ConnectionError):  # whoever asked is gone
        if request.method == "HEAD" or not response.content_length:
            await response.prepare(request)
        elif path := archive.path_of(file):
            await _from_disk(request, response, path, whole)
        else:
            await _in_parts(request, response, archive.read(file, *whole), file)
    return response


async def _from_disk(request: web.Request, response: web.StreamResponse, path: Path, span: Span) -> None:
    with _opened(path) as file:
        await response.prepare(request)
        loop = asyncio.get_running_loop()
        for start in range(span.start, span.end, AT_ONCE_BYTES):
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError
            await loop.sendfile(request.transport, file, start, min(AT_ONCE_BYTES, span.end - start))
            await asyncio.sleep(0)  # who reads as fast as it is sent would have the loop for themselves
        await response.write_eof()


def _opened(path: Path) -> BufferedReader:
    """In no thread: who is cut off meanwhile would leave it open, and it takes less than the way there."""
    try:
        return path.open("rb")
    except OSError:
        raise ArchiveError(ArchiveTrouble.GONE) from None


async def _in_parts(
    request: web.Request, response: web.StreamResponse, parts: AsyncIterator[bytes], file: KeptFile
) -> None:
    first = await anext(parts, b"")  # what cannot be had at all is found out before anything is said
    await response.prepare(request)
    try:
        await response.write(first)
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    except ArchiveError as error:
        log.warning("kept file %s broke off: %s", file.id, error.trouble.value)
        if request.transport:
            request.transport.abort()  # whoever reads it has to see that it is not all


def _disposition(name: str, *, is_saved: bool) -> str:
    """For who knows names in all letters, and for who does not."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    how = "attachment" if is_saved else "inline"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode(errors='replace'), safe='')}"
