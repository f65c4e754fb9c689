"""The broadcasts of a server: listed, searched, found by what people call them."""

import functools
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select

from bot.broadcast.history import PastBroadcast
from bot.broadcast.wanted import COUNTED, EVERYTHING, Offered, Page, Wanted
from bot.storage.completing import completions, number_of, offered
from bot.storage.connections import Database, read
from bot.storage.rows import BROADCASTS, past_broadcasts_of
from bot.storage.schema import broadcasts, storable, streams
from bot.storage.search.asking import is_in
from bot.storage.search.choosing import index_of
from bot.storage.search.finding import Finder
from bot.storage.search.places import LAST
from bot.storage.search.port import TextIndex


class Turn(NamedTuple):
    """Where a page is: it has at most `limit`, all behind or all before a number, or the newest."""

    limit: int
    older_than: int | None
    newer_than: int | None


class DatabaseCatalogue:
    """The domain's `Catalogue`. Each question is asked as a whole: see `Database.ask`."""

    def __init__(self, database: Database, index: TextIndex | None = None) -> None:
        self._database = database
        self._index = index or index_of(database.dialect)

    async def channels(self, guild_id: int) -> list[int]:
        """From one to the next: a server has many more broadcasts than channels."""
        of_guild = select(func.min(broadcasts.c.channel_id)).where(broadcasts.c.guild_id == guild_id)
        each = select(of_guild.scalar_subquery().label("id")).cte("each", recursive=True)
        following = of_guild.where(broadcasts.c.channel_id > each.c.id).scalar_subquery()
        each = each.union_all(select(following).where(each.c.id.is_not(None)))
        newest = select(func.max(broadcasts.c.number)).where(
            broadcasts.c.guild_id == guild_id, broadcasts.c.channel_id == each.c.id
        )
        query = select(each.c.id).where(each.c.id.is_not(None)).order_by(newest.scalar_subquery().desc())
        return [row.id for row in await read(self._database, query)]

    async def past_broadcasts(
        self,
        guild_id: int,
        channels: Collection[int] | None = None,
        wanted: Wanted = EVERYTHING,
        *,
        limit: int,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> Page:
        turn = Turn(limit, older_than, newer_than)
        return await self._database.ask(
            lambda connection: _page(Finder(connection, self._index, guild_id, channels), wanted, turn)
        )

    async def search_broadcasts(
        self,
        guild_id: int,
        typed: str,
        channels: Collection[int] | None = None,
        *,
        limit: int,
        of_period: Wanted | None = None,
    ) -> list[Offered]:
        typed = storable(typed).strip()

        def asked(connection: Connection) -> list[Offered]:
            finder = Finder(connection, self._index, guild_id, channels)
            return offered(finder, completions(finder, typed, limit, of_period))

        return await self._database.ask(asked)

    async def find_broadcast(self, guild_id: int, shown_id: str) -> PastBroadcast | None:
        shown_id = storable(shown_id)

        def asked(connection: Connection) -> PastBroadcast | None:
            finder = Finder(connection, self._index, guild_id)
            of_stream = select(streams.c.broadcast_id).where(streams.c.service_id == shown_id)
            found = finder.numbers_of([shown_id, *connection.execute(of_stream).scalars()])
            if not found and (number := number_of(shown_id)):
                found = [number]
            return next(iter(_numbered(finder, found[:1])), None)

        return await self._database.ask(asked)


def _page(finder: Finder, wanted: Wanted, turn: Turn) -> Page:
    limit = turn.limit
    counted, is_all = finder.look(wanted, COUNTED + 1, is_quick=True)
    reads_on = not is_all
    if len(counted) <= limit and not is_all:
        counted, is_all = finder.look(wanted, COUNTED + 1)
        reads_on = len(counted) > COUNTED
    if turn.newer_than is not None:
        page = finder.numbers(wanted, limit, first=turn.newer_than + 1, oldest=True)
        has_older = bool(page)  # that of which these are the newer ones
    else:
        last = LAST if turn.older_than is None else turn.older_than - 1
        page = [each for each in counted if each <= last][: limit + 1]
        if len(page) <= limit and reads_on:  # further back than is counted
            page = finder.numbers(wanted, limit + 1, last=last)
        has_older, page = len(page) > limit, page[:limit]
    if not page:  # what was there is not to be seen any more
        has_older, page = len(counted) > limit, counted[:limit]
    told = counted[:COUNTED]
    return Page(
        _numbered(finder, page),
        has_newer=bool(page) and page[0] != counted[0],
        has_older=has_older,
        first=told.index(page[0]) + 1 if page and page[0] in told else None,
        total=len(told) if is_all else None,
        counted=len(told),
    )


def _numbered(finder: Finder, numbers: Collection[int]) -> list[PastBroadcast]:
    """The broadcasts with these numbers, newest first."""
    if not numbers:
        return []
    those = _those(in_channels=finder.in_channels)
    rows = finder.connection.execute(those, finder.here | {"numbers": list(numbers)})
    return past_broadcasts_of(finder.connection, rows.all())


@functools.cache
def _those(*, in_channels: bool) -> Select[Any]:
    """Those with these `numbers`, newest first."""
    its = broadcasts.c.number
    are_meant = is_in(in_channels=in_channels), its.in_(bindparam("numbers", expanding=True))
    return BROADCASTS.where(*are_meant).order_by(its.desc())
