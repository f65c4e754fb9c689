"""What people are called: written once for a name, however much somebody does."""

import asyncio
import functools
from collections import OrderedDict
from collections.abc import Iterable

from sqlalchemy import BigInteger, String, bindparam, select
from sqlalchemy.dialects.sqlite import Insert, insert

from bot.broadcast.model import Viewer
from bot.storage.executing import Upsert
from bot.storage.schema import AnyText, broadcasts, people

REMEMBERED = 50_000
"""Names that are known to be stored: of so many people at most, each in each broadcast."""


def named(guild_id: int, *viewers: Viewer | None) -> list[Upsert]:
    """Stores what these are called in a server now; not of whom no name is known."""
    return [_row(_named(), guild_id, each) for each in viewers if each and each.name]


def known(guild_id: int, *viewers: Viewer | None) -> list[Upsert]:
    """The same, where no name is stored yet: theirs was seen some time ago, and may be another one now."""
    return [_row(_known(), guild_id, each) for each in viewers if each and each.name]


class Names:
    """Remembers whose names are stored, so that a suggestion seldom takes a second write."""

    def __init__(self) -> None:
        self._stored: OrderedDict[tuple[str, int], str] = OrderedDict()
        """By broadcast and person."""

    def heard(self, broadcast_id: str, viewer: Viewer, *, is_new: bool) -> list[Upsert]:
        """Stores what somebody is called where a broadcast is; nothing if that is stored.

        Unless they say something new, it is only stored where no other name is.
        """
        key = (broadcast_id, viewer.id)
        stored = self._stored.get(key)
        if not viewer.name or (stored is not None and (stored == viewer.name or not is_new)):
            return []
        self._stored[key] = viewer.name
        if len(self._stored) > REMEMBERED:
            self._stored.popitem(last=False)
        row = {"in_broadcast": broadcast_id, "of_person": viewer.id, "called": viewer.name}
        return [Upsert(_heard(is_new=is_new), row)]

    def written(self, broadcast_id: str, viewer: Viewer, write: asyncio.Future[None]) -> None:
        """With this write; if it fails, it is stored with the next."""
        if write.cancelled() or write.exception():
            self._stored.pop((broadcast_id, viewer.id), None)

    def is_over(self, broadcast_id: str) -> None:
        """Nothing more is said there."""
        for key in [key for key in self._stored if key[0] == broadcast_id]:
            del self._stored[key]

    def forget(self, person_ids: Iterable[int]) -> None:
        """Their names are not stored any more."""
        gone = set(person_ids)
        for key in [key for key in self._stored if key[1] in gone]:
            del self._stored[key]


def _row(statement: Insert, guild_id: int, viewer: Viewer) -> Upsert:
    return Upsert(statement, {"guild_id": guild_id, "person_id": viewer.id, "name": viewer.name})


def _newest(statement: Insert) -> Insert:
    """The name takes the place of another one."""
    name = statement.excluded.name
    return statement.on_conflict_do_update(
        index_elements=list(people.primary_key), set_={"name": name}, where=people.c.name != name
    )


@functools.cache
def _named() -> Insert:
    return _newest(insert(people))


@functools.cache
def _known() -> Insert:
    return insert(people).on_conflict_do_nothing()


@functools.cache
def _heard(*, is_new: bool) -> Insert:
    """The server is looked up: who stores a suggestion knows its broadcast only."""
    found = select(
        broadcasts.c.guild_id, bindparam("of_person", type_=BigInteger), bindparam("called", type_=AnyText)
    ).where(broadcasts.c.id == bindparam("in_broadcast", type_=String))
    statement = insert(people).from_select(["guild_id", "person_id", "name"], found)
    return _newest(statement) if is_new else statement.on_conflict_do_nothing()
