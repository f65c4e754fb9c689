"""Looking back: what the database knows of broadcasts and streams that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.model import Broadcast, Channel, Ending, Stream, Viewer
from bot.broadcast.states import Reason, State
from bot.storage.journal import Post, PostKind
from bot.storage.schema import broadcasts, posts, recordings, streams


@dataclass(frozen=True, slots=True)
class PastStream:
    """A stream that was (or still is), with what is worth knowing of its broadcast and its recording."""

    stream: Stream
    channel: Channel
    host: Viewer
    has_recording: bool
    duration_s: float | None
    frame_count: int | None


class Archive:
    """Reads. What belongs to a guild is shown to that guild only, so most questions name one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def past_streams(self, guild_id: int, *, limit: int, offset: int) -> tuple[list[PastStream], int]:
        """A guild's streams, newest first, and how many there are in all."""
        query = _past_streams().where(broadcasts.c.guild_id == guild_id)
        count = select(func.count()).select_from(streams.join(broadcasts))
        async with self._engine.connect() as connection:
            total = (await connection.execute(count.where(broadcasts.c.guild_id == guild_id))).scalar_one()
            rows = (await connection.execute(query.limit(limit).offset(offset))).all()
        return [_past_stream(row) for row in rows], total

    async def search_streams(self, guild_id: int, text: str, *, limit: int) -> list[PastStream]:
        """A guild's streams with `text` in their prompt, their host's name or at the front of their ID."""
        query = _past_streams().where(broadcasts.c.guild_id == guild_id)
        if text:
            query = query.where(
                or_(
                    streams.c.id.istartswith(text, autoescape=True),
                    streams.c.prompt.icontains(text, autoescape=True),
                    broadcasts.c.host_name.icontains(text, autoescape=True),
                )
            )
        async with self._engine.connect() as connection:
            return [_past_stream(row) for row in (await connection.execute(query.limit(limit))).all()]

    async def stream(self, guild_id: int, stream_id: str) -> PastStream | None:
        """One of a guild's streams."""
        query = _past_streams().where(broadcasts.c.guild_id == guild_id, streams.c.id == stream_id)
        return await self._first(query)

    async def latest_stream(self, channel: Channel) -> PastStream | None:
        """The newest stream in a channel that has ended."""
        return await self._first(
            _past_streams().where(broadcasts.c.channel_id == channel.id, streams.c.ended_at.is_not(None))
        )

    async def streams_without_post(self, since: datetime) -> list[Stream]:
        """Streams that ended after `since` and whose recording was not posted, oldest first."""
        posted = select(posts.c.stream_id).where(posts.c.kind == PostKind.RECORDING.value)
        query = (
            select(streams)
            .where(streams.c.ended_at >= since, streams.c.id.not_in(posted))
            .order_by(streams.c.ended_at)
        )
        async with self._engine.connect() as connection:
            return [_stream(row) for row in (await connection.execute(query)).all()]

    async def broadcast(self, broadcast_id: str) -> Broadcast | None:
        """A broadcast, by its ID."""
        async with self._engine.connect() as connection:
            query = select(broadcasts).where(broadcasts.c.id == broadcast_id)
            row = (await connection.execute(query)).first()
        return _broadcast(row) if row else None

    async def time_on_air(self, guild_id: int, *, since: datetime, now: datetime) -> timedelta:
        """How long a guild's broadcasts that went live after `since` have been live, in all."""
        query = select(broadcasts.c.live_at, broadcasts.c.ended_at).where(
            broadcasts.c.guild_id == guild_id, broadcasts.c.live_at >= since
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return sum(((row.ended_at or now) - row.live_at for row in rows), timedelta())

    async def open_panels_of_the_past(self, since: datetime) -> list[Post]:
        """Panels posted after `since` that do not show yet that their broadcasts are over, oldest first."""
        query = (
            select(posts)
            .join(broadcasts)
            .where(
                posts.c.kind == PostKind.PANEL.value,
                posts.c.closed_at.is_(None),
                posts.c.posted_at >= since,
                broadcasts.c.state.in_([state.value for state in State if state.is_over]),
            )
            .order_by(posts.c.posted_at)
        )
        async with self._engine.connect() as connection:
            return [_post(row) for row in (await connection.execute(query)).all()]

    async def recording_post(self, stream_id: str) -> Post | None:
        """The message that shows a stream's recording."""
        query = select(posts).where(posts.c.stream_id == stream_id, posts.c.kind == PostKind.RECORDING.value)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return _post(row) if row else None

    async def _first(self, query: Select[Any]) -> PastStream | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(query.limit(1))).first()
        return _past_stream(row) if row else None


def _past_streams() -> Select[Any]:
    return (
        select(
            streams,
            broadcasts.c.guild_id,
            broadcasts.c.channel_id,
            broadcasts.c.host_id,
            broadcasts.c.host_name,
            recordings.c.has_video,
            recordings.c.duration_s,
            recordings.c.frame_count,
        )
        .select_from(streams.join(broadcasts).outerjoin(recordings))
        .order_by(streams.c.started_at.desc(), streams.c.id)
    )


def _past_stream(row: Row[Any]) -> PastStream:
    return PastStream(
        stream=_stream(row),
        channel=Channel(row.guild_id, row.channel_id),
        host=Viewer(row.host_id, row.host_name),
        has_recording=bool(row.has_video),
        duration_s=row.duration_s,
        frame_count=row.frame_count,
    )


def _stream(row: Row[Any]) -> Stream:
    return Stream(
        id=row.id,
        broadcast_id=row.broadcast_id,
        prompt=row.prompt,
        portrait=row.portrait,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=Reason(row.end_reason) if row.end_reason else None,
    )


def _broadcast(row: Row[Any]) -> Broadcast:
    by = Viewer(row.ended_by_id, row.ended_by_name) if row.ended_by_id else None
    return Broadcast(
        id=row.id,
        channel=Channel(row.guild_id, row.channel_id),
        host=Viewer(row.host_id, row.host_name),
        prompt=row.prompt,
        portrait=row.portrait,
        requested_at=row.requested_at,
        state=State(row.state),
        live_at=row.live_at,
        ended_at=row.ended_at,
        ending=Ending(Reason(row.reason), by, row.detail, row.reference) if row.reason else None,
    )


def _post(row: Row[Any]) -> Post:
    return Post(
        message_id=row.message_id,
        channel_id=row.channel_id,
        kind=PostKind(row.kind),
        broadcast_id=row.broadcast_id,
        stream_id=row.stream_id,
        posted_at=row.posted_at,
    )
