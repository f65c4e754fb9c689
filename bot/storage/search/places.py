"""The place of a text: a number made of its server's, its broadcast's and its own.

So those of a server's broadcasts follow each other as the broadcasts do by their numbers, and what is newest
is found first without reading what is older.
"""

from typing import TypeVar

from sqlalchemy import ColumnElement

TEXT_BITS, NUMBER_BITS = 20, 23
"""Of a place: a text's own number in its broadcast, and before that the broadcast's in its server."""
TEXTS_LIMIT = (1 << TEXT_BITS) - 1
LAST = (1 << NUMBER_BITS) - 1
"""Of a server's broadcasts."""

Place = TypeVar("Place", int, ColumnElement[int])


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
