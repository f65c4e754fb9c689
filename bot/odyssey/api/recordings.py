"""Recordings over REST."""

from bot.odyssey.api.rest import Calls, bad_response, path_part
from bot.odyssey.base.fields import optional_int, optional_number, optional_text, rows, text
from bot.odyssey.base.types import Recording, StreamRecordingInfo, StreamRecordingsList


async def recording(calls: Calls, stream_id: str) -> Recording:
    """The recording of one stream. A 404 (code `not_found`) is retryable: it may not be there yet."""
    fields = await calls.get(f"/recordings/{path_part(stream_id)}")
    with bad_response():
        return recording_from(fields, stream_id)


async def recordings_page(calls: Calls, limit: int | None, offset: int | None) -> StreamRecordingsList:
    fields = await calls.get("/stream-recordings", {"limit": limit, "offset": offset})
    with bad_response():
        items = rows(fields, "recordings", _info)
    return StreamRecordingsList(items, *page_of(fields, len(items), limit, offset))


def page_of(
    fields: dict[str, object], found: int, limit: int | None, offset: int | None
) -> tuple[int, int, int]:
    """Total, limit and offset of a page; what the answer leaves out is as it was asked for, or as found."""
    total, its_limit, its_offset = (optional_int(fields, key) for key in ("total", "limit", "offset"))
    return (
        found if total is None else total,
        (limit or found) if its_limit is None else its_limit,
        (offset or 0) if its_offset is None else its_offset,
    )


def recording_from(fields: dict[str, object], stream_id: str | None = None) -> Recording:
    """The recording in an answer's fields. Only its stream's ID must be there, if it is not given."""
    return Recording(
        stream_id=optional_text(fields, "stream_id") or stream_id or text(fields, "stream_id"),
        video_url=optional_text(fields, "video_url"),
        events_url=optional_text(fields, "events_url"),
        thumbnail_url=optional_text(fields, "thumbnail_url"),
        preview_url=optional_text(fields, "preview_url"),
        frame_count=optional_int(fields, "frame_count"),
        duration_seconds=optional_number(fields, "duration_seconds"),
    )


def _info(fields: dict[str, object]) -> StreamRecordingInfo:
    return StreamRecordingInfo(
        stream_id=text(fields, "stream_id"),
        width=optional_int(fields, "width"),
        height=optional_int(fields, "height"),
        started_at=optional_text(fields, "started_at"),
        ended_at=optional_text(fields, "ended_at"),
        duration_seconds=optional_number(fields, "duration_seconds"),
    )
