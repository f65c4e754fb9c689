"""Which shards each member of a cluster is to have."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from bot.broadcast.owning.directory import Standing

UNEVEN = 0.1
"""Of the mean: so much more or less than another's share nobody is moved for."""
_BARE = 1
"""What a shard weighs beside its servers: one of which nothing is known yet is one all the same."""

Shares = dict[str, set[int]]


def shares(standing: Standing, shards: int) -> Mapping[str, frozenset[int]]:
    """What each member that takes shards is to have, by its ID: even by servers, with few moves.

    Whoever computes it from the same standing comes to the same. Nobody has to take anything from anybody by
    it: who has too much gives back, and who has too little takes what is free.
    """
    takers = sorted(each.id for each in standing.members if each.takes_shards)
    if not takers:
        return {}
    known = standing.shards
    weights = [_BARE + (known[shard].size if shard in known else 0) for shard in range(shards)]
    having: Shares = {member: set() for member in takers}
    homeless = []
    for shard in range(shards):
        owner = known[shard].owner if shard in known else None
        if owner is not None and owner in having:
            having[owner].add(shard)
        else:
            homeless.append(shard)
    loads = {member: sum(weights[shard] for shard in having[member]) for member in takers}
    for shard in sorted(homeless, key=lambda shard: (-weights[shard], shard)):
        lightest = min(takers, key=lambda member: (loads[member], len(having[member]), member))
        having[lightest].add(shard)
        loads[lightest] += weights[shard]
    _even_out(having, loads, weights)
    return {member: frozenset(theirs) for member, theirs in having.items()}


class _Move(NamedTuple):
    """Shards from who has more to who has less, and perhaps others back: how much of the gap is left then."""

    left_over: int
    many: int
    shards: tuple[int, ...]
    backs: tuple[int, ...]


def _even_out(having: Shares, loads: dict[str, int], weights: list[int]) -> None:
    """Moves shards until shares are even, or cannot become more so."""
    tolerance = UNEVEN * sum(loads.values()) / len(loads)
    while max(loads.values()) - min(loads.values()) > tolerance:
        # One at a time, if need be for another one; two only where that does not help.
        found = _best(having, loads, weights, 1) or _best(having, loads, weights, 2)
        if found is None:
            return
        giver, taker, move = found
        having[giver] = (having[giver] - {*move.shards}) | {*move.backs}
        having[taker] = (having[taker] - {*move.backs}) | {*move.shards}
        for member in (giver, taker):
            loads[member] = sum(weights[shard] for shard in having[member])


def _best(
    having: Shares, loads: dict[str, int], weights: list[int], at_once: int
) -> tuple[str, str, _Move] | None:
    """Between the heaviest and the lightest; between one of them and another where that does not help."""
    lightest, *others, heaviest = sorted(having, key=lambda member: (loads[member], member))
    ways = [
        (heaviest, lightest),
        *((heaviest, each) for each in others),
        *((each, lightest) for each in others),
    ]
    for giver, taker in ways:
        gap = loads[giver] - loads[taker]
        best = min(_moves(having[giver], having[taker], weights, gap, at_once), default=None)
        if best is not None and best.left_over < gap:
            return giver, taker, best
    return None


def _moves(giving: set[int], taking: set[int], weights: list[int], gap: int, at_once: int) -> Iterator[_Move]:
    """For each so many shards that can be given, those that it is best to get back for them, if any."""
    backs = sorted(
        (sum(weights[shard] for shard in some), some)
        for count in range(at_once + 1)
        for some in combinations(sorted(taking), count)
    )
    for shards in combinations(sorted(giving), at_once):
        weight = sum(weights[shard] for shard in shards)
        at = bisect_left(backs, (weight - gap // 2, ()))
        for back, some in (backs[0], *backs[max(0, at - 1) : at + 1]):
            yield _Move(abs(gap - 2 * (weight - back)), at_once + len(some), shards, some)
