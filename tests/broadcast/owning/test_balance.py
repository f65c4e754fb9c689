"""Shards are shared out evenly, in the same way by whoever computes it, and few of them move."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.broadcast.owning.balance import shares
from bot.broadcast.owning.directory import Held, Member, Standing

AT = datetime(2026, 8, 1, tzinfo=UTC)


def member(name: str, *, takes_shards: bool = True, is_draining: bool = False) -> Member:
    role = "all" if takes_shards else "web"
    return Member(name, name, role, "1", "0025", 16, "", AT, is_draining)


def members(count: int) -> tuple[Member, ...]:
    return tuple(member(f"m{number}") for number in range(count))


def held(shared: Mapping[str, frozenset[int]], sizes: list[int]) -> dict[int, Held]:
    return {shard: Held(name, sizes[shard]) for name, theirs in shared.items() for shard in theirs}


def spread(shared: Iterable[frozenset[int]], sizes: list[int]) -> float:
    """How much more the heaviest has than the lightest, as a part of the mean."""
    loads = [sum(sizes[shard] for shard in theirs) for theirs in shared]
    return (max(loads) - min(loads)) / (sum(loads) / len(loads))


def guilds(seed: int, shards: int, count: int) -> list[int]:
    """How many of so many servers each shard gets, as Discord deals them out."""
    dealt = random.Random(seed)
    sizes = [0] * shards
    for _ in range(count):
        sizes[(dealt.getrandbits(62) >> 22) % shards] += 1
    return sizes


def test_whoever_is_alone_has_all() -> None:
    assert shares(Standing(members(1), {}), 4) == {"m0": frozenset(range(4))}


def test_nobody_is_there_to_have_anything() -> None:
    """All drain, or show pages only."""
    idle = member("web", takes_shards=False), member("goes", is_draining=True)
    assert shares(Standing(idle, {}), 4) == {}


def test_who_drains_or_takes_none_has_none() -> None:
    others = member("goes", is_draining=True), member("web", takes_shards=False)
    standing = Standing((*members(2), *others), {shard: Held("goes", 10) for shard in range(8)})
    assert {name: len(theirs) for name, theirs in shares(standing, 8).items()} == {"m0": 4, "m1": 4}


def test_shards_of_which_nothing_is_known_are_shared_out_by_number() -> None:
    shared = shares(Standing(members(3), {}), 16)
    assert sorted(map(len, shared.values())) == [5, 5, 6]
    assert sorted(shard for theirs in shared.values() for shard in theirs) == list(range(16))


def test_a_thousand_servers_over_sixteen_shards_and_three_processes_are_even_within_a_tenth() -> None:
    for seed in range(300):
        sizes = guilds(seed, 16, 1000)
        known = {shard: Held(None, size) for shard, size in enumerate(sizes)}
        assert spread(shares(Standing(members(3), known), 16).values(), sizes) <= 0.1, seed


def test_even_shares_stay_as_they_are() -> None:
    """However often it is computed: nothing goes to and fro."""
    for seed in range(50):
        sizes = guilds(seed, 16, 1000)
        shared = shares(Standing(members(3), {s: Held(None, size) for s, size in enumerate(sizes)}), 16)
        assert shares(Standing(members(3), held(shared, sizes)), 16) == shared


def test_of_who_goes_the_others_keep_what_they_have() -> None:
    """Shards of the one who went are shared out; of the others', two are exchanged at most."""
    for seed in range(100):
        sizes = guilds(seed, 16, 1000)
        shared = shares(Standing(members(3), {s: Held(None, size) for s, size in enumerate(sizes)}), 16)
        later = shares(Standing(members(2), held(shared, sizes)), 16)
        assert spread(later.values(), sizes) <= 0.1, seed
        assert sum(len(shared[name] - later[name]) for name in later) <= 2, seed


def test_who_comes_is_given_a_share_and_little_else_moves() -> None:
    """Five shards or so; to be even within a tenth, one is exchanged for another now and then."""
    moved = []
    for seed in range(100):
        sizes = guilds(seed, 16, 1000)
        shared = shares(Standing(members(2), {s: Held(None, size) for s, size in enumerate(sizes)}), 16)
        later = shares(Standing(members(3), held(shared, sizes)), 16)
        assert spread(later.values(), sizes) <= 0.1, seed
        moved.append(sum(len(shared[name] - later[name]) for name in shared))
    assert min(moved) >= 4
    assert max(moved) <= 12
    assert sum(moved) / len(moved) <= 8


def test_the_order_in_which_members_are_told_means_nothing() -> None:
    sizes = guilds(7, 16, 1000)
    known = {shard: Held(None, size) for shard, size in enumerate(sizes)}
    backwards = dict(reversed(known.items()))
    assert shares(Standing(members(3), known), 16) == shares(Standing(members(3)[::-1], backwards), 16)


def test_one_shard_that_is_heavier_than_all_others_is_nobodys_fault() -> None:
    """It comes to an end, and the rest is with the others."""
    known = {0: Held("m0", 5000), **{shard: Held("m0", 10) for shard in range(1, 8)}}
    shared = shares(Standing(members(2), known), 8)
    assert set(shared.values()) == {frozenset({0}), frozenset(range(1, 8))}


def test_many_shards_are_no_work() -> None:
    """A bot of a million servers: 512 shards, ten processes, of which one is new."""
    sizes = guilds(1, 512, 100_000)
    shared = shares(Standing(members(9), {s: Held(None, size) for s, size in enumerate(sizes)}), 512)
    later = shares(Standing(members(10), held(shared, sizes)), 512)
    assert spread(later.values(), sizes) <= 0.1
