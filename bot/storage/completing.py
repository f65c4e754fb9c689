"""Which broadcasts somebody means who types: by a number, words, a stream's ID, a host's name."""

import re
from collections.abc import Sequence

from sqlalchemy import func, literal, or_, select

from bot.broadcast.wanted import EVERYTHING, Offered, Wanted
from bot.moderation.folding import plain
from bot.storage.rows import HAS_BEGUN
from bot.storage.schema import broadcasts, people, streams
from bot.storage.search.finding import Finder

HOSTS_LIMIT = 1000
"""Of a server, whose names are looked at."""
FRONTS_LIMIT = 200
"""Streams of all servers whose IDs begin alike, and are looked at."""

_NUMBER = re.compile(r"#?\s*([1-9]\d{0,6})")


def number_of(typed: str) -> int | None:
    """The number of a broadcast, if that is what was typed."""
    match = _NUMBER.fullmatch(typed.strip())
    return int(match[1]) if match else None


def completions(finder: Finder, typed: str, limit: int, of_period: Wanted | None = None) -> list[int]:
    """The numbers of those that are offered, the best first."""
    found = finder.numbers(of_period, limit) if of_period else []
    if not typed:
        return found or finder.numbers(EVERYTHING, limit)
    for look in (_by_number, _by_text, _by_stream, _by_host):
        if len(found) < limit:
            found += [each for each in look(finder, typed, limit) if each not in found]
    return found[:limit]


def offered(finder: Finder, numbers: Sequence[int]) -> list[Offered]:
    """The broadcasts with these numbers, in their order."""
    if not numbers:
        return []
    its = broadcasts.c
    its_streams = select(func.count()).where(streams.c.broadcast_id == its.id, HAS_BEGUN).scalar_subquery()
    at = func.coalesce(its.live_at, its.requested_at)
    query = select(its.id, its.number, at, its.prompt, its_streams).where(
        finder.is_in(), its.number.in_(numbers)
    )
    by_number = {row.number: Offered._make(row) for row in finder.connection.execute(query)}
    return [by_number[each] for each in numbers if each in by_number]


def _by_number(finder: Finder, typed: str, limit: int) -> list[int]:
    number = number_of(typed)
    return finder.numbers(EVERYTHING, limit, first=number, last=number) if number else []


def _by_text(finder: Finder, typed: str, limit: int) -> list[int]:
    return finder.numbers(Wanted(text=typed), limit)


def _by_stream(finder: Finder, typed: str, limit: int) -> list[int]:
    begins = or_(
        *(streams.c.service_id.between(front, front + "\U0010ffff") for front in {typed, typed.lower()})
    )
    its = select(streams.c.broadcast_id).where(begins).limit(FRONTS_LIMIT)
    return finder.numbers_of(set(finder.connection.execute(its).scalars()))


def _by_host(finder: Finder, typed: str, limit: int) -> list[int]:
    """From one host to the next, as with channels; however their names are written."""
    of_guild = select(func.min(broadcasts.c.host_id)).where(broadcasts.c.guild_id == finder.guild_id)
    each = select(of_guild.scalar_subquery().label("id"), literal(1).label("n")).cte("each", recursive=True)
    following = of_guild.where(broadcasts.c.host_id > each.c.id).scalar_subquery()
    each = each.union_all(
        select(following, each.c.n + 1).where(each.c.n < HOSTS_LIMIT, each.c.id.is_not(None))
    )
    names = select(people.c.person_id, people.c.name).where(
        people.c.guild_id == finder.guild_id, people.c.person_id.in_(select(each.c.id))
    )
    called = plain(typed)
    hosts = [row.person_id for row in finder.connection.execute(names) if called in plain(row.name)]
    if not hosts:
        return []
    number = broadcasts.c.number
    theirs = select(number).where(finder.is_in(), broadcasts.c.host_id.in_(hosts))
    newest = theirs.order_by((number + 0).desc()).limit(limit)  # theirs are few: not by all numbers
    return list(finder.connection.execute(newest).scalars())
