"""Which broadcasts somebody means who types: by a number, words, a stream's ID, a host's name."""

import functools
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, String, bindparam, cast, func, literal, or_, select

from bot.broadcast.wanted import EVERYTHING, Offered, Wanted
from bot.moderation.folding import plain
from bot.storage.rows import HAS_BEGUN
from bot.storage.schema import broadcasts, people, streams
from bot.storage.search.asking import is_in
from bot.storage.search.finding import Finder

HOSTS_LIMIT = 1000
"""Of a server, whose names are looked at."""
FRONTS_LIMIT = 200
"""Streams of all servers whose IDs begin alike, and are looked at."""

_BETWEEN = "\x1f"
"""What stands between values that are read as one: a sign for just that, which no name needs."""
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
    those = _those(in_channels=finder.in_channels)
    rows = finder.connection.execute(those, finder.here | {"numbers": list(numbers)})
    by_number = {row.number: Offered._make(row) for row in rows}
    return [by_number[each] for each in numbers if each in by_number]


@functools.cache
def _those(*, in_channels: bool) -> Select[Any]:
    """Those with these `numbers`, as they are offered."""
    its = broadcasts.c
    its_streams = select(func.count()).where(streams.c.broadcast_id == its.id, HAS_BEGUN).scalar_subquery()
    at = func.coalesce(its.live_at, its.requested_at)
    are_meant = is_in(in_channels=in_channels), its.number.in_(bindparam("numbers", expanding=True))
    return select(its.id, its.number, at, its.prompt, its_streams).where(*are_meant)


def _by_number(finder: Finder, typed: str, limit: int) -> list[int]:
    number = number_of(typed)
    return finder.numbers(EVERYTHING, limit, first=number, last=number) if number else []


def _by_text(finder: Finder, typed: str, limit: int) -> list[int]:
    return finder.numbers(Wanted(text=typed), limit)


_OF_STREAMS = (
    select(streams.c.broadcast_id)
    .where(
        or_(
            streams.c.service_id.between(bindparam("typed"), bindparam("typed_end")),
            streams.c.service_id.between(bindparam("lower"), bindparam("lower_end")),
        )
    )
    .limit(FRONTS_LIMIT)
)


def _by_stream(finder: Finder, typed: str, limit: int) -> list[int]:
    fronts = {"typed": typed, "lower": typed.lower()}
    between = fronts | {f"{name}_end": front + "\U0010ffff" for name, front in fronts.items()}
    return finder.numbers_of(set(finder.connection.execute(_OF_STREAMS, between).scalars()))


def _hosts() -> Select[str | None, str | None]:
    """Those of a `guild`, from one to the next, as with channels: all IDs and all names, as two values.

    Between two rows the driver lets go of the interpreter, and has to wait for it again.
    """
    guild = bindparam("guild", type_=BigInteger)
    of_guild = select(func.min(broadcasts.c.host_id)).where(broadcasts.c.guild_id == guild)
    each = select(of_guild.scalar_subquery().label("id"), literal(1).label("n")).cte("each", recursive=True)
    following = of_guild.where(broadcasts.c.host_id > each.c.id).scalar_subquery()
    each = each.union_all(
        select(following, each.c.n + 1).where(each.c.n < HOSTS_LIMIT, each.c.id.is_not(None))
    )
    theirs = select(people.c.person_id, people.c.name).where(
        people.c.guild_id == guild, people.c.person_id.in_(select(each.c.id))
    )
    its = theirs.subquery().c
    names = func.replace(its.name, _BETWEEN, " ")
    return select(
        func.aggregate_strings(cast(its.person_id, String), _BETWEEN), func.aggregate_strings(names, _BETWEEN)
    )


_HOSTS = _hosts()


@functools.cache
def _theirs(*, in_channels: bool) -> Select[int]:
    number = broadcasts.c.number
    theirs = select(number).where(
        is_in(in_channels=in_channels), broadcasts.c.host_id.in_(bindparam("hosts", expanding=True))
    )
    newest = theirs.order_by((number + 0).desc())  # theirs are few: not by all numbers
    return newest.limit(bindparam("limit", type_=Integer))


def _by_host(finder: Finder, typed: str, limit: int) -> list[int]:
    """However their names are written."""
    called = plain(typed)
    ids, names = finder.connection.execute(_HOSTS, {"guild": finder.guild_id}).one()
    named = zip(ids.split(_BETWEEN), names.split(_BETWEEN), strict=True) if ids and names else ()
    hosts = [int(person_id) for person_id, name in named if called in plain(name)]
    if not hosts:
        return []
    newest = _theirs(in_channels=finder.in_channels)
    asked = finder.here | {"hosts": hosts, "limit": limit}
    return list(finder.connection.execute(newest, asked).scalars())
