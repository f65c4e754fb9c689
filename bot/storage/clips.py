"""Clips, and who asked for them, in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel, Viewer
from bot.broadcast.recordings.clip import Clip
from bot.broadcast.telling.errand import Errand
from bot.broadcast.telling.outbox import Outbox
from bot.storage.connections import Database, read
from bot.storage.films import DatabaseFilms
from bot.storage.history import DatabaseHistory
from bot.storage.names import named
from bot.storage.outbox import owed
from bot.storage.rows import is_called
from bot.storage.schema import broadcasts, clip_askers, clips, people
from bot.storage.writer import Writer, insert_new


class FilmTables:
    """What is stored of films, and of clips."""

    def __init__(self, database: Database, writer: Writer, outbox: Outbox, clock: Clock) -> None:
        self.films = DatabaseFilms(database, writer, clock)
        self.clips = DatabaseClips(database, writer, outbox)


class DatabaseClips:
    """The domain's `ClipBooks`. That a clip is to be made is owed by the outbox, in the same transaction."""

    def __init__(self, database: Database, writer: Writer, outbox: Outbox) -> None:
        self._database = database
        self._writer = writer
        self._outbox = outbox
        self._history = DatabaseHistory(database)

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        return await self._history.past_broadcast(broadcast_id)

    async def latest_broadcast(self, channel: Channel) -> PastBroadcast | None:
        return await self._history.latest_broadcast(channel)

    async def clip(self, clip_id: str) -> Clip | None:
        return next(iter(await self._found(clips.c.id == clip_id)), None)

    async def clips(self, broadcast_id: str) -> list[Clip]:
        return await self._found(clips.c.broadcast_id == broadcast_id)

    async def ask(self, clip: Clip, viewer: Viewer | None, channel: Channel, errand: Errand) -> None:
        row = {"id": clip.id, "broadcast_id": clip.broadcast_id, "at": clip.at, "seconds": clip.seconds}
        its_row = clips.c.id == clip.id
        who = (
            [
                *named(channel.guild_id, viewer),
                insert_new(
                    clip_askers, {"clip_id": clip.id, "viewer_id": viewer.id, "asked_at": errand.made_at}
                ),
            ]
            if viewer
            else [update(clips).where(its_row).values(pages=clips.c.pages + 1)]
        )
        stored = self._writer.execute(insert_new(clips, row), *who, owed(errand))
        self._outbox.owe(stored, errand)
        await stored

    async def posted(self, clip: Clip, message_id: int) -> None:
        shown = {"message_id": message_id, "says_highlight": clip.is_highlight}
        await self._writer.execute(update(clips).where(clips.c.id == clip.id).values(shown))

    async def _found(self, are_meant: ColumnElement[bool]) -> list[Clip]:
        those = select(clips).where(are_meant).order_by(clips.c.at, clips.c.id)
        found = await read(self._database, those)
        askers = (
            select(clip_askers.c.clip_id, clip_askers.c.viewer_id, people.c.name)
            .select_from(
                clip_askers.join(clips)
                .join(broadcasts)
                .outerjoin(people, is_called(people, clip_askers.c.viewer_id, broadcasts.c.guild_id))
            )
            .where(are_meant)
            .order_by(clip_askers.c.asked_at, clip_askers.c.viewer_id)
        )
        by: dict[str, list[Viewer]] = {}
        for row in await read(self._database, askers):
            by.setdefault(row.clip_id, []).append(Viewer(row.viewer_id, row.name or ""))
        return [_clip(row, by.get(row.id, ())) for row in found]


def _clip(row: Row[Any], asked_by: Sequence[Viewer]) -> Clip:
    return Clip(
        id=row.id,
        broadcast_id=row.broadcast_id,
        at=row.at,
        seconds=row.seconds,
        asked_by=tuple(asked_by),
        pages=row.pages,
        message_id=row.message_id,
        says_highlight=row.says_highlight,
    )
