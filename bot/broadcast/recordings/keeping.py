"""Keeping of a recording what is to outlast the service's links, before it is posted."""

from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import Journal


class JournalKeeper:
    """The domain's `RecordingKeeper` without an archive: facts are kept, no files, so the links stay."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        await self._journal.save_recording(stream.id, recording)
        return recording
