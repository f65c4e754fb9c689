"""Looking back: what the database knows of broadcasts and streams that were."""

from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all

from bot.broadcast.history import AppliedIdea, PastBroadcast
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Outcome, Stream, Suggestion, TimeOnAir
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import Reason, State
from bot.storage import rows
from bot.storage.catalogue import DatabaseCatalogue
from bot.storage.connections import read
from bot.storage.rows import BROADCASTS, HAS_BEGUN, SUGGESTIONS, past_broadcast
from bot.storage.schema import broadcasts, last_moments, posts, streams, suggestions

SENT_LIMIT = 5000
"""How many suggestions of one broadcast are read at most: then the newest."""

_OVER = [state.value for state in State if state.is_over]
_IS_POSTED = posts.c.message_id.is_not(None)
# As it stands in the index of those, which is not found by a parameter.
_IS_PANEL = posts.c.kind == literal(PostKind.PANEL.value, literal_execute=True)
_OPEN_PANEL = and_(_IS_PANEL, posts.c.closed_at.is_(None))


class DatabaseHistory(DatabaseCatalogue):
    """The domain's `FullHistory`: reads."""

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        return await past_broadcast(self._database, broadcasts.c.id == broadcast_id)

    async def latest_broadcast(self, channel: Channel) -> PastBroadcast | None:
        has_ended = exists().where(
            streams.c.broadcast_id == broadcasts.c.id, HAS_BEGUN, streams.c.ended_at.is_not(None)
        )
        return await self._newest(channel, has_ended)

    async def last_broadcast(self, channel: Channel) -> PastBroadcast | None:
        return await self._newest(channel, broadcasts.c.state.in_(_OVER))

    async def stream(self, stream_id: str) -> Stream | None:
        found = await read(self._database, select(streams).where(streams.c.id == stream_id))
        return rows.stream(found[0]) if found else None

    async def suggestion(self, suggestion_id: str) -> Suggestion | None:
        return await self._suggestion(suggestions.c.id == suggestion_id)

    async def suggestion_of(self, interaction_id: int) -> Suggestion | None:
        return await self._suggestion(suggestions.c.interaction_id == interaction_id)

    async def broadcast(self, broadcast_id: str) -> Broadcast | None:
        found = await read(self._database, BROADCASTS.where(broadcasts.c.id == broadcast_id))
        return rows.broadcast(found[0]) if found else None

    async def times_on_air(self, guild_id: int, *, since: datetime) -> list[TimeOnAir]:
        its_end = func.coalesce(broadcasts.c.last_seen_at, broadcasts.c.live_at)
        columns = broadcasts.c.id, broadcasts.c.live_at, broadcasts.c.ended_at, broadcasts.c.off_air_s
        were_live = select(*columns, its_end.label("until")).where(
            broadcasts.c.guild_id == guild_id, broadcasts.c.live_at.is_not(None)
        )
        query = union_all(  # each has its index; with "or" neither is used
            were_live.where(broadcasts.c.ended_at > since),
            were_live.where(broadcasts.c.ended_at.is_(None), its_end > since),
        )
        return [
            TimeOnAir(row.id, row.live_at + timedelta(seconds=row.off_air_s), row.ended_at or row.until)
            for row in await read(self._database, query)
        ]

    async def last_moment(self, broadcast_id: str) -> LastMoment | None:
        found = await read(
            self._database, select(last_moments).where(last_moments.c.broadcast_id == broadcast_id)
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
        sent_together = groupby(await read(self._database, query), key=lambda row: row.sent_at)
        ideas = (list(together) for _, together in sent_together)
        return [AppliedIdea(idea[0].applied, frozenset(each.viewer_id for each in idea)) for idea in ideas]

    async def sent_suggestions(self, broadcast_id: str) -> list[Suggestion]:
        query = (
            SUGGESTIONS.where(suggestions.c.broadcast_id == broadcast_id, suggestions.c.sent_at.is_not(None))
            .order_by(suggestions.c.suggested_at.desc())
            .limit(SENT_LIMIT)
        )
        return [rows.suggestion(row) for row in await read(self._database, query)]

    async def open_panels_of_the_past(self) -> list[Post]:
        return await self._posts(_OPEN_PANEL, broadcasts.c.state.in_(_OVER))

    async def open_panels(self, broadcast_id: str) -> list[Post]:
        return await self._posts(_OPEN_PANEL, broadcasts.c.id == broadcast_id)

    async def newest_panel(self, broadcast_id: str) -> int | None:
        query = select(func.max(posts.c.message_id)).where(
            posts.c.kind == PostKind.PANEL.value, posts.c.broadcast_id == broadcast_id
        )
        newest: int | None
        (newest,) = (await read(self._database, query))[0]
        return newest

    async def newest_suggestion_said(self, broadcast_id: str) -> int | None:
        query = select(func.max(suggestions.c.message_id)).where(suggestions.c.broadcast_id == broadcast_id)
        newest: int | None
        (newest,) = (await read(self._database, query))[0]
        return newest

    async def broadcasts_to_search(self) -> list[Broadcast]:
        is_remembered = exists().where(
            posts.c.broadcast_id == broadcasts.c.id, posts.c.kind == PostKind.PANEL.value, _IS_POSTED
        )
        query = BROADCASTS.where(
            broadcasts.c.state.in_(_OVER),
            broadcasts.c.panels_sought_at.is_(None),
            or_(broadcasts.c.reason == Reason.INTERRUPTED.value, ~is_remembered),
        )
        return [rows.broadcast(row) for row in await read(self._database, query)]

    async def recording_post(self, broadcast_id: str) -> Post | None:
        is_meant = and_(posts.c.broadcast_id == broadcast_id, posts.c.kind != PostKind.PANEL.value)
        return next(iter(await self._posts(is_meant)), None)

    async def _suggestion(self, is_meant: ColumnElement[bool]) -> Suggestion | None:
        found = await read(self._database, SUGGESTIONS.where(is_meant).limit(1))
        return rows.suggestion(found[0]) if found else None

    async def _posts(self, *conditions: ColumnElement[bool]) -> list[Post]:
        """Sorted here: for their order SQLite would leave the index of open ones, and read all."""
        found = await read(self._database, select(posts).join(broadcasts).where(*conditions))
        posted = (rows.post(row) for row in found if row.message_id is not None)
        return sorted(posted, key=lambda post: post.message_id or 0)

    async def _newest(self, channel: Channel, is_meant: ColumnElement[bool]) -> PastBroadcast | None:
        """Of those in a channel that have begun."""
        in_channel = (broadcasts.c.guild_id == channel.guild_id) & (broadcasts.c.channel_id == channel.id)
        its = select(broadcasts.c.id).where(in_channel, broadcasts.c.text_id.is_not(None), is_meant)
        newest = its.order_by(broadcasts.c.number.desc()).limit(1)
        return await past_broadcast(self._database, broadcasts.c.id == newest.scalar_subquery())
