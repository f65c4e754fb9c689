"""Servers that have removed the bot: after a while, what is kept of them is deleted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol, Self

from bot.broadcast.clock import Clock
from bot.broadcast.sharding import Shard
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

LOOK_S = 3600.0
"""Between two looks whether something is due. Waiting goes by the steady clock, days by the wall."""


class ServerRecords(Protocol):
    """What is stored of servers, as a whole."""

    async def known(self) -> set[int]:
        """The IDs of all servers of which something is stored."""
        ...

    async def left_before(self, moment: datetime) -> list[int]:
        """The servers that removed the bot until then, and did not take it back."""
        ...

    async def note_left(self, guild_ids: Collection[int], at: datetime) -> None:
        """They removed the bot; of whom that is noted already, that stands."""

    async def note_back(self, guild_ids: Collection[int]) -> None:
        """The bot is in these."""

    async def broadcasts_of(self, guild_id: int) -> Sequence[str]: ...

    async def delete(self, guild_id: int) -> None:
        """Nothing is stored of a server any more. May be repeated."""


class LeftServers:
    """Has all deleted that is kept of a server, once it has been without the bot for `after`.

    None: it is kept. A server that takes the bot back in time loses nothing. Nothing is deleted of a shard's
    servers before it is known, in this run, in which of them the bot is. An async context manager.
    """

    def __init__(
        self,
        records: ServerRecords,
        forget_files: Callable[[str], Awaitable[None]],
        clock: Clock,
        after: timedelta | None,
    ) -> None:
        """`forget_files` deletes all that is kept of a broadcast beside the database."""
        self.deleted = Listeners[int]()
        """Told of each server whose data was deleted, by its ID."""
        self.gone = Listeners[int]()
        """Told of each server as soon as it is known that it removed the bot."""
        self._records = records
        self._forget_files = forget_files
        self._clock = clock
        self._after = after
        self._there: dict[Shard, set[int]] = {}
        """Of each shard on which that is known, the servers that the bot is in."""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._after:
            self._task = asyncio.create_task(self._run(), name="data of left servers")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def is_in(self, guild_ids: Collection[int], shard: Shard) -> None:
        """All servers of a shard that the bot is in: some may have been left while nobody looked."""
        self._there = {known: there for known, there in self._there.items() if known.count == shard.count}
        there = self._there[shard] = set(guild_ids)
        await self._records.note_back(guild_ids)
        gone = {guild_id for guild_id in await self._records.known() if shard.has(guild_id)} - there
        for guild_id in gone:
            self.gone.tell(guild_id)
        await self._records.note_left(gone, self._clock.now())

    async def left(self, guild_id: int) -> None:
        """A server has removed the bot."""
        there = self._around(guild_id)
        if there is not None:
            there.discard(guild_id)
        self.gone.tell(guild_id)
        await self._records.note_left([guild_id], self._clock.now())

    async def back(self, guild_id: int) -> None:
        """A server has the bot, again perhaps."""
        there = self._around(guild_id)
        if there is not None:
            there.add(guild_id)
        await self._records.note_back([guild_id])

    async def look(self) -> None:
        """Deletes what is due."""
        if self._after is None or not self._there:
            return
        for guild_id in await self._due(self._after):
            if self._around(guild_id) is not None:
                await self._delete(guild_id)

    def lets_go(self, shard: Shard) -> None:
        """What happens on a shard is not known any more: who hears of it sees to its servers."""
        self._there.pop(shard, None)

    def _around(self, guild_id: int) -> set[int] | None:
        """The servers of a server's shard that the bot is in; None if that is not known."""
        return next((there for shard, there in self._there.items() if shard.has(guild_id)), None)

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            await self.look()

    async def _due(self, after: timedelta) -> list[int]:
        try:
            return await self._records.left_before(self._clock.now() - after)
        except Exception:  # the boundary of one look
            log.exception("which servers have left could not be read")
            return []

    async def _delete(self, guild_id: int) -> None:
        try:
            for broadcast_id in await self._records.broadcasts_of(guild_id):
                if guild_id in (self._around(guild_id) or ()):
                    return  # it took the bot back meanwhile
                await self._forget_files(broadcast_id)
            await self._records.delete(guild_id)
        except Exception:  # the boundary of one server: it is tried again with the next look
            log.exception("the data of server %s could not be deleted", guild_id)
            return
        self.deleted.tell(guild_id)
        log.info("the data of server %s was deleted: it removed the bot", guild_id)
