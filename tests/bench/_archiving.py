"""A process that takes one recording into an archive, for as long as it is let: `DIRECTORY SERVICE`."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.archive.address import ArchiveAddress
from bot.archive.archive import StoredArchive
from bot.archive.intake import ArchiveIntake
from bot.archive.objects import Objects
from bot.broadcast.answers import Answers
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Broadcast, Channel, Stream, Viewer
from bot.broadcast.recordings.archiving import Archiving
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox
from bot.kit.references import new_id
from bot.odyssey import Odyssey
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from bot.worlds.fetching import OdysseyArtifactSource
from bot.worlds.looking_up import Key, of_the_operator

AT = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
STREAM = Stream("own", "b", "A cat", False, AT, AT, 1, "s1", AT, Reason.HOST_ENDED)


async def take_in(directory: Path, service: str) -> None:
    """Tries until all is decided; then tells the video's SHA-256."""
    clock = SystemClock()
    async with (
        open_database(f"sqlite:///{directory / 'odyssey.sqlite3'}") as database,
        Writer(database) as writer,
    ):
        outbox = Outbox(DatabaseOutbox(database, writer), clock)
        journal, history = DatabaseJournal(writer, outbox), DatabaseHistory(database)
        if await history.stream(STREAM.id) is None:
            broadcast = Broadcast("b", Channel(1, 2), Viewer(3, "Mika"), "A cat", False, AT, State.ENDED)
            await journal.save_broadcast(broadcast)
            await journal.save_stream(STREAM)
        objects = Objects(ArchiveAddress(directory / "archive"), directory / "incoming")
        books = DatabaseKeptFiles(database, writer)
        archive = StoredArchive(objects, books, clock, new_id, lambda _: True)
        archiving = Archiving(
            outbox,
            OdysseyArtifactSource(
                of_the_operator(Key(None, Odyssey("ody_bench", service), Answers(clock))), clock
            ),
            ArchiveIntake(archive, objects),
            books,
            history,
            clock,
            ArchiveTroubles(),
        )
        errand = Errand(Kind.ARCHIVE, STREAM.id, AT)  # of long ago: what is not there never comes
        while not await archive.files("b"):
            try:
                await archiving.attend(errand)
            except WorldError:
                await asyncio.sleep(0.05)
        (video,) = await archive.files("b")
        await archive.check(video)
        print(video.sha256)


if __name__ == "__main__":
    asyncio.run(take_in(Path(sys.argv[1]), sys.argv[2]))
