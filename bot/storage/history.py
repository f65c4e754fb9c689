"""Looking back: what the database knows of broadcasts and streams that were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.history import PastStream
from bot.broadcast.model import Broadcast, Channel, Ending, Stream, TimeOnAir, Viewer
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import Reason, State
from bot.moderation.folding import plain
from bot.storage.reading import read
from bot.storage.schema import broadcasts, known, posts, recordings, storable, streams

SEARCHED_LIMIT = 5000
"""How many streams are looked through at most."""

_OVER = [state.value for state in State if state.is_over]
_IS_POSTED = posts.c.message_id.is_not(None)
_OPEN_PANEL = and_(posts.c.kind == PostKind.PANEL.value, posts.c.closed_at.is_(None))
_HAS_BEGUN = streams.c.service_id.is_not(None)


class DatabaseHistory:
    """The domain's `FullHistory`: reads. What is a guild's is for that guild, so most questions name it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def channels(self, guild_id: int) -> list[int]:
        query = (
            select(broadcasts.c.channel_id)
            .where(broadcasts.c.guild_id == guild_id)
            .group_by(broadcasts.c.channel_id)
            .order_by(func.max(broadcasts.c.requested_at).desc())
        )
        return [row.channel_id for row in await read(self._engine, query)]

    async def past_streams(
        self, guild_id: int, channels: Collection[int] | None = None, *, limit: int, offset: int
    ) -> tuple[list[PastStream], int]:
        theirs = _in(guild_id, channels)
        count = select(func.count()).select_from(streams.join(broadcasts)).where(theirs)
        (total,) = (await read(self._engine, count))[0]
        return await self._streams(_past_streams().where(theirs).limit(limit).offset(offset)), total

    async def search_streams(
        self, guild_id: int, text: str, channels: Collection[int] | None = None, *, limit: int
    ) -> list[PastStream]:
        """A guild's streams with `text` in their prompt, their host's name or at the front of their shown ID.

        Newest first, of the newest `SEARCHED_LIMIT`; however it is written: case, accents and width of
        letters do not matter, in any script. (Databases fold Latin letters, if any, and each in its own way.)
        """
        theirs, newest_first = _in(guild_id, channels), streams.c.started_at.desc()
        names = select(
            streams.c.id, streams.c.service_id, streams.c.prompt, broadcasts.c.host_name
        ).select_from(streams.join(broadcasts))
        names = names.where(theirs).order_by(newest_first, streams.c.id).limit(SEARCHED_LIMIT)
        wanted = _folded(storable(text))
        rows = await read(self._engine, names)
        fitting = (row.id for row in rows if _fits(wanted, row.service_id, row.prompt, row.host_name))
        found = streams.c.id.in_(list(islice(fitting, limit)))
        return await self._streams(_past_streams().where(found))

    async def stream(self, guild_id: int, service_id: str) -> PastStream | None:
        query = _past_streams().where(broadcasts.c.guild_id == guild_id, streams.c.service_id == service_id)
        return next(iter(await self._streams(query)), None)

    async def latest_stream(self, channel: Channel) -> PastStream | None:
        query = _past_streams().where(
            broadcasts.c.channel_id == channel.id, _HAS_BEGUN, streams.c.ended_at.is_not(None)
        )
        return next(iter(await self._streams(query.limit(1))), None)

    async def streams_without_post(self) -> list[Stream]:
        """Streams that have ended and whose recording is still to be posted, newest first."""
        posted = select(posts.c.stream_id).where(posts.c.kind == PostKind.RECORDING.value, _IS_POSTED)
        query = (
            select(streams)
            .where(
                _HAS_BEGUN,
                streams.c.ended_at.is_not(None),
                streams.c.recording_dropped_at.is_(None),
                streams.c.id.not_in(posted),
            )
            .order_by(streams.c.ended_at.desc())
        )
        return [_stream(row) for row in await read(self._engine, query)]

    async def broadcast(self, broadcast_id: str) -> Broadcast | None:
        rows = await read(self._engine, select(broadcasts).where(broadcasts.c.id == broadcast_id))
        return _broadcast(rows[0]) if rows else None

    async def times_on_air(self, guild_id: int, *, since: datetime) -> list[TimeOnAir]:
        ended_at = func.coalesce(broadcasts.c.ended_at, broadcasts.c.last_seen_at, broadcasts.c.live_at)
        query = select(broadcasts.c.id, broadcasts.c.live_at, ended_at).where(
            broadcasts.c.guild_id == guild_id, broadcasts.c.live_at.is_not(None), ended_at > since
        )
        return [TimeOnAir._make(row) for row in await read(self._engine, query)]

    async def open_panels_of_the_past(self) -> list[Post]:
        return await self._posts(_OPEN_PANEL, broadcasts.c.state.in_(_OVER))

    async def open_panels(self, broadcast_id: str) -> list[Post]:
        return await self._posts(_OPEN_PANEL, broadcasts.c.id == broadcast_id)

    async def newest_panel(self, broadcast_id: str) -> int | None:
        query = select(func.max(posts.c.message_id)).where(
            posts.c.kind == PostKind.PANEL.value, posts.c.broadcast_id == broadcast_id
        )
        newest: int | None
        (newest,) = (await read(self._engine, query))[0]
        return newest

    async def broadcasts_to_search(self) -> list[Broadcast]:
        remembered = select(posts.c.broadcast_id).where(posts.c.kind == PostKind.PANEL.value, _IS_POSTED)
        query = select(broadcasts).where(
            broadcasts.c.state.in_(_OVER),
            broadcasts.c.panels_sought_at.is_(None),
            or_(broadcasts.c.reason == Reason.INTERRUPTED.value, broadcasts.c.id.not_in(remembered)),
        )
        return [_broadcast(row) for row in await read(self._engine, query)]

    async def stream_posts(self, stream_id: str) -> dict[PostKind, Post]:
        return {post.kind: post for post in await self._posts(posts.c.stream_id == stream_id)}

    async def _posts(self, *conditions: ColumnElement[bool]) -> list[Post]:
        query = select(posts).join(broadcasts).where(_IS_POSTED, *conditions).order_by(posts.c.message_id)
        return [_post(row) for row in await read(self._engine, query)]

    async def _streams(self, query: Select[Any]) -> list[PastStream]:
        return [_past_stream(row) for row in await read(self._engine, query)]


def _in(guild_id: int, channels: Collection[int] | None) -> ColumnElement[bool]:
    in_guild = and_(broadcasts.c.guild_id == guild_id, _HAS_BEGUN)
    return in_guild if channels is None else and_(in_guild, broadcasts.c.channel_id.in_(channels))


def _fits(wanted: str, shown_id: str, prompt: str, host_name: str) -> bool:
    is_meant = shown_id.casefold().startswith(wanted)
    return is_meant or wanted in _folded(prompt) or wanted in _folded(host_name)


@lru_cache(maxsize=SEARCHED_LIMIT)
def _folded(text: str) -> str:
    """Kept, since somebody who types asks again with every letter."""
    return plain(text)


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
        intended_at=row.intended_at,
        number=row.number,
        service_id=row.service_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        end_reason=known(Reason, row.end_reason, Reason.UNKNOWN) if row.end_reason else None,
    )


def _broadcast(row: Row[Any]) -> Broadcast:
    by = Viewer(row.ended_by_id, row.ended_by_name) if row.ended_by_id else None
    reason = known(Reason, row.reason, Reason.UNKNOWN) if row.reason else None
    return Broadcast(
        id=row.id,
        channel=Channel(row.guild_id, row.channel_id),
        host=Viewer(row.host_id, row.host_name),
        prompt=row.prompt,
        portrait=row.portrait,
        requested_at=row.requested_at,
        state=known(State, row.state, State.ENDED if row.ended_at else State.LIVE),
        live_at=row.live_at,
        ended_at=row.ended_at,
        ending=Ending(reason, by, row.detail, row.reference) if reason else None,
    )


def _post(row: Row[Any]) -> Post:
    return Post(
        id=row.id,
        message_id=row.message_id,
        channel_id=row.channel_id,
        kind=PostKind(row.kind),
        broadcast_id=row.broadcast_id,
        stream_id=row.stream_id,
        posted_at=row.posted_at,
    )
