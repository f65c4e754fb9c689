"""Where somebody had a part in a server's broadcasts."""

from enum import Enum

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, func, or_, select, union_all

from bot.storage.schema import broadcasts, suggestions
from bot.storage.search.places import TEXTS_LIMIT, beginning, bounds, broadcast_number

MANY = 10_000
"""Places of somebody in a server: of whom there are so many, not all are read."""

GUILD, PERSON = bindparam("guild", type_=BigInteger), bindparam("person", type_=BigInteger)

Places = Select[tuple[int]]


class Share(Enum):
    """How much somebody has said in a server."""

    LITTLE = "their places are read at once"
    MUCH = "they are looked up in each broadcast, and found soon"


def places() -> tuple[Places, Places]:
    """Of what was applied of a `person`, and of what they hosted in a server, the `guild`."""
    said = select(suggestions.c.text_id.label("place")).where(suggestions.c.viewer_id == PERSON)
    its = broadcasts.alias("hosted").c
    return said, select(its.text_id.label("place")).where(its.guild_id == GUILD, its.host_id == PERSON)


def is_in(share: Share, lowest: ColumnElement[int], highest: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether they had a part in a broadcast, of those between these places."""
    if share is Share.MUCH:
        its = broadcasts.c.text_id
        return or_(*(_within(each, its, its + TEXTS_LIMIT).exists() for each in places()))
    between = beginning(lowest), beginning(highest) + TEXTS_LIMIT
    theirs = union_all(*(_within(each, *between) for each in places())).subquery()
    return (broadcasts.c.number + 0).in_(select(broadcast_number(theirs.c.place)))


def share_of(connection: Connection, server: int, guild_id: int, person_id: int) -> Share:
    """How much they have said in a server, of whose number places are made."""
    lowest, highest = bounds(server)
    asked = {"guild": guild_id, "person": person_id, "lowest": lowest, "highest": highest}
    return Share.MUCH if connection.execute(_COUNTED, asked).scalar() == MANY else Share.LITTLE


def _within(places: Places, first: ColumnElement[int], last: ColumnElement[int]) -> Places:
    return places.where(places.selected_columns.place.between(first, last))


_HERE = bindparam("lowest", type_=BigInteger), bindparam("highest", type_=BigInteger)
_SOME = union_all(*(_within(each, *_HERE) for each in places())).limit(MANY)
_COUNTED = select(func.count()).select_from(_SOME.subquery())
