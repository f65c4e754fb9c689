"""What films are made of, and what is known of them, in the database."""

from collections.abc import Mapping
from itertools import groupby

from sqlalchemy import delete, exists, insert, select

from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind, NewFile
from bot.broadcast.model import Outcome, Viewer
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.recordings.footage import Moment
from bot.broadcast.states import State
from bot.storage.connections import Database, read
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.rows import AUTHOR, HAS_BEGUN, is_called, past_broadcast
from bot.storage.schema import broadcasts, film_parts, kept_files, streams, suggestions, uncredited
from bot.storage.writer import Writer, insert_new

_OVER = [state.value for state in State if state.is_over]


class DatabaseFilms:
    """The domain's `FilmBooks`."""

    def __init__(self, database: Database, writer: Writer, clock: Clock) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._files = DatabaseKeptFiles(database, writer)

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        return await past_broadcast(self._database, broadcasts.c.id == broadcast_id)

    async def moments(self, broadcast_id: str) -> list[Moment]:
        openings = select(streams.c.id, streams.c.prompt).where(
            streams.c.broadcast_id == broadcast_id, HAS_BEGUN
        )
        applied = (
            select(
                suggestions.c.stream_id,
                suggestions.c.sent_at,
                suggestions.c.settled_at,
                suggestions.c.applied,
                streams.c.started_at,
                AUTHOR.c.name,
                uncredited.c.person_id.label("uncredited"),
            )
            .select_from(
                suggestions.join(streams, suggestions.c.stream_id == streams.c.id)
                .join(broadcasts, suggestions.c.broadcast_id == broadcasts.c.id)
                .outerjoin(uncredited, uncredited.c.person_id == suggestions.c.viewer_id)
                .outerjoin(AUTHOR, is_called(AUTHOR, suggestions.c.viewer_id, broadcasts.c.guild_id))
            )
            .where(
                suggestions.c.broadcast_id == broadcast_id,
                suggestions.c.outcome == Outcome.ACKNOWLEDGED.value,
            )
            .order_by(suggestions.c.sent_at, suggestions.c.suggested_at, suggestions.c.id)
        )
        found = [Moment(row.id, 0.0, row.prompt) for row in await read(self._database, openings)]
        for _, together in groupby(await read(self._database, applied), key=lambda row: row.sent_at):
            rows = list(together)
            at = max(row.settled_at for row in rows)
            names = dict.fromkeys(row.name for row in rows if row.name and row.uncredited is None)
            at_s = (at - rows[0].started_at).total_seconds()
            found.append(Moment(rows[0].stream_id, at_s, rows[0].applied or "", tuple(names)))
        return found

    async def offsets(self, broadcast_id: str) -> Mapping[str, float]:
        its = select(film_parts).where(film_parts.c.broadcast_id == broadcast_id)
        return {row.stream_id: row.begins_s for row in await read(self._database, its)}

    async def save_offsets(self, broadcast_id: str, offsets_s: Mapping[str, float]) -> None:
        older = delete(film_parts).where(film_parts.c.broadcast_id == broadcast_id)
        rows = [
            {"broadcast_id": broadcast_id, "stream_id": stream_id, "begins_s": begins_s}
            for stream_id, begins_s in offsets_s.items()
        ]
        await self._writer.execute(older, *([insert(film_parts).values(rows)] if rows else []))

    async def credit(self, person: Viewer, *, is_named: bool) -> None:
        row = {"person_id": person.id}
        is_theirs = uncredited.c.person_id == person.id
        await self._writer.execute(
            delete(uncredited).where(is_theirs) if is_named else insert_new(uncredited, row)
        )

    async def without_film(self) -> list[str]:
        film = kept_files.alias()
        has_film = exists().where(
            film.c.broadcast_id == kept_files.c.broadcast_id, film.c.kind == FileKind.FILM.value
        )
        query = (
            select(kept_files.c.broadcast_id)
            .join(broadcasts)
            .where(
                kept_files.c.kind == FileKind.VIDEO.value,
                kept_files.c.state == ArchiveState.KEPT.value,
                broadcasts.c.state.in_(_OVER),
                ~has_film,
            )
            .distinct()
        )
        return [row.broadcast_id for row in await read(self._database, query)]

    async def no_film(self, broadcast_id: str) -> None:
        what = NewFile(broadcast_id, FileKind.FILM, "video/mp4")
        await self._files.decide(what, ArchiveState.NEVER, self._clock.now())
