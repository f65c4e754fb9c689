"""A bucket that is full, as services say so: a real client, and a server that answers like them."""

from pathlib import Path

import pytest
from aiohttp import web

from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from tests.odyssey.origin import serving
from tests.support.bucket import bucket

ERROR = "<Error><Code>{}</Code><Message>QuotaExceeded, or 507, says nothing here</Message></Error>"
FULL = [
    (507, ""),
    (507, ERROR.format("XMinioStorageFull")),
    (403, ERROR.format("QuotaExceeded")),
    (400, ERROR.format("XMinioAdminBucketQuotaExceeded")),
    (409, ERROR.format("InsufficientStorage")),
    (403, ERROR.format("StorageQuotaExceeded")),
]
NOT_FULL = [
    (500, ""),
    (503, ERROR.format("SlowDown")),
    (403, ERROR.format("AccessDenied")),
    (404, ERROR.format("NoSuchBucket")),
]


@pytest.mark.outage("no room in the archive")
@pytest.mark.parametrize("size_bytes", [10, 9_000_000], ids=["at once", "in parts"])
@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        *((status, body, ArchiveTrouble.FULL) for status, body in FULL),
        *((status, body, ArchiveTrouble.AWAY) for status, body in NOT_FULL),
    ],
)
async def test_what_a_service_answers(
    tmp_path: Path, status: int, body: str, trouble: ArchiveTrouble, size_bytes: int
) -> None:
    """By its status and its code alone: words in a message, and in a key, are anybody's."""
    (path := tmp_path / "new").write_bytes(b"x" * size_bytes)

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, text=body)

    async with serving() as origin:
        origin.otherwise = answer
        objects = bucket(origin.url, tmp_path / "incoming", "QuotaExceeded507")
        with pytest.raises(ArchiveError) as refused:
            await objects.put(path, "507 /film.mp4")
    assert refused.value.trouble is trouble
    assert path.exists()
