"""Processes of a cluster begin sessions on Discord in turns."""

from __future__ import annotations

import pytest

from bot.local.discord.shards import SessionStarts, Shard
from tests.e2e.cluster.cluster import SHARDS, ClusterHouse


async def test_two_processes_never_begin_sessions_at_once(
    cluster: ClusterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All shards are of one bucket: none is turned away, whichever process it is of."""
    starts, begin = cluster.house.discord.starts, SessionStarts.begin
    begun: list[bool] = []

    def note(starts: SessionStarts, shard: Shard) -> bool:
        begun.append(begin(starts, shard))
        return begun[-1]

    monkeypatch.setattr(SessionStarts, "begin", note)
    # Bots keep to Discord's five seconds: less is asked of them here than they leave.
    starts.max_concurrency, starts.identify_every_s = 1, 2.0
    async with cluster.bot(), cluster.bot():
        await cluster.shared_by(2)
        assert len(begun) >= SHARDS
        assert all(begun), begun
        assert cluster.known("SELECT bucket FROM identifies") == [(0,)]
