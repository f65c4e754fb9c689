"""All that a recording's page shows, but for the files. Pure.

Times are seconds, but for dates: those are milliseconds since the epoch. It has no ID of anybody.
"""

from collections.abc import Mapping
from typing import Any

from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind
from bot.broadcast.recordings.timeline import Chapter, Moment, Timeline

Document = Mapping[str, Any]


def document_of(past: PastBroadcast, timeline: Timeline) -> Document:
    """A moment's and a chapter's place in the whole is null where nothing of it is recorded."""
    broadcast = past.broadcast
    began_at = broadcast.live_at or broadcast.requested_at
    return {
        "prompt": broadcast.prompt,
        "host": broadcast.host.name,
        "portrait": broadcast.portrait,
        "began_at": round(1000 * began_at.timestamp()),
        "is_over": past.is_over,
        "length": round(timeline.length_s, 3),
        "film": past.film is not None,
        "credits": past.file(FileKind.CREDITS) is not None,
        "sheet": past.file(FileKind.CONTACT_SHEET) is not None,
        "clips": sum(file.kind is FileKind.CLIP for file in past.files),
        "chapters": [_chapter(each) for each in timeline.chapters],
        "moments": [_moment(each) for each in timeline.moments],
    }


def _chapter(chapter: Chapter) -> Document:
    return {
        "number": chapter.number,
        "prompt": chapter.prompt,
        "at": _rounded(chapter.begins_s),
        "length": round(chapter.length_s, 3),
    }


def _moment(moment: Moment) -> Document:
    return {
        "chapter": moment.chapter,
        "at": _rounded(moment.in_all_s),
        "by": [viewer.name for viewer in moment.by],
        "said": moment.said,
        "made": moment.made,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
