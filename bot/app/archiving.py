"""The archive of a bot, opened: also by the commands that look after it by hand."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.archive.archive import StoredArchive
from bot.archive.intake import ArchiveIntake
from bot.archive.objects import Objects
from bot.archive.strays import tidy
from bot.broadcast.clock import Clock
from bot.broadcast.ports import RecordingHistory
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.archiving import Archiving
from bot.broadcast.recordings.catching_up import CatchingUp
from bot.broadcast.recordings.retention import Retaining, Retention
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.telling.errand import Kind
from bot.broadcast.telling.outbox import Outbox
from bot.kit.errors import StartError
from bot.kit.references import new_id
from bot.process.archive_settings import GB, ArchiveSettings
from bot.process.settings import Settings
from bot.storage.address import database_address
from bot.storage.kept_files import DatabaseKeptFiles
from bot.worlds.fetching import OdysseyArtifactSource
from bot.worlds.looking_up import KeysOf

FOREIGN = timedelta(hours=1)
"""So long a file may be there that another process has put there and not stored yet."""
INCOMING = "incoming"
"""The folder beside the database of what is on its way to a bucket."""


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """The archive with all that is behind it."""

    archive: StoredArchive
    intake: ArchiveIntake
    books: DatabaseKeptFiles
    objects: Objects
    troubles: ArchiveTroubles
    is_shared: bool = False
    """Other processes put files there, too."""

    def archiving(
        self, outbox: Outbox, keys_of: KeysOf, history: RecordingHistory, clock: Clock
    ) -> Archiving:
        """Takes in what is owed to it, while it is entered."""
        source = OdysseyArtifactSource(keys_of, clock)
        return Archiving(outbox, source, self.intake, self.books, history, clock, self.troubles)

    def catching_up(self, outbox: Outbox, history: RecordingHistory, clock: Clock) -> CatchingUp:
        """Sees to what the archive lacks from before, while it is entered."""
        an_hour_ago = (lambda: clock.now() - FOREIGN) if self.is_shared else None
        tidied = partial(tidy, self.archive, self.objects, self.books, an_hour_ago)
        return CatchingUp(outbox, self.books, history, clock, tidy=tidied)

    def retaining(self, settings: ArchiveSettings, clock: Clock) -> Retaining:
        """Lets go what is to go, while it is entered."""
        retention = Retention(
            timedelta(days=settings.archive_keep_days) if settings.archive_keep_days else None,
            round(settings.archive_keep_gb * GB) if settings.archive_keep_gb else None,
            until_film=settings.archive_keep_streams == "until-film",
        )
        return Retaining(retention, self.archive, self.books, clock)


def open_archive(settings: Settings, books: DatabaseKeptFiles, outbox: Outbox, clock: Clock) -> OpenArchive:
    """Raises `StartError` where there cannot be one."""
    address = settings.archive_address(settings.database_url)
    folder = database_address(settings.database_url).folder
    beside = folder or Path(tempfile.mkdtemp(prefix="odyssey-"))
    try:
        objects = Objects(
            address,
            beside / INCOMING,
            settings.archive_access,
            reserve_bytes=round(settings.archive_reserve_gb * GB),
        )
    except ArchiveError as error:
        raise StartError(
            f"Recordings cannot be kept in {address.directory or address.bucket}: {error.__cause__}. "
            "Check ARCHIVE_URL, and who may write there."
        ) from error

    def is_awaited(stream_id: str) -> bool:
        return any(outbox.get(kind, stream_id) for kind in (Kind.RECORDING, Kind.ARCHIVE))

    archive = StoredArchive(objects, books, clock, new_id, is_awaited)
    intake = ArchiveIntake(archive, objects)
    return OpenArchive(archive, intake, books, objects, ArchiveTroubles(), is_shared=settings.cluster)
