"""REST calls about recordings, and the files behind presigned URLs."""

from collections.abc import Sequence
from typing import Any, TypeVar

from aiohttp import hdrs, web

from bot.local.odyssey.access import Access
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.recordings import ARTIFACT_FIELDS, CONTENT_TYPES, Recording, RecordingShelf
from bot.local.odyssey.refusals import RequestRefusedError
from bot.local.odyssey.tokens import Signer

T = TypeVar("T")

PAGE_DEFAULT, PAGE_LIMIT = 50, 1000


class Archive:
    """`GET /recordings/{stream_id}`, `GET /stream-recordings`, and `GET /artifacts/…`."""

    def __init__(self, access: Access, shelf: RecordingShelf, signer: Signer, url_lifetime_s: float) -> None:
        self._access = access
        self._shelf = shelf
        self._signer = signer
        self._url_lifetime_s = url_lifetime_s

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the calls."""
        router.add_get("/recordings/{stream_id}", self._recording)
        router.add_get("/stream-recordings", self._list)
        router.add_get("/artifacts/{stream_id}/{name}", self._artifact)

    def describe(self, recording: Recording, origin: str) -> dict[str, Any]:
        """A recording's answer; everything but its ID is null until it is complete."""
        if self._shelf.stage_of(recording) != "complete":
            empty = dict.fromkeys((*ARTIFACT_FIELDS, "frame_count", "duration_seconds"))
            return {"stream_id": recording.stream_id, **empty}
        urls = {
            field: self._presigned(origin, f"/artifacts/{recording.stream_id}/{name}")
            for field, name in ARTIFACT_FIELDS.items()
        }
        return {
            "stream_id": recording.stream_id,
            **urls,
            "frame_count": recording.frame_count,
            "duration_seconds": recording.duration_seconds,
        }

    async def _recording(self, request: web.Request) -> web.Response:
        account = self._access.require_bearer(request)
        recording = self._shelf.find(request.match_info["stream_id"], account)
        if recording is None or self._shelf.stage_of(recording) == "unknown":
            raise RequestRefusedError(404, "Recording not found.")
        return web.json_response(self.describe(recording, origin_of(request)))

    async def _list(self, request: web.Request) -> web.Response:
        recordings = self._shelf.ended(self._access.require_bearer(request))
        limit, offset, page = page_of(request, recordings)
        return web.json_response(
            {
                "recordings": [_row(recording) for recording in page],
                "total": len(recordings),
                "limit": limit,
                "offset": offset,
            }
        )

    async def _artifact(self, request: web.Request) -> web.StreamResponse:
        expires, signature = request.query.get("expires", ""), request.query.get("signature", "")
        if not self._signer.may_fetch(request.path, expires, signature):
            raise RequestRefusedError(403, "The URL is forged or has expired.")
        recording = self._shelf.find(request.match_info["stream_id"])
        name = request.match_info["name"]
        if recording is None or name not in CONTENT_TYPES or not (recording.directory / name).is_file():
            raise RequestRefusedError(404, "No such artifact.")
        return web.FileResponse(
            recording.directory / name,
            headers={hdrs.CONTENT_TYPE: CONTENT_TYPES[name]},
            chunk_size=256 * 1024,
        )

    def _presigned(self, origin: str, path: str) -> str:
        query = "&".join(
            f"{key}={value}" for key, value in self._signer.url_query(path, self._url_lifetime_s).items()
        )
        return f"{origin}{path}?{query}"


def page_of(request: web.Request, rows: Sequence[T]) -> tuple[int, int, Sequence[T]]:
    """`limit` and `offset` of a request (422 if they are no counts), and that part of the rows."""
    limit = _count(request, "limit", PAGE_DEFAULT, least=1)
    offset = _count(request, "offset", 0, least=0)
    return limit, offset, rows[offset : offset + min(limit, PAGE_LIMIT)]


def _row(recording: Recording) -> dict[str, Any]:
    return {
        "stream_id": recording.stream_id,
        "width": recording.width,
        "height": recording.height,
        "started_at": recording.started_at.isoformat(),
        "ended_at": recording.ended_at.isoformat() if recording.ended_at else None,
        "duration_seconds": recording.duration_seconds,
    }


def _count(request: web.Request, name: str, default: int, *, least: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < least:
        raise RequestRefusedError(422, f"{name} must be a whole number from {least} on.")
    return int(text)
