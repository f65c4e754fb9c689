"""Recordings, as REST answers have them."""

from bot.odyssey.base.fields import optional_int, optional_number, optional_text, text
from bot.odyssey.base.types import Recording, StreamRecordingInfo


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


def recording_info(fields: dict[str, object]) -> StreamRecordingInfo:
    return StreamRecordingInfo(
        stream_id=text(fields, "stream_id"),
        width=optional_int(fields, "width"),
        height=optional_int(fields, "height"),
        started_at=optional_text(fields, "started_at"),
        ended_at=optional_text(fields, "ended_at"),
        duration_seconds=optional_number(fields, "duration_seconds"),
    )
