# ruff: noqa: E501 - the tables stand as tables
"""A database of years: a million streams and ten million suggestions, as the bot would have stored them.

Built once, by plain SQLite without any caution, and kept in `build/` until the edition changes. When the schema
does, it is migrated like any other.
"""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine

from bot.storage import pragmas, schema
from bot.storage.database import open_database
from bot.storage.migrating import upgrade
from bot.storage.search.places import KEY, NUMBER_BITS, TEXT_BITS
from bot.storage.search.words import words_of

ROOT = Path(__file__).parents[2] / "build" / "bench"
EDITION = 1
"""Goes up when what is built becomes another."""
GUILDS = 1000
STREAMS_EACH, SUGGESTIONS_EACH = 5, 10
"""Of a broadcast, and of a stream."""
PEOPLE = 200_000
TEXTS = 60_000
"""Different prompts, from which all are drawn."""
FROM = np.datetime64("2024-05-01T00:00:00.000000")
DAYS = 900
STREAM_S = 150
AT_ONCE = 2000
"""Broadcasts that are made together."""
CHANNELS = 12
ODD = 0x9E3779B97F4A7C15F39CC0605CEDC835 | 1
"""What makes IDs of numbers: as if they were drawn by lot, but always the same."""

_WORDS = """
dragon glass castle river snow storm garden robot whale city neon forest lantern ship moon desert
train market violin cat fox owl wolf horse bridge tower rain fog fire ice mirror library clock ocean
island volcano temple balloon comet rocket meadow village harbour kitchen piano umbrella circus
giant tiny golden silver crimson blue ancient broken floating sleeping dancing burning frozen
singing running flying melting glowing invisible wooden paper iron velvet electric gentle furious
lonely crowded endless hidden secret drachen schloss winter berg дракон замок река снег город лес
башня огонь корабль луна élan forêt château neige été niño sueño árbol
"""
_LINKS = """
of in over under behind with and the a into from beside at on
"""
_UNSPACED = """
雪山の上に竜が飛ぶ 猫が海辺を歩く 夜の街に雨が降る 一条龙飞过雪山 城堡在云里 แมวเดินบนหิมะ ภูเขาไฟระเบิด 눈이 내리는 도시 용이 성 위로 난다
"""


WORDS, LINKS, UNSPACED = (each.split() for each in (_WORDS, _LINKS, _UNSPACED))


def years_of(streams: int = 1_000_000) -> tuple[Path, dict[str, float]]:
    """The file, and what building it took: `built_s` and `size_bytes`."""
    path = ROOT / f"years-{streams}-{EDITION}.sqlite3"
    facts = path.with_suffix(".json")
    if facts.exists():
        _migrate(path)
    else:
        for old in ROOT.glob(f"years-{streams}-*"):
            old.unlink()
        ROOT.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        asyncio.run(_migrated(path))
        _build(path, streams)
        took_s = time.perf_counter() - began
        facts.write_text(json.dumps({"built_s": took_s, "size_bytes": path.stat().st_size}))
    return path, json.loads(facts.read_text())


def _migrate(path: Path) -> None:
    """Without a copy, which the bot would make first: it can be built again."""
    engine = create_engine(f"sqlite:///{path}")
    pragmas.set_up(engine)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


async def _migrated(path: Path) -> None:
    for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
        file.unlink(missing_ok=True)
    async with open_database(f"sqlite:///{path}"):
        pass


def _build(path: Path, streams: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-3000000", "temp_store=MEMORY"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("INSERT INTO texts (texts, rank) VALUES ('hashsize', 400000000)")
        later = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _ in later:
            database.execute(f"DROP {kind} {name}")
        database.execute("BEGIN")
        for table, columns in _parts(streams // STREAMS_EACH):
            _insert(database, table, columns)
        database.execute("COMMIT")
        for _, _, sql in later:
            database.execute(sql)
        database.execute("INSERT INTO texts (texts, rank) VALUES ('hashsize', 1048576)")
        database.execute("PRAGMA journal_mode=WAL")


def _insert(database: sqlite3.Connection, table: str, columns: Mapping[str, Iterable[Any]]) -> None:
    known = {"rowid", "words"} if table == "texts" else schema.metadata.tables[table].c.keys()
    names = [name for name in columns if name in known]
    marks = ", ".join("?" for _ in names)
    rows = zip(*(columns[name] for name in names), strict=False)  # some say the same for ever
    database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def _parts(broadcasts: int) -> Iterator[tuple[str, Mapping[str, Iterable[Any]]]]:
    """Columns of tables, in the order of the keys that refer to each other."""
    yield "guild_numbers", {"number": range(1, GUILDS + 1), "guild_id": map(guild_id, range(GUILDS))}
    if "people" in schema.metadata.tables:
        everybody = range(PEOPLE)
        yield (
            "people",
            {
                "guild_id": (guild_id(number % GUILDS) for number in everybody),
                "person_id": map(person_id, everybody),
                "name": (f"Person {number}" for number in everybody),
            },
        )
    chance, numbers_of = np.random.default_rng(16), np.zeros(GUILDS, np.int64)
    texts = list(_texts())
    words = ["".join(f" {word}" for word in words_of(each)) for each in texts]
    pool = np.array(texts, object)
    weights = 1 / np.arange(1, GUILDS + 1) ** 0.9
    for start in range(0, broadcasts, AT_ONCE):
        numbers = np.arange(start, min(broadcasts, start + AT_ONCE))
        guilds = chance.choice(GUILDS, len(numbers), p=weights / weights.sum())
        own = np.empty(len(numbers), np.int64)
        for place, guild in enumerate(guilds):
            numbers_of[guild] += 1
            own[place] = numbers_of[guild]
        yield from _part(chance, numbers, broadcasts, guilds, own, pool, words)


def _part(
    chance: np.random.Generator,
    numbers: Any,
    broadcasts: int,
    guilds: Any,
    own: Any,
    pool: Any,
    words: list[str],
) -> Iterator[tuple[str, Mapping[str, Iterable[Any]]]]:
    count, streams_each, each = len(numbers), STREAMS_EACH, STREAMS_EACH * SUGGESTIONS_EACH
    bases = ((guilds + 1) << NUMBER_BITS | own) << TEXT_BITS
    at = FROM + (numbers * (DAYS * 86_400_000_000 / broadcasts)).astype("timedelta64[us]")
    ids, channels = [key(number, 1) for number in numbers.tolist()], _channels(chance, guilds)
    hosts, openings = _persons(chance, guilds), chance.integers(0, len(pool), count)
    is_failed = chance.random(count) < 0.02
    guild_ids = [guild_id(guild) for guild in guilds.tolist()]
    ended = _dates(at + np.timedelta64(STREAM_S * streams_each, "s"))
    yield "broadcasts", {
        "id": ids, "guild_id": guild_ids, "channel_id": channels, "host_id": hosts, "host_name": repeat("Mika"),
        "prompt": pool[openings], "portrait": repeat(0), "state": np.where(is_failed, "failed", "ended").tolist(),
        "reason": np.where(is_failed, "stream_error", "length_reached").tolist(), "requested_at": _dates(at),
        "live_at": _dates(at + np.timedelta64(2, "s")), "ended_at": ended, "length_s": repeat(STREAM_S * 5.0),
        "last_seen_at": ended, "off_air_s": repeat(0.0), "mode": repeat("queue"), "panels_sought_at": ended,
        "number": own.tolist(), "text_id": bases.tolist(),
    }  # fmt: skip
    which = np.arange(streams_each)
    stream_numbers = (numbers[:, None] * streams_each + which).ravel().tolist()
    scenes = chance.integers(0, len(pool), (count, streams_each))
    scenes[:, 0] = openings
    stream_places = bases[:, None] + 1 + which
    begun = at[:, None] + which * np.timedelta64(STREAM_S, "s")
    over = _dates((begun + np.timedelta64(STREAM_S, "s")).ravel())
    stream_ids = [key(number, 2) for number in stream_numbers]
    begun_dates = _dates(begun.ravel())
    yield "streams", {
        "id": stream_ids, "service_id": [f"str_{key(number, 3)}" for number in stream_numbers],
        "broadcast_id": _each(ids, streams_each), "number": (which + 1).tolist() * count,
        "prompt": pool[scenes.ravel()], "portrait": repeat(0), "state": repeat("ended"),
        "end_reason": (["continued"] * (streams_each - 1) + ["length_reached"]) * count,
        "intended_at": begun_dates, "started_at": begun_dates, "ended_at": over, "session": repeat("session"),
        "text_id": stream_places.ravel().tolist(),
    }  # fmt: skip
    yield "recordings", {
        "stream_id": stream_ids, "frame_count": repeat(3000), "duration_s": repeat(float(STREAM_S)),
        "has_video": repeat(1), "has_preview": repeat(1), "has_thumbnail": repeat(1), "has_events": repeat(1),
        "found_at": over,
    }  # fmt: skip
    is_applied = chance.random((count, each)) < 0.7
    places = bases[:, None] + streams_each + np.cumsum(is_applied, axis=1)
    said = chance.integers(0, len(pool), (count, each))
    said_at = at[:, None] + np.arange(each) * np.timedelta64(STREAM_S // SUGGESTIONS_EACH, "s")
    applied, prompts = is_applied.ravel().tolist(), pool[said.ravel()].tolist()
    first = int(numbers[0]) * each
    settled = _dates((said_at + np.timedelta64(4, "s")).ravel())
    of_streams = _each(stream_ids, SUGGESTIONS_EACH)
    yield "suggestions", {
        "id": [key(number, 4) for number in range(first, first + count * each)],
        "broadcast_id": _each(ids, each),
        "stream_id": [of if done else None for of, done in zip(of_streams, applied, strict=True)],
        "viewer_id": _persons(chance, np.repeat(guilds, each)), "viewer_name": repeat("Robin"), "prompt": prompts,
        "outcome": np.where(is_applied, "acknowledged", "refused").ravel().tolist(),
        "refusal": [None if done else "stale" for done in applied],
        "applied": [prompt if done else None for prompt, done in zip(prompts, applied, strict=True)],
        "suggested_at": _dates(said_at.ravel()),
        "sent_at": [at if done else None for at, done in zip(settled, applied, strict=True)], "settled_at": settled,
        "channel_id": _each(channels, each), "message_id": range(2**61 + first, 2**61 + first + count * each),
        "interaction_id": [None if number % 10 else 2**62 + number for number in range(first, first + count * each)],
        "is_urgent": repeat(0), "is_marked": repeat(1),
        "text_id": [place if done else None for place, done in zip(places.ravel().tolist(), applied, strict=True)],
    }  # fmt: skip
    for kind, message in (("panel", 0), ("recording", 1)):
        yield "posts", {
            "id": [key(2 * number + message, 5) for number in numbers.tolist()],
            "message_id": (2**60 + 2 * numbers + message).tolist(), "channel_id": channels, "kind": repeat(kind),
            "broadcast_id": ids, "posted_at": _dates(at), "closed_at": ended,
            "streams_shown": repeat(streams_each * message),
        }  # fmt: skip
    yield "actions", {
        "guild_id": guild_ids, "actor_id": hosts, "actor_name": repeat("Mika"), "kind": repeat("end"),
        "subject": pool[openings], "at": ended,
    }  # fmt: skip
    of_texts = np.concatenate([scenes, said], axis=1)
    all_places = np.concatenate([stream_places, np.where(is_applied, places, 0)], axis=1)
    before = [" " + KEY % (guild + 1) for guild in guilds.tolist() for _ in range(streams_each + each)]
    entered = [
        (place, words[text].replace(" ", key))
        for place, text, key in zip(
            all_places.ravel().tolist(), of_texts.ravel().tolist(), before, strict=True
        )
        if place
    ]
    entered.sort()
    yield "texts", {"rowid": [place for place, _ in entered], "words": [each for _, each in entered]}


def _texts() -> Iterator[str]:
    chance = random.Random(16)
    for _ in range(TEXTS):
        if chance.random() < 0.1:
            yield "".join(chance.choices(UNSPACED, k=2))
        else:
            yield " ".join(
                f"{chance.choice(LINKS)} {chance.choice(WORDS)}" for _ in range(chance.randint(2, 5))
            )


def _channels(chance: np.random.Generator, guilds: Any) -> list[int]:
    which = (chance.random(len(guilds)) ** 3 * CHANNELS).astype(np.int64)
    return [
        guild_id(guild) + 1 + number for guild, number in zip(guilds.tolist(), which.tolist(), strict=True)
    ]


def _persons(chance: np.random.Generator, guilds: Any) -> list[int]:
    """Few say much, most say little."""
    which = (chance.random(len(guilds)) ** 4 * (PEOPLE // GUILDS)).astype(np.int64)
    return [person_id(number) for number in (guilds + GUILDS * which).tolist()]


def _each(values: list[Any], times: int) -> list[Any]:
    return [value for value in values for _ in range(times)]


def _dates(at: Any) -> list[str]:
    return [str(date).replace("T", " ") for date in np.datetime_as_string(at, unit="us")]


def guild_id(number: int) -> int:
    """The first has the most broadcasts, one in fourteen."""
    return 10**18 + number * 10**12


def person_id(number: int) -> int:
    """Of the server of `number % GUILDS`, in which the first say the most."""
    return 2 * 10**17 + number * 7919


def key(number: int, kind: int) -> str:
    return f"{(number * 8 + kind) * ODD % 2**88:022x}"
