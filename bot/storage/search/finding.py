"""Which of a server's broadcasts are wanted: their numbers, newest first, of no more rows than it takes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
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
from bot.broadcast.wanted import Standing, Wanted
from bot.storage.schema import broadcasts
from bot.storage.search.persons import Person
from bot.storage.search.places import LAST, bounds, broadcast_number, server_number
from bot.storage.search.port import TextIndex

PARTS = (2_000, 8_000, 40_000)
"""Places that are read, one part after the other, until enough broadcasts are found. More are not: of what
fits only in part (in channels that may not be viewed, say), the newest is found."""
QUICK_PARTS = 2
"""So many of them, where it is only to be told how many broadcasts there are."""

_STATES = {
    Standing.RUNNING: [state.value for state in State if not state.is_over],
    Standing.ENDED: [State.ENDED.value],
    Standing.FAILED: [State.FAILED.value],
}
_LOWEST, _HIGHEST = bindparam("lowest", type_=BigInteger), bindparam("highest", type_=BigInteger)
_SIZE, _MISSING = bindparam("size", type_=Integer), bindparam("missing", type_=Integer)


class Found(NamedTuple):
    """Numbers, newest first, and whether they are all that there are: others may not have been looked for."""

    numbers: list[int]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks among those of a server's broadcasts that have begun, in these channels (None: in all)."""

    connection: Connection
    index: TextIndex
    guild_id: int
    channels: Collection[int] | None = None

    def numbers(
        self, wanted: Wanted, limit: int, *, first: int = 0, last: int = LAST, oldest: bool = False
    ) -> list[int]:
        """The newest (or oldest) of the wanted ones from `first` to `last`, newest first."""
        return self.look(wanted, limit, first=first, last=last, oldest=oldest).numbers

    def look(
        self,
        wanted: Wanted,
        limit: int,
        *,
        first: int = 0,
        last: int = LAST,
        oldest: bool = False,
        is_quick: bool = False,
    ) -> Found:
        """The same, and whether there are more. If it `is_quick`, only where they are soon found."""
        if wanted.since or wanted.until:
            since, until = self._of_period(wanted)
            first, last = max(first, since), min(last, until)
        if first > last:
            return Found([], is_all=True)
        if wanted.text or wanted.person_id is not None:
            found, is_all = self._placed(
                wanted, limit, (first, last), PARTS[:QUICK_PARTS] if is_quick else PARTS, oldest=oldest
            )
        else:
            number = broadcasts.c.number
            query = select(number).where(self._fits(wanted), number.between(first, last))
            # Of several states the rows are few: read by their index, and sorted.
            order = number + 0 if wanted.standing is Standing.RUNNING else number
            ordered = query.order_by(order if oldest else order.desc()).limit(limit)
            found = _unpacked(self.connection.execute(select(_packed(ordered))).scalar())
            is_all = len(found) < limit
        return Found(sorted(found, reverse=True), is_all)

    def is_in(self) -> ColumnElement[bool]:
        begun = and_(broadcasts.c.guild_id == self.guild_id, broadcasts.c.text_id.is_not(None))
        return begun if self.channels is None else and_(begun, broadcasts.c.channel_id.in_(self.channels))

    def numbers_of(self, ids: Collection[str]) -> list[int]:
        """Of these broadcasts those that may be found, newest first.

        They are read by their IDs alone: SQLite would begin with a channel, if it were asked for that too.
        """
        if not ids:
            return []
        its = broadcasts.c
        query = select(its.number, its.guild_id, its.channel_id, its.text_id).where(its.id.in_(ids))
        rows = self.connection.execute(query)
        return sorted((row.number for row in rows if self._takes(row)), reverse=True)

    def _takes(self, row: Row[*tuple[Any, ...]]) -> bool:
        """As `is_in`, of a row that was read."""
        is_begun = row.guild_id == self.guild_id and row.text_id is not None
        return is_begun and (self.channels is None or row.channel_id in self.channels)

    def _fits(self, wanted: Wanted) -> ColumnElement[bool]:
        if not wanted.standing:
            return self.is_in()
        return and_(self.is_in(), broadcasts.c.state.in_(_STATES[wanted.standing]))

    def _of_period(self, wanted: Wanted) -> tuple[int, int]:
        """Numbers grow with the time: those at its ends, one more than the last where there is none."""
        at, number = broadcasts.c.requested_at, broadcasts.c.number
        its = select(number).where(broadcasts.c.guild_id == self.guild_id, number.is_not(None))
        first = its.where(at >= wanted.since).order_by(at).limit(1) if wanted.since else select(literal(0))
        last = (
            its.where(at < wanted.until).order_by(at.desc()).limit(1)
            if wanted.until
            else select(literal(LAST))
        )
        ends = select(first.scalar_subquery().label("first"), last.scalar_subquery().label("last"))
        row = self.connection.execute(ends).one()
        return (LAST + 1 if row.first is None else row.first, -1 if row.last is None else row.last)

    def _placed(
        self, wanted: Wanted, limit: int, numbers: tuple[int, int], parts: Sequence[int], *, oldest: bool
    ) -> Found:
        """Of a text or a person: what they have is read place by place, from one end on."""
        first, last = numbers
        server = server_number(self.connection, self.guild_id)
        if server is None:
            return Found([], is_all=True)
        part = self._part(wanted, server, oldest=oldest)
        if part is None:
            return Found([], is_all=True)
        found: list[int] = []
        for size in parts:
            lowest, highest = bounds(server, first, last)
            its = {"lowest": lowest, "highest": highest, "size": size, "missing": limit - len(found)}
            packed, read, edge = self.connection.execute(part, its).one()
            found += _unpacked(packed)
            if len(found) == limit or read < size:
                return Found(found, is_all=len(found) < limit)
            reached = broadcast_number(edge)
            first, last = (reached + 1, last) if oldest else (first, reached - 1)
        return Found(found, is_all=False)

    def _part(self, wanted: Wanted, server: int, *, oldest: bool) -> Select[str, int, int] | None:
        """What is asked of each part, made once: the numbers that are `missing`, how many places it had,
        at most its `size`, and the last. None if there is nothing to look for."""
        who = wanted.person_id
        person = None if who is None else Person(self.connection, self.guild_id, server, who)
        places = self._places(wanted.text, person, server, oldest=oldest)
        if places is None:
            return None
        part = places.cte("part")
        ends = select(func.min(part.c.place)), select(func.max(part.c.place))
        lowest, highest = (each.scalar_subquery() for each in ends)
        number = broadcasts.c.number
        fitting = select(number).where(self._fits(wanted), number.in_(select(broadcast_number(part.c.place))))
        if wanted.text and person:
            fitting = fitting.where(person.is_in(lowest, highest))
        ordered = fitting.order_by(number if oldest else number.desc()).limit(_MISSING)
        count = select(func.count()).select_from(part).scalar_subquery()
        return select(_packed(ordered), count, highest if oldest else lowest)

    def _places(
        self, typed: str, person: Person | None, server: int, *, oldest: bool
    ) -> Select[tuple[int]] | None:
        """So many of the newest (or oldest) places of a text, or else a person, between two."""

        def newest(places: Select[tuple[int]]) -> Select[tuple[int]]:
            place = places.selected_columns.place
            within = places.where(place.between(_LOWEST, _HIGHEST))
            return within.order_by(place if oldest else place.desc()).limit(_SIZE)

        if typed or not person:
            places = self.index.places(server, typed)
            return None if places is None else newest(places)
        theirs = (select(newest(each).subquery().c.place) for each in person.places())
        return newest(select(union_all(*theirs).subquery().c.place))


def _packed(numbers: Select[tuple[int]]) -> ScalarSelect[str]:
    """As one value: between two rows the driver lets go of the interpreter, and has to wait for it again."""
    its = cast(numbers.subquery().c.number, String)
    return select(func.aggregate_strings(its, ",")).scalar_subquery()


def _unpacked(packed: str | None) -> list[int]:
    return [int(number) for number in packed.split(",")] if packed else []
