"""The shards that a bot is on: they may be other ones at any time."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping

from bot.discord.shard_connection import GOODBYE, ShardConnection


class HeldShards(Mapping[int, ShardConnection]):
    """Each has a task of its own. `make` makes a shard's connection, `forget` all that was known of it."""

    def __init__(self, make: Callable[[int], ShardConnection], forget: Callable[[int], None]) -> None:
        self._make = make
        self._forget = forget
        self._on: dict[int, ShardConnection] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._changing = asyncio.Lock()
        self._failed = asyncio.Event()
        self._error: BaseException | None = None

    def __getitem__(self, shard_id: int) -> ShardConnection:
        return self._on[shard_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._on)

    def __len__(self) -> int:
        return len(self._on)

    @property
    def are_up(self) -> bool:
        """Whether all are."""
        return all(each.is_up for each in self._on.values())

    async def hold(self, shard_ids: Collection[int]) -> None:
        """From now on these and no others. Returns when the others are left; new ones come up by and by."""
        async with self._changing:
            await asyncio.gather(*(self._leave(shard_id) for shard_id in self._on.keys() - shard_ids))
            for shard_id in sorted(set(shard_ids) - self._on.keys()):
                connection = self._on[shard_id] = self._make(shard_id)
                task = asyncio.create_task(connection.stay(), name=f"Discord, shard {shard_id}")
                task.add_done_callback(self._ended)
                self._tasks[shard_id] = task

    async def fail(self) -> None:
        """Returns never: raises what one of them could not go on after."""
        await self._failed.wait()
        assert self._error  # noqa: S101 - that is what failed
        raise self._error

    async def rest(self) -> None:
        """Nothing is heard any more, but the connections stay as they are."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self, code: int = GOODBYE) -> None:
        """Ends the sessions, or with another code leaves them to be resumed."""
        await asyncio.gather(*(each.cut_off(code) for each in self._on.values()))

    async def _leave(self, shard_id: int) -> None:
        task = self._tasks[shard_id]
        task.cancel()
        await asyncio.wait({task})
        await self._on[shard_id].cut_off(GOODBYE)
        del self._on[shard_id], self._tasks[shard_id]
        self._forget(shard_id)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._error = self._error or error
            self._failed.set()
