"""What goes with a shard, when a process of a cluster lets it go."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app.cluster.hands import BotsHands
from bot.app.cluster.homes import Homes
from bot.app.taking_up import TakingUp
from bot.broadcast.model import Channel
from bot.broadcast.owning.directory import Alone
from bot.broadcast.owning.lease import of_broadcast
from bot.broadcast.sharding import Shard
from bot.broadcast.states import State
from bot.broadcast.telling.outbox import Outbox
from bot.discord.connection import Connection
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from tests.storage.conftest import live_broadcast

HERE, THERE = Channel(1 << 22, 7), Channel(2 << 22, 8)


class Idle:
    """Whatever is asked of it, it has nothing to do."""

    running = ()

    async def let_go(self, *_: object, **__: object) -> None: ...

    async def hold(self, *_: object, **__: object) -> None: ...


class Directory(Alone):
    """Knows what was given back."""

    def __init__(self) -> None:
        super().__init__()
        self.given_back: list[str] = []

    async def give_back(self, names: Collection[str]) -> None:
        self.given_back += names


@pytest.fixture
async def hands(tmp_path: Any) -> AsyncIterator[tuple[BotsHands, Directory]]:
    """Of a process in which nothing runs, with an open broadcast in a server of each of two shards."""
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as database, Writer(database) as writer:
        journal = DatabaseJournal(writer, Outbox(DatabaseOutbox(database, writer), SystemClock()))
        for name, channel in (("here", HERE), ("there", THERE)):
            await journal.save_broadcast(
                replace(live_broadcast()[0], id=name, channel=channel, state=State.REQUESTED)
            )
        left = cast("TakingUp", SimpleNamespace(database=database, broadcasts=Idle(), outbox=Idle()))
        directory, homes = Directory(), Homes()

        async def look() -> None: ...

        yield BotsHands(left, cast("Connection", Idle()), directory, homes, look), directory


async def test_what_was_taken_and_never_ran_goes_with_its_shard(
    hands: tuple[BotsHands, Directory],
) -> None:
    """Else nobody could take it up: it would be renewed here for ever."""
    its, directory = hands
    assert await its.hand_over(Shard(1, 4), within_s=1.0) == {of_broadcast("here")}
    await its.drop(Shard(2, 4))
    assert directory.given_back == [of_broadcast("there")]
