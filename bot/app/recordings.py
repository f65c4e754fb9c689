"""What shows recordings, wired: their links, their timelines, and the pages' sources."""

from functools import partial

from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.kept_files import KeptFile
from bot.broadcast.model import Stream
from bot.broadcast.recordings.archive import Archive
from bot.broadcast.recordings.desk import RecordingDesk
from bot.broadcast.recordings.events import LOG_LIMIT_BYTES
from bot.broadcast.recordings.films import Films
from bot.broadcast.recordings.timelines import FetchRecording, Offsets, Timelines
from bot.broadcast.telling.listeners import Listeners
from bot.storage.history import DatabaseHistory
from bot.web.recordings.routes import RecordingSources
from bot.worlds.artifacts import FetchArtifact


def shown_recordings(
    links: RecordingLinks,
    archive: Archive,
    history: DatabaseHistory,
    desk: RecordingDesk,
    fetch_artifact: FetchArtifact,
    films: Films,
    renewed: Listeners[str],
) -> RecordingSources:
    """Has posts follow what becomes of links and files; returns what the pages are made of."""

    def look_at_what_is_of_all(file: KeptFile) -> None:
        if file.stream_id is None and file.clip_id is None:
            desk.look_at(file.broadcast_id)

    links.changed.listen(lambda link: desk.look_at(link.broadcast_id))
    archive.kept.listen(look_at_what_is_of_all)
    return recording_sources(
        links, archive, history, desk.fetch, fetch_artifact, films.offsets, desk.recorded, renewed
    )


def recording_sources(
    links: RecordingLinks,
    archive: Archive,
    history: DatabaseHistory,
    fetch: FetchRecording,
    fetch_artifact: FetchArtifact,
    offsets: Offsets,
    recorded: Listeners[Stream],
    renewed: Listeners[str],
) -> RecordingSources:
    """What the pages are made of."""
    fetch_log = partial(fetch_artifact, limit_bytes=LOG_LIMIT_BYTES)
    return RecordingSources(
        links=links,
        past_broadcast=history.past_broadcast,
        timelines=Timelines(history, archive.read, fetch, fetch_log, offsets),
        archive=archive,
        kept=archive.kept,
        recorded=recorded,
        renewed=renewed,
    )
