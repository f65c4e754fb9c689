"""How things stand, read at the moment in which somebody asks."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot import __version__
from bot.broadcast.accounts import Account
from bot.broadcast.limits.pool import Pool
from bot.broadcast.recordings.archive import ArchiveTrouble
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import State
from bot.broadcast.telling.errand import Errand, Kind


class ArchiveStanding(Protocol):
    """How the archive stands."""

    @property
    def room_bytes(self) -> int: ...

    @property
    def trouble(self) -> ArchiveTrouble | None: ...


_SLOTS: tuple[tuple[str, str, Callable[[Pool], int]], ...] = (
    ("limit", "Streams that may run at once.", lambda pool: pool.size),
    ("held", "Slots that broadcasts hold.", lambda pool: pool.held),
    ("dangling", "Slots that connections of an earlier run may hold.", lambda pool: pool.dangling),
    ("waiting", "Broadcasts that wait for a slot.", lambda pool: pool.waiting),
)


@dataclass(frozen=True, slots=True)
class Standing(Collector):
    """`latency_s` is that of Discord's gateway, None while it is not known; `shards` has that of each shard,
    by its number; `copied_at` is when the newest nightly copy of the database was made. What a process has
    nothing to do with is None itself."""

    running: Callable[[], Iterable[BroadcastSession]]
    accounts: Callable[[], Iterable[Account]]
    pages_open: Callable[[], int]
    latency_s: Callable[[], float | None] | None
    shards: Callable[[], Mapping[int, float | None]]
    copied_at: Callable[[], datetime | None]
    owed: Callable[[], Iterable[Errand]]
    now: Callable[[], datetime]
    archive: ArchiveStanding | None

    def collect(self) -> Iterator[Metric]:
        sessions = list(self.running())
        states = Counter(session.broadcast.state for session in sessions)
        by_state = GaugeMetricFamily("odyssey_broadcasts", "Broadcasts that run, by state.", labels=["state"])
        for state in State:
            if not state.is_over:
                by_state.add_metric([state], states[state])
        yield by_state
        on_air = [session for session in sessions if session.relay.is_open]
        lines = [session.floor.waiting for session in sessions]
        yield _gauge("odyssey_streams_on_air", "Streams that viewers see.", len(on_air))
        yield _gauge("odyssey_suggestions_waiting", "Suggestions in all lines.", sum(lines))
        yield _gauge("odyssey_line_longest", "Suggestions in the longest line.", max(lines, default=0))
        yield from self._slots()
        yield _gauge("odyssey_watch_pages_open", "Watch pages that are open.", self.pages_open())
        yield from self._discord()
        yield from self._shards()
        yield from self._outbox()
        yield from self._archive()
        copied_at = self.copied_at()
        yield _gauge(
            "odyssey_backup_timestamp_seconds",
            "When the newest nightly copy of the database was made; NaN if there is none.",
            copied_at.timestamp() if copied_at else math.nan,
        )
        info = GaugeMetricFamily("odyssey_bot_info", "The version that runs.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info

    def _discord(self) -> Iterator[Metric]:
        if self.latency_s is None:
            return
        latency_s = self.latency_s()
        # A process of many may be on no shard.
        is_there = latency_s is not None or not self.shards()
        yield _gauge("odyssey_discord_connected", "Whether Discord is there.", is_there)
        yield _gauge(
            "odyssey_discord_latency_seconds",
            "What Discord's gateway takes to answer a heartbeat; NaN while it is away.",
            math.nan if latency_s is None else latency_s,
        )

    def _archive(self) -> Iterator[Metric]:
        if self.archive is None:
            return
        room_bytes, is_stuck = self.archive.room_bytes, self.archive.trouble is not None
        yield _gauge("odyssey_archive_room_bytes", "What recordings may still take of the disk.", room_bytes)
        yield _gauge("odyssey_archive_stuck", "Whether the archive takes nothing though it should.", is_stuck)

    def _slots(self) -> Iterator[Metric]:
        """Of the operator's account, and of all servers' own together: there may be thousands."""
        accounts = [each for each in self.accounts() if each.trouble is None]
        for name, meaning, count in _SLOTS:
            slots = GaugeMetricFamily(f"odyssey_slots_{name}", meaning, labels=["account"])
            for whose, is_own in (("operator", False), ("own", True)):
                slots.add_metric([whose], sum(count(each.pool) for each in accounts if each.is_own is is_own))
            yield slots
        troubles = Counter("sealed" if each.trouble else "ok" for each in self.accounts() if each.is_own)
        own = GaugeMetricFamily(
            "odyssey_own_accounts",
            "Servers' own accounts, by whether their keys open.",
            labels=["state"],
        )
        for state in ("ok", "sealed"):
            own.add_metric([state], troubles[state])
        yield own

    def _shards(self) -> Iterator[Metric]:
        there = GaugeMetricFamily(
            "odyssey_discord_shard_connected",
            "Whether a shard that this process is on is there.",
            labels=["shard"],
        )
        latencies = GaugeMetricFamily(
            "odyssey_discord_shard_latency_seconds",
            "What Discord's gateway takes to answer its heartbeat; NaN while it is away.",
            labels=["shard"],
        )
        for shard, latency_s in sorted(self.shards().items()):
            there.add_metric([str(shard)], latency_s is not None)
            latencies.add_metric([str(shard)], math.nan if latency_s is None else latency_s)
        yield there
        yield latencies

    def _outbox(self) -> Iterator[Metric]:
        rows = GaugeMetricFamily("odyssey_outbox_rows", "What is owed, by what it is about.", labels=["kind"])
        ages = GaugeMetricFamily(
            "odyssey_outbox_oldest_age_seconds", "Since when the oldest of it is owed.", labels=["kind"]
        )
        made: dict[Kind, list[datetime]] = {kind: [] for kind in Kind}
        for errand in self.owed():
            made[errand.kind].append(errand.made_at)
        now = self.now()
        for kind, dates in made.items():
            rows.add_metric([kind], len(dates))
            ages.add_metric([kind], max(0.0, (now - min(dates, default=now)).total_seconds()))
        yield rows
        yield ages


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
