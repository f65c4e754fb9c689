"""The watch links of channels."""

from sqlalchemy import delete, select

from bot.broadcast.audience.links import WatchLink
from bot.broadcast.model import Channel
from bot.storage.connections import Database, read
from bot.storage.schema import watch_links
from bot.storage.writer import Writer, upsert


class DatabaseLinks:
    """The domain's `LinkRecords`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def all_links(self) -> list[WatchLink]:
        return [
            WatchLink(row.token, Channel(row.guild_id, row.channel_id), row.made_at, row.takes_old_links)
            for row in await read(self._database, select(watch_links))
        ]

    async def save_link(self, link: WatchLink) -> None:
        row = {
            "channel_id": link.channel.id,
            "guild_id": link.channel.guild_id,
            "token": link.token,
            "made_at": link.made_at,
            "takes_old_links": link.takes_old_links,
        }
        await self._writer.execute(upsert(watch_links, row))

    async def forget_link(self, channel: Channel) -> None:
        await self._writer.execute(delete(watch_links).where(watch_links.c.channel_id == channel.id))
