"""Recordings: what is known about each stream, and the files it left."""

import json
import shutil
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bot.local.odyssey.settings import FIRST_ACCOUNT

SHELF_LIMIT = 300  # the oldest beyond it are forgotten, so that a demo that runs for days fills no disk
VIDEO, EVENTS, THUMBNAIL, PREVIEW = "video.mp4", "events.jsonl", "thumbnail.jpg", "preview.mp4"

# What each artifact is called in a recording's answer, and its file.
ARTIFACT_FIELDS = {
    "video_url": VIDEO,
    "events_url": EVENTS,
    "thumbnail_url": THUMBNAIL,
    "preview_url": PREVIEW,
}
CONTENT_TYPES = {
    VIDEO: "video/mp4",
    EVENTS: "application/x-ndjson",
    THUMBNAIL: "image/jpeg",
    PREVIEW: "video/mp4",
}

Stage = Literal["unknown", "pending", "complete"]


class EventLog:
    """A stream's `events.jsonl`: one JSON object a line, in order, each with

    - `timestamp_ms`: milliseconds since the stream's first moment (integer, never falling),
    - `type`: `stream_started` (with `stream_id`, `prompt`, `applied_prompt`, `portrait`, `width`, `height`,
      `broadcast`, `has_image`), `interaction` (with `prompt`, `applied_prompt`), or `stream_ended` (with
      `reason`: `ended_by_client`, `session_timeout`, `client_disconnected`, `duration_limit_reached`,
      `service_stopped` or the reason of an error).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start_s = time.monotonic()

    def add(self, kind: str, *, timestamp_ms: int | None = None, **facts: object) -> None:
        """Append an event that happens now, or at `timestamp_ms`."""
        if timestamp_ms is None:
            timestamp_ms = round((time.monotonic() - self._start_s) * 1000)
        with self._path.open("a", encoding="ascii") as file:
            file.write(json.dumps({"timestamp_ms": timestamp_ms, "type": kind, **facts}) + "\n")


@dataclass(slots=True)
class Recording:
    """One stream's row. The files are in `directory` once `is_complete`."""

    stream_id: str
    directory: Path
    account: str
    width: int
    height: int
    started_at: datetime
    ended_at: datetime | None = None
    ended_monotonic_s: float = field(default=0.0, repr=False)
    frame_count: int = 0
    duration_seconds: float = 0.0
    is_complete: bool = False

    @property
    def events(self) -> EventLog:
        """A new log in this recording's directory."""
        return EventLog(self.directory / EVENTS)


UNKNOWN_SHARE = 0.2  # of the delay: so long nothing is known of a recording


class RecordingShelf:
    """All streams of this service, newest last; those too that an earlier run left in `directory`."""

    def __init__(self, directory: Path, delay_s: float) -> None:
        self._directory = directory
        self._delay_s = delay_s
        self._recordings: dict[str, Recording] = {r.stream_id: r for r in _earlier(directory)}
        for left in directory.glob(f"*/{EVENTS}"):
            if left.parent.name not in self._recordings:  # cut off in the middle: nobody can play it
                shutil.rmtree(left.parent, ignore_errors=True)

    def begin(self, width: int, height: int, account: str = FIRST_ACCOUNT) -> Recording:
        """A new stream with a new ID and an empty directory."""
        ended = [recording for recording in self._recordings.values() if recording.ended_at]
        for recording in ended[: max(0, len(ended) - SHELF_LIMIT + 1)]:
            self.discard(recording)
        stream_id = str(uuid.uuid4())
        directory = self._directory / stream_id
        directory.mkdir(parents=True)
        recording = Recording(stream_id, directory, account, width, height, datetime.now(UTC))
        self._recordings[stream_id] = recording
        return recording

    def end(self, recording: Recording, *, available_at_once: bool = False) -> None:
        """The stream is over; its files may still be in the making, and appear after the delay or at once."""
        recording.ended_at = datetime.now(UTC)
        recording.ended_monotonic_s = time.monotonic() - (self._delay_s if available_at_once else 0.0)

    def discard(self, recording: Recording) -> None:
        """There will be no recording."""
        self._recordings.pop(recording.stream_id, None)
        shutil.rmtree(recording.directory, ignore_errors=True)
        self._facts_of(recording).unlink(missing_ok=True)

    def complete(self, recording: Recording, frame_count: int, duration_seconds: float) -> None:
        """All files are there."""
        recording.frame_count = frame_count
        recording.duration_seconds = duration_seconds
        recording.is_complete = True
        facts = {
            "account": recording.account,
            "width": recording.width,
            "height": recording.height,
            "started_at": recording.started_at.isoformat(),
            "ended_at": (recording.ended_at or datetime.now(UTC)).isoformat(),
            "frame_count": frame_count,
            "duration_seconds": duration_seconds,
        }
        about = self._facts_of(recording)
        new = about.with_suffix(".new")
        new.write_text(json.dumps(facts), "utf-8")
        new.replace(about)  # so that a crash leaves all of it or nothing

    def find(self, stream_id: str, account: str | None = None) -> Recording | None:
        """The stream with this ID, running or over; of that account, if one is named."""
        found = self._recordings.get(stream_id)
        return found if found and account in (None, found.account) else None

    def stage_of(self, recording: Recording) -> Stage:
        """How much a client may see: first nothing (404), then a row without files, then all."""
        if recording.ended_at is None:
            return "unknown"
        age_s = time.monotonic() - recording.ended_monotonic_s
        if age_s < self._delay_s * UNKNOWN_SHARE:
            return "unknown"
        return "complete" if recording.is_complete and age_s >= self._delay_s else "pending"

    def ended(self, account: str = FIRST_ACCOUNT) -> list[Recording]:
        """Every stream of an account that has ended, newest first."""
        newest_first = reversed(self._recordings.values())
        return [each for each in newest_first if each.ended_at and each.account == account]

    def _facts_of(self, recording: Recording) -> Path:
        """The file, beside the recording's directory, with what a later run has to know of it."""
        return self._directory / f"{recording.stream_id}.json"


def _earlier(directory: Path) -> list[Recording]:
    """The complete recordings of earlier runs, oldest first; what cannot be read is passed over."""
    found = []
    for about in directory.glob("*.json"):
        try:
            facts = json.loads(about.read_text("utf-8"))
            facts |= {name: datetime.fromisoformat(facts[name]) for name in ("started_at", "ended_at")}
            recording = Recording(about.stem, directory / about.stem, **{"account": FIRST_ACCOUNT} | facts)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        recording.is_complete, recording.ended_monotonic_s = True, float("-inf")
        found.append(recording)
    return sorted(found, key=lambda recording: recording.started_at)
