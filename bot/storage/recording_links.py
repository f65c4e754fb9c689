"""The links of broadcasts' recordings."""

from sqlalchemy import ColumnElement, select

from bot.broadcast.history import RecordingLink
from bot.storage.connections import Database, read
from bot.storage.schema import recording_links
from bot.storage.writer import Writer, upsert


class DatabaseRecordingLinks:
    """The domain's `RecordingLinkRecords`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def find_recording_link(self, token: str) -> RecordingLink | None:
        return await self._link(recording_links.c.token == token)

    async def recording_link_of(self, broadcast_id: str) -> RecordingLink | None:
        return await self._link(recording_links.c.broadcast_id == broadcast_id)

    async def save_recording_link(self, link: RecordingLink) -> None:
        row = {"broadcast_id": link.broadcast_id, "token": link.token, "made_at": link.made_at}
        await self._writer.execute(upsert(recording_links, row))

    async def _link(self, is_meant: ColumnElement[bool]) -> RecordingLink | None:
        found = await read(self._database, select(recording_links).where(is_meant))
        return RecordingLink(found[0].token, found[0].broadcast_id, found[0].made_at) if found else None
