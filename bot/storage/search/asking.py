"""What is asked of a server's broadcasts. Each kind of statement is made once, and is given parameters.

To make one takes as long as to run it. What the parameters are called stands here; those that all have are
`Finder.here`.
"""

import functools
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from bot.broadcast.states import State
from bot.broadcast.wanted import Standing
from bot.storage.schema import broadcasts
from bot.storage.search import persons
from bot.storage.search.persons import GUILD, Share
from bot.storage.search.places import LAST, broadcast_number
from bot.storage.search.port import TextIndex

_CHANNELS = bindparam("channels", type_=BigInteger, expanding=True)
_FIRST, _LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
_LOWEST, _HIGHEST = bindparam("lowest", type_=BigInteger), bindparam("highest", type_=BigInteger)
_LIMIT, _SIZE = bindparam("limit", type_=Integer), bindparam("size", type_=Integer)
_STATES = {
    Standing.RUNNING: [state.value for state in State if not state.is_over],
    Standing.ENDED: [State.ENDED.value],
    Standing.FAILED: [State.FAILED.value],
}


class Kind(NamedTuple):
    """What makes one statement another than the next.

    `in_channels`: of some channels only. `share`: how much somebody has, whose broadcasts are meant.
    """

    in_channels: bool
    standing: Standing | None = None
    oldest: bool = False
    has_text: bool = False
    share: Share | None = None


def is_in(*, in_channels: bool) -> ColumnElement[bool]:
    """Whether a broadcast has begun, and is of the server, and in the channels."""
    begun = and_(broadcasts.c.guild_id == GUILD, broadcasts.c.text_id.is_not(None))
    return and_(begun, broadcasts.c.channel_id.in_(_CHANNELS)) if in_channels else begun


@functools.cache
def by_numbers(kind: Kind) -> Select[str]:
    """The `limit` newest (or oldest) from the `first` number to the `last`."""
    number = broadcasts.c.number
    query = select(number).where(_fits(kind), number.between(_FIRST, _LAST))
    # Of several states the rows are few: read by their index, and sorted.
    order = number + 0 if kind.standing is Standing.RUNNING else number
    return select(_packed(query.order_by(order if kind.oldest else order.desc()).limit(_LIMIT)))


@functools.cache
def ends_of_period(*, has_since: bool, has_until: bool) -> Select[int | None, int | None]:
    """The numbers `first` and `last` of a period, `since` then and `until` then; None for one of nothing."""
    at, number = broadcasts.c.requested_at, broadcasts.c.number
    its = select(number).where(broadcasts.c.guild_id == GUILD, number.is_not(None))
    first = its.where(at >= bindparam("since")).order_by(at).limit(1) if has_since else select(literal(0))
    last = (
        its.where(at < bindparam("until")).order_by(at.desc()).limit(1)
        if has_until
        else select(literal(LAST))
    )
    return select(first.scalar_subquery().label("first"), last.scalar_subquery().label("last"))


@functools.cache
def by_places(kind: Kind, index: TextIndex) -> Select[str, int, int]:
    """Of a text (`question`) or a `person`: of at most `size` places between `lowest` and `highest`, from one
    end on, at most `limit` numbers; how many places there were; the last of them."""
    part = _places(kind, index).cte("part")
    ends = select(func.min(part.c.place)), select(func.max(part.c.place))
    lowest, highest = (each.scalar_subquery() for each in ends)
    number = broadcasts.c.number
    fitting = select(number).where(_fits(kind), number.in_(select(broadcast_number(part.c.place))))
    if kind.has_text and kind.share:
        fitting = fitting.where(persons.is_in(kind.share, lowest, highest))
    ordered = fitting.order_by(number if kind.oldest else number.desc()).limit(_LIMIT)
    count = select(func.count()).select_from(part).scalar_subquery()
    return select(_packed(ordered), count, highest if kind.oldest else lowest)


IDENTIFIED = select(
    broadcasts.c.number, broadcasts.c.guild_id, broadcasts.c.channel_id, broadcasts.c.text_id
).where(broadcasts.c.id.in_(bindparam("ids", expanding=True)))
"""Those with these `ids`, of whichever server: SQLite would begin with a channel, were it asked for that."""


def unpacked(numbers: str | None) -> list[int]:
    """What was packed as one value."""
    return [int(number) for number in numbers.split(",")] if numbers else []


def _fits(kind: Kind) -> ColumnElement[bool]:
    its = is_in(in_channels=kind.in_channels)
    return and_(its, broadcasts.c.state.in_(_STATES[kind.standing])) if kind.standing else its


def _places(kind: Kind, index: TextIndex) -> Select[tuple[int]]:
    """So many of the newest (or oldest) places of a text, or else a person, between two."""

    def newest(places: Select[tuple[int]]) -> Select[tuple[int]]:
        place = places.selected_columns.place
        within = places.where(place.between(_LOWEST, _HIGHEST))
        return within.order_by(place if kind.oldest else place.desc()).limit(_SIZE)

    if kind.has_text:
        return newest(index.places())
    theirs = (select(newest(each).subquery().c.place) for each in persons.places())
    return newest(select(union_all(*theirs).subquery().c.place))


def _packed(numbers: Select[tuple[int]]) -> ScalarSelect[str]:
    """As one value: between two rows the driver lets go of the interpreter, and has to wait for it again."""
    its = cast(numbers.subquery().c.number, String)
    return select(func.aggregate_strings(its, ",")).scalar_subquery()
