"""The broadcasts of a server: listed, searched, found by what people call them."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import func, literal, or_, select

from bot.broadcast.history import PastBroadcast
from bot.broadcast.wanted import COUNTED, EVERYTHING, Page, Wanted
from bot.moderation.folding import plain
from bot.storage.connections import Database, read
from bot.storage.rows import past_broadcasts_of
from bot.storage.schema import broadcasts, people, storable, streams
from bot.storage.search.finding import Finder
from bot.storage.search.fts5 import Fts5Index
from bot.storage.search.places import LAST
from bot.storage.search.port import TextIndex

HOSTS_LIMIT = 1000
"""Of a server, whose names are looked at."""
FRONTS_LIMIT = 200
"""Streams of all servers whose IDs begin alike, and are looked at."""

_NUMBER = re.compile(r"#?\s*([1-9]\d{0,6})")


class DatabaseCatalogue:
    """The domain's `Catalogue`."""

    def __init__(self, database: Database, index: TextIndex | None = None) -> None:
        self._database = database
        self._index = index or Fts5Index()

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
        finder = self._finder(guild_id, channels)
        counted = await finder.numbers(wanted, COUNTED + 1)
        if newer_than is not None:
            page = await finder.numbers(wanted, limit, first=newer_than + 1, oldest=True)
            has_older = bool(page)  # that of which these are the newer ones
        else:
            last = LAST if older_than is None else older_than - 1
            page = [each for each in counted if each <= last][: limit + 1]
            if len(page) <= limit and len(counted) > COUNTED:  # further back than is counted
                page = await finder.numbers(wanted, limit + 1, last=last)
            has_older, page = len(page) > limit, page[:limit]
        if not page:  # what was there is not to be seen any more
            has_older, page = len(counted) > limit, counted[:limit]
        return Page(
            await self._numbered(guild_id, page),
            has_newer=bool(page) and page[0] != counted[0],
            has_older=has_older,
            first=counted.index(page[0]) + 1 if page and page[0] in counted[:COUNTED] else None,
            total=len(counted) if len(counted) <= COUNTED else None,
        )

    async def search_broadcasts(
        self, guild_id: int, typed: str, channels: Collection[int] | None = None, *, limit: int
    ) -> list[PastBroadcast]:
        typed = storable(typed).strip()
        finder = self._finder(guild_id, channels)
        if not typed:
            return await self._numbered(guild_id, await finder.numbers(EVERYTHING, limit))
        found: list[int] = []
        for look in (self._by_number, self._by_text, self._by_stream, self._by_host):
            if len(found) < limit:
                found += [each for each in await look(finder, typed, limit) if each not in found]
        return await self._numbered(guild_id, found[:limit])

    async def find_broadcast(self, guild_id: int, shown_id: str) -> PastBroadcast | None:
        shown_id = storable(shown_id)
        of_stream = select(streams.c.broadcast_id).where(streams.c.service_id == shown_id)
        meant = [shown_id, *(row.broadcast_id for row in await read(self._database, of_stream))]
        found = await self._numbers_of(self._finder(guild_id), meant)
        if not found and (number := _NUMBER.fullmatch(shown_id.strip())):
            found = [int(number[1])]
        return next(iter(await self._numbered(guild_id, found[:1])), None)

    def _finder(self, guild_id: int, channels: Collection[int] | None = None) -> Finder:
        return Finder(self._database, self._index, guild_id, channels)

    async def _by_number(self, finder: Finder, typed: str, limit: int) -> list[int]:
        if not (match := _NUMBER.fullmatch(typed)):
            return []
        number = int(match[1])
        return await finder.numbers(EVERYTHING, limit, first=number, last=number)

    async def _by_text(self, finder: Finder, typed: str, limit: int) -> list[int]:
        return await finder.numbers(Wanted(text=typed), limit)

    async def _by_stream(self, finder: Finder, typed: str, limit: int) -> list[int]:
        begins = or_(
            *(streams.c.service_id.between(front, front + "\U0010ffff") for front in {typed, typed.lower()})
        )
        its = select(streams.c.broadcast_id).where(begins).limit(FRONTS_LIMIT)
        ids = {row.broadcast_id for row in await read(self._database, its)}
        return await self._numbers_of(finder, list(ids))

    async def _by_host(self, finder: Finder, typed: str, limit: int) -> list[int]:
        """From one host to the next, as with channels; however their names are written."""
        of_guild = select(func.min(broadcasts.c.host_id)).where(broadcasts.c.guild_id == finder.guild_id)
        each = select(of_guild.scalar_subquery().label("id"), literal(1).label("n")).cte(
            "each", recursive=True
        )
        following = of_guild.where(broadcasts.c.host_id > each.c.id).scalar_subquery()
        each = each.union_all(
            select(following, each.c.n + 1).where(each.c.n < HOSTS_LIMIT, each.c.id.is_not(None))
        )
        names = select(people.c.person_id, people.c.name).where(
            people.c.guild_id == finder.guild_id, people.c.person_id.in_(select(each.c.id))
        )
        called = plain(typed)
        hosts = [row.person_id for row in await read(self._database, names) if called in plain(row.name)]
        if not hosts:
            return []
        number = broadcasts.c.number
        theirs = select(number).where(finder.is_in(), broadcasts.c.host_id.in_(hosts))
        newest = theirs.order_by((number + 0).desc()).limit(limit)  # theirs are few: not by all numbers
        return [row.number for row in await read(self._database, newest)]

    async def _numbers_of(self, finder: Finder, ids: Sequence[str]) -> list[int]:
        """Of these broadcasts those that may be found, newest first.

        They are read by their IDs alone: SQLite would begin with a channel, if it were asked for that too.
        """
        if not ids:
            return []
        its = broadcasts.c
        query = select(its.number, its.guild_id, its.channel_id, its.text_id).where(its.id.in_(ids))
        return sorted(
            (row.number for row in await read(self._database, query) if finder.takes(row)), reverse=True
        )

    async def _numbered(self, guild_id: int, numbers: Sequence[int]) -> list[PastBroadcast]:
        """The broadcasts of a server with these numbers, in their order."""
        query = select(broadcasts.c.id, broadcasts.c.number).where(
            self._finder(guild_id).is_in(), broadcasts.c.number.in_(numbers)
        )
        ids = {row.number: row.id for row in await read(self._database, query)} if numbers else {}
        return await past_broadcasts_of(self._database, [ids[each] for each in numbers if each in ids])
