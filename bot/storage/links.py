"""The watch links of channels."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from bot.broadcast.audience.links import WatchLink
from bot.broadcast.model import Channel
from bot.broadcast.owning.looking import What
from bot.storage.changes import NOBODY_ELSE, Changes
from bot.storage.connections import Database, read
from bot.storage.schema import watch_links
from bot.storage.writer import Upsert, Writer, upsert


class DatabaseLinks:
    """The domain's `LinkRecords`."""

    def __init__(self, database: Database, writer: Writer, changes: Changes = NOBODY_ELSE) -> None:
        self._database = database
        self._writer = writer
        self._changes = changes

    async def all_links(self) -> list[WatchLink]:
        return [_link(row) for row in await read(self._database, select(watch_links))]

    async def link_of(self, channel: Channel) -> WatchLink | None:
        theirs = select(watch_links).where(watch_links.c.channel_id == channel.id)
        found = await read(self._database, theirs)
        return _link(found[0]) if found else None

    async def save_link(self, link: WatchLink) -> None:
        row = {
            "channel_id": link.channel.id,
            "guild_id": link.channel.guild_id,
            "token": link.token,
            "made_at": link.made_at,
            "takes_old_links": link.takes_old_links,
        }
        await self._writer.execute(upsert(watch_links, row), *self._noted(link.channel))

    async def forget_link(self, channel: Channel) -> None:
        theirs = watch_links.c.channel_id == channel.id
        await self._writer.execute(delete(watch_links).where(theirs), *self._noted(channel))

    def _noted(self, channel: Channel) -> Sequence[Upsert]:
        return self._changes.noted(What.LINKS, f"{channel.guild_id} {channel.id}")


def _link(row: Row[Any]) -> WatchLink:
    channel = Channel(row.guild_id, row.channel_id)
    return WatchLink(row.token, channel, row.made_at, row.takes_old_links)
