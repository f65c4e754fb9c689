"""After a stop that was not orderly: what was left a moment ago is read, to go on; the rest is closed.

All of it is asked of one shard's servers or, where a bot has the database alone, of all: whoever asks is the
only one that has them, so what seems to run there is what a crash, or another process, left.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select, true, update

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.interrupted import Interrupted, Left
from bot.broadcast.model import Outcome, Refusal
from bot.broadcast.sharding import Shard
from bot.broadcast.show.resuming import CutOff
from bot.broadcast.states import Reason, State
from bot.storage import rows
from bot.storage.connections import Database, read
from bot.storage.floors import gone_with, handed_in, motion_left
from bot.storage.functions import as_entered, seconds_since
from bot.storage.outbox import owed_posts, owed_recordings, owed_words
from bot.storage.schema import broadcasts, last_moments, posts, streams, suggestions, votes
from bot.storage.sharding import is_of

AT_ONCE = 500
"""IDs in one statement, at most."""

_OVER = [state.value for state in State if state.is_over]
_IS_OPEN = broadcasts.c.state.not_in(_OVER) & broadcasts.c.ended_at.is_(None)
"""Both: what a newer version calls an ended broadcast is not known here."""


def _later(moment: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The later one of two moments, of which the other may not be known."""
    return case((other > moment, other), else_=moment)


_of_it = streams.alias()
_LAST_STREAM_AT = (
    select(func.max(func.coalesce(_of_it.c.ended_at, _of_it.c.started_at)))
    .where(_of_it.c.broadcast_id == broadcasts.c.id)
    .correlate(broadcasts)
    .scalar_subquery()
)
_LAST_ON_AIR_AT = (
    select(func.max(func.coalesce(_of_it.c.ended_at, _of_it.c.started_at)))
    .where(_of_it.c.broadcast_id == broadcasts.c.id, _of_it.c.service_id.is_not(None))
    .correlate(broadcasts)
    .scalar_subquery()
)
_BEGAN_AT = func.coalesce(broadcasts.c.live_at, broadcasts.c.requested_at)
_LAST_SEEN_AT = _later(_later(_BEGAN_AT, broadcasts.c.last_seen_at), _LAST_STREAM_AT)
"""What began or ended in it is a sign of life too: none of its streams begins after its end."""
_ENDED_AT = func.coalesce(_LAST_STREAM_AT, _LAST_SEEN_AT)
_WAITED_S = seconds_since(_ENDED_AT, _LAST_ON_AIR_AT)
"""For a stream that did not begin any more."""
_SETTLED = [outcome.value for outcome in Outcome if outcome.is_settled]
_IS_ENDING = (broadcasts.c.state == State.ENDING.value) | broadcasts.c.reason.is_not(None)
_FAILURES = [reason.value for reason in Reason if reason.is_failure]
_MAY_GO_ON = [State.REQUESTED.value, State.CONNECTING.value, State.LIVE.value]


async def left_unfinished(database: Database, *, of: Shard) -> set[str]:
    """The IDs of all that have not ended, for all that is stored."""
    query = select(broadcasts.c.id).where(_IS_OPEN, is_of(of, broadcasts.c.guild_id))
    return {row.id for row in await read(database, query)}


async def left_running(
    database: Database,
    *,
    now: datetime,
    within: timedelta,
    of: Shard | None = None,
    but: Collection[str] = (),
) -> list[Interrupted]:
    """The broadcasts that an earlier run was cut off from no longer ago than that, as they were asked for.

    Those with their IDs in `but` are somebody else's still.
    """
    query = (
        rows.BROADCASTS.add_columns(_LAST_SEEN_AT.label("seen_at"))
        .where(
            _IS_OPEN,
            broadcasts.c.state.in_(_MAY_GO_ON),
            ~_IS_ENDING,
            is_of(of, broadcasts.c.guild_id),
            broadcasts.c.id.not_in(but),
        )
        .order_by(broadcasts.c.requested_at, broadcasts.c.id)
    )
    left = [row for row in await read(database, query) if now - row.seen_at < within]
    return [await _interrupted(database, row) for row in left]


async def left_open(
    database: Database, *, of: Shard | None = None, but: Collection[str] = ()
) -> list[CutOff]:
    """The connections of an earlier run, to be asked for before anything is closed.

    Who was connecting, and had no stream yet, may have had one too. `but`: as above.
    """
    its_open_stream = (streams.c.broadcast_id == broadcasts.c.id) & streams.c.ended_at.is_(None)
    query = (
        select(
            _LAST_SEEN_AT,
            streams.c.session,
            streams.c.account_id,
            case((streams.c.id.is_(None), broadcasts.c.guild_id)),
        )
        .select_from(broadcasts.outerjoin(streams, its_open_stream))
        .where(
            _IS_OPEN,
            streams.c.id.is_not(None) | (broadcasts.c.state == State.CONNECTING.value),
            is_of(of, broadcasts.c.guild_id),
            broadcasts.c.id.not_in(but),
        )
    )
    return [CutOff._make(row) for row in await read(database, query)]


async def _interrupted(database: Database, row: Row[Any]) -> Interrupted:
    its_streams = select(streams).where(streams.c.broadcast_id == row.id).order_by(streams.c.number)
    its_suggestions = rows.SUGGESTIONS.where(suggestions.c.broadcast_id == row.id).order_by(
        suggestions.c.suggested_at, as_entered(suggestions.c.id)
    )
    its_votes = select(votes).where(votes.c.broadcast_id == row.id, votes.c.suggestion_id.is_not(None))
    moments = await read(database, select(last_moments).where(last_moments.c.broadcast_id == row.id))
    return Interrupted(
        rows.broadcast(row),
        row.seen_at,
        mode=Mode(row.mode) if row.mode in list(Mode) else None,
        is_paused=row.is_intake_paused,
        streams=tuple(map(rows.stream, await read(database, its_streams))),
        suggestions=tuple(
            Left(rows.suggestion(each), each.approved_at, each.is_urgent, each.ballot_place)
            for each in await read(database, its_suggestions)
        ),
        ballot_closes_at=row.ballot_closes_at,
        motion=await motion_left(database, row.id),
        handed_in=await handed_in(database, row.id),
        votes={vote.viewer_id: vote.suggestion_id for vote in await read(database, its_votes)},
        moment=rows.last_moment(moments[0]) if moments else None,
        moment_at=moments[0].at if moments else None,
    )


async def close_unfinished(
    database: Database,
    *,
    now: datetime,
    reference: str,
    but: Collection[str] = (),
    of: Shard | None = None,
) -> list[str]:
    """Marks what an earlier run left unfinished as interrupted; returns the broadcasts' IDs.

    Those with their IDs in `but` go on. A stream ended at its broadcast's last sign of life, a broadcast with
    its last stream: downtime is not time on air. What was ending has ended, and for its own reason.
    """
    its_end = (
        select(func.coalesce(broadcasts.c.ended_at, _LAST_SEEN_AT))
        .where(broadcasts.c.id == streams.c.broadcast_id)
        .scalar_subquery()
    )
    is_left = _IS_OPEN & broadcasts.c.id.not_in(but) & is_of(of, broadcasts.c.guild_id)
    # Of all servers there is nothing to look up: what is open is few.
    theirs = None if of is None else select(broadcasts.c.id).where(is_of(of, broadcasts.c.guild_id))
    unfinished = select(broadcasts.c.id).where(is_left)
    ending = select(broadcasts.c.id).where(is_left, _IS_ENDING)
    was_sent = suggestions.c.outcome != Outcome.QUEUED.value

    def closed(connection: Connection) -> list[str]:
        ids = list(connection.execute(unfinished).scalars())
        open_suggestions = and_(
            suggestions.c.outcome.not_in(_SETTLED),
            suggestions.c.settled_at.is_(None),
            _among(theirs, suggestions.c.broadcast_id),
            suggestions.c.broadcast_id.not_in(but),
        )
        settled = list(connection.execute(select(suggestions.c.id).where(open_suggestions)).scalars())
        connection.execute(
            update(suggestions)
            .where(open_suggestions)
            .values(
                outcome=Outcome.REFUSED.value,
                refusal=case(
                    (was_sent, Refusal.NOT_KNOWN.value),
                    (suggestions.c.broadcast_id.in_(ending), Refusal.BROADCAST_ENDED.value),
                    else_=Refusal.INTERRUPTED.value,
                ),
                settled_at=now,
                version=suggestions.c.version + 1,
            )
        )
        cut_off = and_(
            streams.c.ended_at.is_(None),
            _among(theirs, streams.c.broadcast_id),
            streams.c.broadcast_id.not_in(but),
        )
        stream_ids = list(connection.execute(select(streams.c.id).where(cut_off)).scalars())
        connection.execute(
            update(streams)
            .where(cut_off)
            .values(
                state=State.FAILED.value,
                end_reason=Reason.INTERRUPTED.value,
                ended_at=case((its_end > streams.c.started_at, its_end), else_=streams.c.started_at),
                version=streams.c.version + 1,
            )
        )
        # What a panel of theirs shows by now, if it shows an end, is not this one.
        connection.execute(
            update(posts)
            .where(posts.c.broadcast_id.in_(unfinished), posts.c.closed_at.is_not(None))
            .values(closed_at=None)
        )
        for gone in gone_with(unfinished):
            connection.execute(gone)
        connection.execute(
            update(broadcasts)
            .where(is_left)
            .values(
                state=case(
                    (_IS_ENDING & broadcasts.c.reason.not_in(_FAILURES), State.ENDED.value),
                    else_=State.FAILED.value,
                ),
                reason=func.coalesce(broadcasts.c.reason, Reason.INTERRUPTED.value),
                reference=case((_IS_ENDING, broadcasts.c.reference), else_=reference),
                ended_at=_ENDED_AT,
                off_air_s=case(
                    (broadcasts.c.live_at.is_not(None) & (_WAITED_S > 0), broadcasts.c.off_air_s + _WAITED_S),
                    else_=broadcasts.c.off_air_s,
                ),
                version=broadcasts.c.version + 1,
            )
        )
        for owed, subjects in (
            (owed_recordings, stream_ids),
            (partial(owed_posts, at=now), ids),
            (owed_words, settled),
        ):
            for start in range(0, len(subjects), AT_ONCE):
                connection.execute(owed(subjects[start : start + AT_ONCE]))
        return ids

    return await database.transact(closed)


def _among(theirs: Select[Any] | None, broadcast_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return true() if theirs is None else broadcast_id.in_(theirs)
