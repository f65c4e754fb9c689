"""The place of a text: a number made of its server's, its broadcast's and its own.

So those of a server's broadcasts follow each other as the broadcasts do by their numbers, and what is newest
is found first without reading what is older.
"""

from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, select

from bot.storage.schema import guild_numbers

SEARCHED = ("streams", "suggestions")
"""The tables whose prompts have places."""
TEXT_BITS, NUMBER_BITS = 20, 23
"""Of a place: a text's own number in its broadcast, and before that the broadcast's in its server."""
TEXTS_LIMIT = (1 << TEXT_BITS) - 1
LAST = (1 << NUMBER_BITS) - 1
"""Of a server's broadcasts."""
SERVER_FROM = NUMBER_BITS + TEXT_BITS
"""The bit of a place with which its server begins."""
KEY = "%05x"
"""A server's number, as it stands before each of its words in an index."""

Place = TypeVar("Place", int, ColumnElement[int])


def server_number(connection: Connection, guild_id: int) -> int | None:
    """What a server's places are made of; None if nothing of it was ever entered."""
    query = select(guild_numbers.c.number).where(guild_numbers.c.guild_id == guild_id)
    return connection.execute(query).scalar()


def broadcast_number(place: Place) -> Place:
    """Which of its server's broadcasts a place is in."""
    return place // (TEXTS_LIMIT + 1) % (LAST + 1)


def beginning(place: Place) -> Place:
    """The first place of the broadcast that a place is in."""
    return place - place % (TEXTS_LIMIT + 1)


def bounds(server: int, first: int = 0, last: int = LAST) -> tuple[int, int]:
    """Between which places the texts of these of a server's broadcasts stand, both included."""
    server <<= NUMBER_BITS
    return (server | first) << TEXT_BITS, (server | last) << TEXT_BITS | TEXTS_LIMIT
