"""The board: which process has which shards and broadcasts, as the database's lease rows say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.local.demo.cluster.member import Member
from bot.local.demo.cluster.news import BROADCAST, HOUSE, SHARD, News
from bot.storage.postgresql.owned import Lease, Owned

Json = dict[str, Any]


class Board:
    """`place_of` gives the name of a server by its ID."""

    def __init__(self, place_of: Callable[[int], str]) -> None:
        self.news = News()
        self._place_of = place_of
        self._names: dict[str, str] = {}
        """What owners are called, by their IDs: those of the past, too."""

    def drawn(self, owned: Owned | None, members: Sequence[Member]) -> Json:
        """What is shown; without knowing how things stand, what is known of the processes."""
        shown: Json = {"shards": [], "broadcasts": [], "house": None}
        if owned:
            self._names |= _names(owned.members, members)
            self.news.look(owned, self._names)
            shown = self._owned(owned)
        return {
            "is_database_there": owned is not None,
            "processes": [{"name": each.name, "life": each.life.value, "pid": each.pid} for each in members],
            **shown,
            "news": list(self.news.told),
        }

    def _owned(self, owned: Owned) -> Json:
        by_name = {lease.name: lease for lease in owned.leases}
        shards = [
            {"number": int(name.removeprefix(SHARD)), "servers": lease.size, **self._lease(lease, owned)}
            for name, lease in by_name.items()
            if name.startswith(SHARD)
        ]
        broadcasts = [
            {
                "id": each.id,
                "server": self._place_of(each.guild_id),
                "channel": str(each.channel_id),
                "prompt": each.prompt,
                "state": each.state,
                "streams": each.streams,
                **self._lease(by_name.get(f"{BROADCAST}{each.id}"), owned),
            }
            for each in owned.on_air
        ]
        shards.sort(key=lambda shard: int(shard["number"]))
        return {
            "shards": shards,
            "broadcasts": broadcasts,
            "house": self._lease(by_name.get(HOUSE), owned),
        }

    def _lease(self, lease: Lease | None, owned: Owned) -> Json:
        """`until` in milliseconds of the wall, as the database has it; the demo's machine is the same."""
        if lease is None:
            return {"owner": None, "is_held": False, "fence": 0, "until": 0}
        return {
            "owner": self._names.get(lease.owner),
            "is_held": owned.is_held(lease),
            "fence": lease.fence,
            "until": round(lease.until.timestamp() * 1000),
        }


def _names(owners: Mapping[str, str], members: Sequence[Member]) -> dict[str, str]:
    """What the owners are called whose processes run: a member's own name tells its process."""
    by_pid = {str(member.pid): member.name for member in members if member.pid}
    return {
        owner: by_pid[number]
        for owner, name in owners.items()
        for number in re.findall(r"\d+", name)
        if number in by_pid
    }
