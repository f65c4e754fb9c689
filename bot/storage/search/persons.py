"""Where somebody had a part in a server's broadcasts."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, union_all

from bot.storage.schema import broadcasts, suggestions
from bot.storage.search.places import TEXTS_LIMIT, beginning, bounds, broadcast_number

MANY = 10_000
"""Places of somebody in a server: of whom there are so many, not all are read."""

Places = Select[tuple[int]]


@dataclass(frozen=True)
class Person:
    """Somebody in a server."""

    connection: Connection
    guild_id: int
    server: int
    """What its places are made of."""
    id: int

    def places(self) -> tuple[Places, Places]:
        """Of what was applied of them, and of what they hosted."""
        said = select(suggestions.c.text_id.label("place")).where(suggestions.c.viewer_id == self.id)
        its = broadcasts.alias("hosted").c
        hosted = select(its.text_id.label("place")).where(
            its.guild_id == self.guild_id, its.host_id == self.id
        )
        return said, hosted

    def is_in(self, lowest: ColumnElement[int], highest: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether they had a part in a broadcast, of those between these places.

        Who said much is looked up in each broadcast, and found soon; what somebody else said is read at once.
        """
        if self._has_said_much:
            its = broadcasts.c.text_id
            parts = (_within(each, its, its + TEXTS_LIMIT) for each in self.places())
            return or_(*(each.exists() for each in parts))
        between = beginning(lowest), beginning(highest) + TEXTS_LIMIT
        theirs = union_all(*(_within(each, *between) for each in self.places())).subquery()
        return (broadcasts.c.number + 0).in_(select(broadcast_number(theirs.c.place)))

    @cached_property
    def _has_said_much(self) -> bool:
        here = bounds(self.server)
        some = union_all(*(_within(each, *here) for each in self.places())).limit(MANY)
        return self.connection.execute(select(func.count()).select_from(some.subquery())).scalar() == MANY


def _within(places: Places, first: int | ColumnElement[int], last: int | ColumnElement[int]) -> Places:
    return places.where(places.selected_columns.place.between(first, last))
