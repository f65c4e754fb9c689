"""Looking back: what the database knows of broadcasts and streams that were."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.history import AppliedIdea, PastBroadcast
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Outcome, Stream, Suggestion, TimeOnAir
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import Reason, State
from bot.moderation.folding import plain
from bot.storage import rows
from bot.storage.rows import BROADCASTS, HAS_BEGUN, HOST, SUGGESTIONS, is_called, past_broadcasts_of
from bot.storage.schema import broadcasts, last_moments, posts, storable, streams, suggestions
from bot.storage.unbroken import read

SEARCHED_LIMIT = 5000
"""How many streams are looked through at most."""
SENT_LIMIT = 5000
"""How many suggestions of one broadcast are read at most: then the newest."""

_OVER = [state.value for state in State if state.is_over]
_IS_POSTED = posts.c.message_id.is_not(None)
_OPEN_PANEL = and_(posts.c.kind == PostKind.PANEL.value, posts.c.closed_at.is_(None))
_NEWEST_FIRST = (broadcasts.c.requested_at.desc(), broadcasts.c.id)


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

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        return await self._first(select(broadcasts.c.id).where(broadcasts.c.id == broadcast_id))

    async def past_broadcasts(
        self, guild_id: int, channels: Collection[int] | None = None, *, limit: int, offset: int
    ) -> tuple[list[PastBroadcast], int]:
        theirs = _in(guild_id, channels)
        count = select(func.count()).select_from(broadcasts).where(theirs)
        (total,) = (await read(self._engine, count))[0]
        page = select(broadcasts.c.id).where(theirs).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
        return await self._past(page), total

    async def search_broadcasts(
        self, guild_id: int, text: str, channels: Collection[int] | None = None, *, limit: int
    ) -> list[PastBroadcast]:
        """Those of them with `text` in a prompt, their host's name or at the front of a stream's ID.

        Newest first, of the newest `SEARCHED_LIMIT` streams; however it is written: case, accents and width
        of letters do not matter, in any script. (Databases fold Latin letters, if any, each in its own way.)
        """
        names = (
            select(
                broadcasts.c.id,
                broadcasts.c.prompt,
                HOST.c.name.label("host_name"),
                streams.c.service_id,
                streams.c.prompt.label("stream_prompt"),
            )
            .select_from(
                streams.join(broadcasts).outerjoin(
                    HOST, is_called(HOST, broadcasts.c.host_id, broadcasts.c.guild_id)
                )
            )
            .where(_in(guild_id, channels), HAS_BEGUN)
            .order_by(*_NEWEST_FIRST, streams.c.number)
            .limit(SEARCHED_LIMIT)
        )
        wanted = _folded(storable(text))
        named = await read(self._engine, names)
        fitting = dict.fromkeys(row.id for row in named if _fits(wanted, row))
        return await past_broadcasts_of(self._engine, list(islice(fitting, limit)))

    async def find_broadcast(self, guild_id: int, shown_id: str) -> PastBroadcast | None:
        shown_id = storable(shown_id)
        by_stream = select(streams.c.broadcast_id).where(streams.c.service_id == shown_id)
        is_meant = or_(broadcasts.c.id == shown_id, broadcasts.c.id.in_(by_stream))
        return await self._first(select(broadcasts.c.id).where(_in(guild_id), is_meant))

    async def latest_broadcast(self, channel: Channel) -> PastBroadcast | None:
        query = (
            select(broadcasts.c.id)
            .select_from(streams.join(broadcasts))
            .where(broadcasts.c.channel_id == channel.id, HAS_BEGUN, streams.c.ended_at.is_not(None))
            .order_by(*_NEWEST_FIRST)
        )
        return await self._first(query)

    async def last_broadcast(self, channel: Channel) -> PastBroadcast | None:
        its_last = and_(broadcasts.c.channel_id == channel.id, broadcasts.c.state.in_(_OVER))
        query = select(broadcasts.c.id).where(its_last, _in(channel.guild_id)).order_by(*_NEWEST_FIRST)
        return await self._first(query)

    async def stream(self, stream_id: str) -> Stream | None:
        found = await read(self._engine, select(streams).where(streams.c.id == stream_id))
        return rows.stream(found[0]) if found else None

    async def suggestion(self, suggestion_id: str) -> Suggestion | None:
        return await self._suggestion(suggestions.c.id == suggestion_id)

    async def suggestion_of(self, interaction_id: int) -> Suggestion | None:
        return await self._suggestion(suggestions.c.interaction_id == interaction_id)

    async def broadcast(self, broadcast_id: str) -> Broadcast | None:
        found = await read(self._engine, BROADCASTS.where(broadcasts.c.id == broadcast_id))
        return rows.broadcast(found[0]) if found else None

    async def times_on_air(self, guild_id: int, *, since: datetime) -> list[TimeOnAir]:
        ended_at = func.coalesce(broadcasts.c.ended_at, broadcasts.c.last_seen_at, broadcasts.c.live_at)
        columns = broadcasts.c.id, broadcasts.c.live_at, ended_at.label("until"), broadcasts.c.off_air_s
        query = select(*columns).where(
            broadcasts.c.guild_id == guild_id, broadcasts.c.live_at.is_not(None), ended_at > since
        )
        return [
            TimeOnAir(row.id, row.live_at + timedelta(seconds=row.off_air_s), row.until)
            for row in await read(self._engine, query)
        ]

    async def last_moment(self, broadcast_id: str) -> LastMoment | None:
        found = await read(
            self._engine, select(last_moments).where(last_moments.c.broadcast_id == broadcast_id)
        )
        return rows.last_moment(found[0]) if found else None

    async def applied_ideas(self, broadcast_id: str) -> list[AppliedIdea]:
        query = (
            select(suggestions.c.sent_at, suggestions.c.applied, suggestions.c.viewer_id)
            .where(
                suggestions.c.broadcast_id == broadcast_id,
                suggestions.c.outcome == Outcome.ACKNOWLEDGED.value,
            )
            .order_by(suggestions.c.sent_at, suggestions.c.id)
        )
        sent_together = groupby(await read(self._engine, query), key=lambda row: row.sent_at)
        ideas = (list(together) for _, together in sent_together)
        return [AppliedIdea(idea[0].applied, frozenset(each.viewer_id for each in idea)) for idea in ideas]

    async def sent_suggestions(self, broadcast_id: str) -> list[Suggestion]:
        query = (
            SUGGESTIONS.where(suggestions.c.broadcast_id == broadcast_id, suggestions.c.sent_at.is_not(None))
            .order_by(suggestions.c.suggested_at.desc())
            .limit(SENT_LIMIT)
        )
        return [rows.suggestion(row) for row in await read(self._engine, query)]

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
        query = BROADCASTS.where(
            broadcasts.c.state.in_(_OVER),
            broadcasts.c.panels_sought_at.is_(None),
            or_(broadcasts.c.reason == Reason.INTERRUPTED.value, broadcasts.c.id.not_in(remembered)),
        )
        return [rows.broadcast(row) for row in await read(self._engine, query)]

    async def recording_post(self, broadcast_id: str) -> Post | None:
        is_meant = and_(posts.c.broadcast_id == broadcast_id, posts.c.kind != PostKind.PANEL.value)
        return next(iter(await self._posts(is_meant)), None)

    async def _suggestion(self, is_meant: ColumnElement[bool]) -> Suggestion | None:
        found = await read(self._engine, SUGGESTIONS.where(is_meant).limit(1))
        return rows.suggestion(found[0]) if found else None

    async def _posts(self, *conditions: ColumnElement[bool]) -> list[Post]:
        query = select(posts).join(broadcasts).where(_IS_POSTED, *conditions).order_by(posts.c.message_id)
        return [rows.post(row) for row in await read(self._engine, query)]

    async def _first(self, ids: Select[Any]) -> PastBroadcast | None:
        return next(iter(await self._past(ids.limit(1))), None)

    async def _past(self, ids: Select[Any]) -> list[PastBroadcast]:
        found = [row.id for row in await read(self._engine, ids)]
        return await past_broadcasts_of(self._engine, found)


def _in(guild_id: int, channels: Collection[int] | None = None) -> ColumnElement[bool]:
    its_streams = select(streams.c.id).where(streams.c.broadcast_id == broadcasts.c.id, HAS_BEGUN)
    in_guild = and_(broadcasts.c.guild_id == guild_id, its_streams.correlate(broadcasts).exists())
    return in_guild if channels is None else and_(in_guild, broadcasts.c.channel_id.in_(channels))


def _fits(wanted: str, row: Row[Any]) -> bool:
    is_meant = row.service_id.casefold().startswith(wanted)
    texts = (row.prompt, row.stream_prompt, row.host_name or "")
    return is_meant or any(wanted in _folded(text) for text in texts)


@lru_cache(maxsize=2 * SEARCHED_LIMIT)
def _folded(text: str) -> str:
    """Kept, since somebody who types asks again with every letter."""
    return plain(text)
