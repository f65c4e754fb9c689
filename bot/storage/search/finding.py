"""Which of a server's broadcasts are wanted: their numbers, newest first, of no more rows than it takes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select, union_all

from bot.broadcast.states import State
from bot.broadcast.wanted import Standing, Wanted
from bot.storage.schema import broadcasts, suggestions
from bot.storage.search.places import LAST, bounds, broadcast_number
from bot.storage.search.port import TextIndex

PARTS = (2_000, 8_000, 40_000)
"""Places that are read, one part after the other, until enough broadcasts are found. More are not: of what
fits only in part (in channels that may not be viewed, say), the newest is found."""

_STATES = {
    Standing.RUNNING: [state.value for state in State if not state.is_over],
    Standing.ENDED: [State.ENDED.value],
    Standing.FAILED: [State.FAILED.value],
}


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
        if wanted.since or wanted.until:
            since, until = self._of_period(wanted)
            first, last = max(first, since), min(last, until)
        if first > last:
            return []
        if wanted.text or wanted.person_id is not None:
            found = self._placed(wanted, limit, first, last, oldest=oldest)
        else:
            number = broadcasts.c.number
            query = select(number).where(self._fits(wanted), number.between(first, last))
            # Of several states the rows are few: read by their index, and sorted.
            order = number + 0 if wanted.standing is Standing.RUNNING else number
            ordered = query.order_by(order if oldest else order.desc()).limit(limit)
            found = [row.number for row in self.connection.execute(ordered)]
        return sorted(found, reverse=True)

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

    def _fits(self, wanted: Wanted, server: int | None = None) -> ColumnElement[bool]:
        conditions = [self.is_in()]
        if wanted.standing:
            conditions.append(broadcasts.c.state.in_(_STATES[wanted.standing]))
        if server is not None and wanted.text and wanted.person_id is not None:
            theirs = union_all(*self._of(wanted.person_id)).subquery().c.place
            numbers = select(broadcast_number(theirs)).where(theirs.between(*bounds(server)))
            conditions.append((broadcasts.c.number + 0).in_(numbers))
        return and_(*conditions)

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

    def _placed(self, wanted: Wanted, limit: int, first: int, last: int, *, oldest: bool) -> list[int]:
        """Of a text or a person: what they have is read place by place, from one end on."""
        server = self.index.server(self.connection, self.guild_id)
        if server is None:
            return []
        found: list[int] = []
        for size in PARTS:
            places = self._places(wanted, server, (first, last), size, oldest=oldest)
            if places is None:
                break
            part = places.subquery()
            number = broadcasts.c.number
            query = (
                select(number)
                .where(self._fits(wanted, server), number.in_(select(broadcast_number(part.c.place))))
                .order_by(number if oldest else number.desc())
                .limit(limit - len(found))
            )
            found += [row.number for row in self.connection.execute(query)]
            if len(found) == limit:
                break
            edge = func.max(part.c.place) if oldest else func.min(part.c.place)
            reading = select(func.count().label("places"), edge.label("reached")).select_from(part)
            part_read = self.connection.execute(reading).one()
            if part_read.places < size:
                break
            reached = broadcast_number(part_read.reached)
            first, last = (reached + 1, last) if oldest else (first, reached - 1)
        return found

    def _places(
        self, wanted: Wanted, server: int, numbers: tuple[int, int], size: int, *, oldest: bool
    ) -> Select[tuple[int]] | None:
        """So many of the newest (or oldest) places of a text or a person in these broadcasts."""

        def newest(places: Select[tuple[int]]) -> Select[tuple[int]]:
            place = places.selected_columns.place
            within = places.where(place.between(*bounds(server, *numbers)))
            return within.order_by(place if oldest else place.desc()).limit(size)

        if wanted.text:
            places = self.index.places(server, wanted.text)
            return None if places is None else newest(places)
        theirs = (select(newest(each).subquery().c.place) for each in self._of(wanted.person_id))
        return newest(select(union_all(*theirs).subquery().c.place))

    def _of(self, person_id: int | None) -> tuple[Select[tuple[int]], Select[tuple[int]]]:
        """The places of what was applied of somebody, and of what they hosted."""
        said = select(suggestions.c.text_id.label("place")).where(suggestions.c.viewer_id == person_id)
        its = broadcasts.alias("hosted").c
        hosted = select(its.text_id.label("place")).where(
            its.guild_id == self.guild_id, its.host_id == person_id
        )
        return said, hosted
