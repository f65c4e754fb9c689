"""What the archive keeps, as it is stored."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, select

from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.recordings.retention import KeptBroadcast
from bot.storage.connections import Database, read
from bot.storage.rows import HAS_BEGUN, IS_KEPT, IS_KNOWN, KEPT_FILES, kept_file
from bot.storage.schema import broadcasts, kept_files, known, recordings, streams
from bot.storage.writer import Writer, upsert


class DatabaseKeptFiles:
    """The domain's `KeptFiles`, `RetentionBooks` and `UnkeptStreams`, and the archive's `StrayBooks`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def of_broadcast(self, broadcast_id: str) -> list[KeptFile]:
        return [kept_file(row) for row in await read(self._database, KEPT_FILES.params(ids=[broadcast_id]))]

    async def newest(self, meaning: str) -> KeptFile | None:
        query = select(kept_files).where(kept_files.c.meaning == meaning, IS_KEPT)
        found = await read(self._database, query)
        return kept_file(found[0]) if found else None

    async def kinds_of(self, stream_id: str) -> Mapping[FileKind, ArchiveState]:
        its = select(kept_files.c.kind, kept_files.c.state).where(
            kept_files.c.stream_id == stream_id, IS_KNOWN
        )
        return {FileKind(row.kind): _state(row.state) for row in await read(self._database, its)}

    async def videos(self, broadcast_id: str) -> Mapping[str, ArchiveState | None]:
        is_its_video = and_(kept_files.c.stream_id == streams.c.id, kept_files.c.kind == FileKind.VIDEO.value)
        query = (
            select(streams.c.id, kept_files.c.state)
            .select_from(streams.outerjoin(kept_files, is_its_video))
            .where(streams.c.broadcast_id == broadcast_id, HAS_BEGUN)
            .order_by(streams.c.number)
        )
        found = await read(self._database, query)
        return {row.id: _state(row.state) if row.state else None for row in found}

    async def save(self, file: KeptFile) -> None:
        row = _row(file.what, ArchiveState.KEPT, file.kept_at)
        facts = {"id": file.id, "size_bytes": file.size_bytes, "sha256": file.sha256}
        await self._writer.execute(upsert(kept_files, row | facts))

    async def decide(self, what: NewFile, state: ArchiveState, at: datetime) -> None:
        await self._writer.execute(upsert(kept_files, _row(what, state, at)))

    async def forget(self, broadcast_id: str) -> None:
        await self._writer.execute(delete(kept_files).where(kept_files.c.broadcast_id == broadcast_id))

    async def kept_broadcasts(self) -> list[KeptBroadcast]:
        sizes = func.sum(kept_files.c.size_bytes).label("size_bytes")
        query = (
            select(broadcasts.c.id, broadcasts.c.ended_at, sizes)
            .select_from(kept_files.join(broadcasts))
            .where(IS_KEPT, broadcasts.c.ended_at.is_not(None))
            .group_by(broadcasts.c.id)
            .order_by(broadcasts.c.ended_at, broadcasts.c.id)
        )
        found = await read(self._database, query)
        return [KeptBroadcast(row.id, row.ended_at, row.size_bytes) for row in found]

    async def with_films_and_videos(self) -> list[str]:
        films, videos = kept_files.alias(), kept_files.alias()
        query = (
            select(films.c.broadcast_id)
            .select_from(films.join(videos, films.c.broadcast_id == videos.c.broadcast_id))
            .where(
                films.c.kind == FileKind.FILM.value,
                videos.c.kind == FileKind.VIDEO.value,
                films.c.state == ArchiveState.KEPT.value,
                videos.c.state == ArchiveState.KEPT.value,
            )
            .distinct()
        )
        return [row.broadcast_id for row in await read(self._database, query)]

    async def streams_to_keep(self, *, limit: int | None = None) -> list[str]:
        is_its_video = (kept_files.c.stream_id == streams.c.id) & (kept_files.c.kind == FileKind.VIDEO.value)
        query = (
            select(streams.c.id)
            .select_from(streams.join(recordings))
            .where(recordings.c.has_video, HAS_BEGUN, ~exists().where(is_its_video))
            .order_by(streams.c.started_at)
            .limit(limit)
        )
        return [row.id for row in await read(self._database, query)]

    async def unknown(self, ids: Collection[str]) -> set[str]:
        query = select(kept_files.c.id).where(kept_files.c.id.in_(list(ids)))
        return set(ids) - {row.id for row in await read(self._database, query)}

    async def decided(self, broadcast_id: str) -> list[tuple[FileKind, ArchiveState, KeptFile | None]]:
        query = select(kept_files).where(kept_files.c.broadcast_id == broadcast_id, IS_KNOWN)
        found = await read(self._database, query)
        return [(FileKind(row.kind), _state(row.state), kept_file(row) if row.id else None) for row in found]

    async def streams_begun(self, broadcast_id: str) -> int:
        query = select(func.count()).select_from(streams)
        found = await read(self._database, query.where(streams.c.broadcast_id == broadcast_id, HAS_BEGUN))
        return int(found[0][0])

    async def all_files(self) -> list[KeptFile]:
        """All that is kept, of all broadcasts, oldest first."""
        query = select(kept_files).where(IS_KEPT).order_by(kept_files.c.kept_at, kept_files.c.id)
        return [kept_file(row) for row in await read(self._database, query)]


def _state(text: str) -> ArchiveState:
    """That of a newer version is none of which there would be a file."""
    return known(ArchiveState, text, ArchiveState.NEVER)


def _row(what: NewFile, state: ArchiveState, at: datetime) -> dict[str, Any]:
    return {
        "meaning": what.meaning,
        "id": None,
        "broadcast_id": what.broadcast_id,
        "stream_id": what.stream_id,
        "clip_id": what.clip_id,
        "kind": what.kind.value,
        "state": state.value,
        "media_type": what.media_type,
        "size_bytes": None,
        "sha256": None,
        "kept_at": at,
    }
