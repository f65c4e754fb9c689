"""What a file is, by its bytes: whatever a service calls it, and however much of it came."""

import os
import struct
from pathlib import Path
from typing import BinaryIO

from bot.broadcast.kept_files import FileKind
from bot.broadcast.recordings.archiving import Unfit, UnfitError

HEAD_BYTES = 64
LARGE, TO_THE_END = 1, 0
"""Sizes of a box that mean something else: eight bytes more say it, or it is the last one."""

_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_EVENTS = "application/x-ndjson"


def media_type_of(path: Path, kind: FileKind) -> str:
    """Raises `UnfitError` for what is not of its kind, or not whole. Blocks."""
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        head = file.read(HEAD_BYTES)
        if not head.strip():
            raise UnfitError(Unfit.EMPTY)
        if kind is FileKind.EVENTS:
            found = _EVENTS if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else None
        elif kind is FileKind.THUMBNAIL:
            found = _picture(head)
        else:
            found = _video(head, file, size_bytes)
    if found is None:
        raise UnfitError(Unfit.OF_ANOTHER_TYPE)
    return found


def _picture(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((name for mark, name in _PICTURES.items() if head.startswith(mark)), None)


def _video(head: bytes, file: BinaryIO, size_bytes: int) -> str | None:
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm"
    if head[4:8] != b"ftyp":
        return None
    if not _is_whole(file, size_bytes):
        raise UnfitError(Unfit.BROKEN)
    return "video/mp4"


def _is_whole(file: BinaryIO, size_bytes: int) -> bool:
    """Whether an MP4's boxes end where the file does, and one of them says how to play the others."""
    at, has_index = 0, False
    while at < size_bytes:
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return False
        length, name = struct.unpack(">I4s", header[:8])
        if length == LARGE and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:])
        elif length == TO_THE_END:
            length = size_bytes - at
        if length < 8:
            return False
        has_index = has_index or name == b"moov"
        at += length
    return at == size_bytes and has_index
