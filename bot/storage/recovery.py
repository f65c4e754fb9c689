"""After a stop that was not orderly: what was left unfinished is closed, so that nothing seems live."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.model import Outcome, Refusal
from bot.broadcast.states import Reason, State
from bot.storage.schema import broadcasts, posts, streams, suggestions
from bot.storage.unbroken import to_the_end

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
_BEGAN_AT = func.coalesce(broadcasts.c.live_at, broadcasts.c.requested_at)
_LAST_SEEN_AT = _later(_later(_BEGAN_AT, broadcasts.c.last_seen_at), _LAST_STREAM_AT)
"""What began or ended in it is a sign of life too: none of its streams begins after its end."""
_SETTLED = [outcome.value for outcome in Outcome if outcome.is_settled]


@to_the_end
async def close_unfinished(engine: AsyncEngine, *, now: datetime, reference: str) -> list[str]:
    """Marks what an earlier run left unfinished as interrupted; returns the broadcasts' IDs.

    A broadcast ended at its last sign of life, and its streams with it: downtime is not time on air.
    """
    its_end = (
        select(func.coalesce(broadcasts.c.ended_at, _LAST_SEEN_AT))
        .where(broadcasts.c.id == streams.c.broadcast_id)
        .scalar_subquery()
    )
    unfinished = select(broadcasts.c.id).where(_IS_OPEN)
    async with engine.begin() as connection:
        ids = list((await connection.execute(unfinished)).scalars())
        await connection.execute(
            update(suggestions)
            .where(suggestions.c.outcome.not_in(_SETTLED), suggestions.c.settled_at.is_(None))
            .values(
                outcome=Outcome.REFUSED.value,
                refusal=Refusal.INTERRUPTED.value,
                settled_at=now,
                version=suggestions.c.version + 1,
            )
        )
        await connection.execute(
            update(streams)
            .where(streams.c.ended_at.is_(None))
            .values(
                state=State.FAILED.value,
                end_reason=Reason.INTERRUPTED.value,
                ended_at=case((its_end > streams.c.started_at, its_end), else_=streams.c.started_at),
                version=streams.c.version + 1,
            )
        )
        # What a panel of theirs shows by now, if it shows an end, is not this one.
        await connection.execute(
            update(posts)
            .where(posts.c.broadcast_id.in_(unfinished), posts.c.closed_at.is_not(None))
            .values(closed_at=None)
        )
        await connection.execute(
            update(broadcasts)
            .where(_IS_OPEN)
            .values(
                state=State.FAILED.value,
                reason=Reason.INTERRUPTED.value,
                reference=reference,
                ended_at=_LAST_SEEN_AT,
                version=broadcasts.c.version + 1,
            )
        )
    return ids
