"""What happened in the cluster, a sentence each: who went, who took what, and how long that took."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from bot.local.demo.cluster.member import Life, Member
from bot.storage.postgresql.owned import OnAir, Owned

KEPT = 30
SHARD, BROADCAST, HOUSE = "shard:", "broadcast:", "house"
_LIVES = {
    Life.STARTING: "{} is starting",
    Life.RUNNING: "{} is up",
    Life.STOPPING: "{} is told to stop: it hands over what it has",
    Life.KILLED: "{} is killed (kill -9), in the middle of it all",
    Life.STOPPED: "{} has handed over, and ended",
    Life.FAILED: "{} ended by itself",
}
_GOING = (Life.KILLED, Life.STOPPING)


class News:
    """`now` steps in seconds, `date` is the wall's in milliseconds."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        date: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:
        self.told: deque[dict[str, Any]] = deque(maxlen=KEPT)
        """The newest last: `at`, `text`, and `kind` by which it is coloured."""
        self._now, self._date = now, date
        self._lives: dict[str, Life] = {}
        self._went_at: dict[str, float] = {}
        """By a process's name: when it was killed, or told to stop."""
        self._owners: dict[str, tuple[str, str]] = {}
        """By the name of a lease: the ID of its last owner, and what that is called."""
        self._streams: dict[str, int] = {}
        self._moving: dict[str, float] = {}
        """Broadcasts of which the next owner's first stream is awaited, each since when."""

    def hear(self, member: Member) -> None:
        """Its life has changed."""
        if self._lives.get(member.name) is member.life:
            return
        self._lives[member.name] = member.life
        if member.life in _GOING:
            self._went_at[member.name] = self._now()
        self._tell(_LIVES[member.life].format(member.name), member.life.value)

    def look(self, owned: Owned, names: Mapping[str, str]) -> None:
        """How things stand now; `names` are those of owners by their IDs."""
        taken: dict[tuple[str, str], list[str]] = {}
        for lease in owned.leases:
            if not owned.is_held(lease):
                continue
            name = names.get(lease.owner, "another process")
            before = self._owners.get(lease.name)
            self._owners[lease.name] = (lease.owner, name)
            if before is None or before[0] == lease.owner:
                continue
            if lease.name.startswith(SHARD):
                taken.setdefault((name, before[1]), []).append(lease.name.removeprefix(SHARD))
            elif lease.name.startswith(BROADCAST):
                since = self._went_at.get(before[1], self._now())
                self._moving[lease.name.removeprefix(BROADCAST)] = since
        for (name, of), shards in taken.items():
            several = "s" if len(shards) > 1 else ""
            self._tell(f"{name} takes shard{several} {', '.join(shards)} of {of}{self._after(of)}", "taken")
        for each in owned.on_air:
            self._look_at(each)
        running = {each.id for each in owned.on_air}
        for gone in self._streams.keys() - running:
            del self._streams[gone]
            self._moving.pop(gone, None)

    def _look_at(self, broadcast: OnAir) -> None:
        earlier = self._streams.get(broadcast.id, broadcast.streams)
        self._streams[broadcast.id] = broadcast.streams
        if broadcast.streams > earlier and broadcast.id in self._moving:
            took_s = self._now() - self._moving.pop(broadcast.id)
            _, name = self._owners[f"{BROADCAST}{broadcast.id}"]
            self._tell(f"“{broadcast.prompt}” is on air again, at {name}, after {took_s:.1f} s", "on_air")

    def _after(self, name: str) -> str:
        """How long ago that process went; nothing, if it is there."""
        if name not in self._went_at or self._lives.get(name) in (Life.STARTING, Life.RUNNING):
            return ""
        return f", after {self._now() - self._went_at[name]:.1f} s"

    def _tell(self, text: str, kind: str) -> None:
        self.told.append({"at": round(self._date()), "text": text, "kind": kind})
