"""What an earlier run, or another process, left is taken up: it goes on, or is closed."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.broadcast.clock import Clock
from bot.broadcast.owning.directory import Directory
from bot.broadcast.owning.lease import broadcast_in, of_broadcast
from bot.broadcast.sharding import Shard
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.telling.outbox import Outbox
from bot.kit.references import new_reference
from bot.storage.connections import Database
from bot.storage.recovery import close_unfinished, left_open, left_running, left_unfinished

log = logging.getLogger(__name__)

AGAIN_S = 1.0
"""Between two tries to have the leases of broadcasts that may outlast that of their shard."""


@dataclass(frozen=True)
class TakingUp:
    """Reads it, and has it go on."""

    database: Database
    broadcasts: Broadcasts
    outbox: Outbox
    clock: Clock
    within: timedelta
    """Who was cut off longer ago does not go on."""

    async def take_up_all(self) -> None:
        """No other process has this database, so what seems to run is what a crash left."""
        await self._take_up(None, set())

    async def take_up(self, shard: Shard, directory: Directory) -> None:
        """The servers of a shard are ours by now, and so is what runs there, as soon as we have its lease."""
        left = await left_unfinished(self.database, of=shard)
        left -= {session.broadcast.id for session in self.broadcasts.running}
        while True:
            taken = await directory.take([of_broadcast(each) for each in left])
            ours = {broadcast_in(name) for name in taken}
            running = {session.broadcast.id for session in self.broadcasts.running}
            over = await self._take_up(shard, (left - ours) | running)
            await directory.give_back([of_broadcast(each) for each in over])
            left = left - ours
            if not left:
                return
            # Somebody who is gone renewed it a moment later than that of its shard.
            await self.clock.sleep(AGAIN_S)

    async def _take_up(self, shard: Shard | None, but: set[str]) -> list[str]:
        """All of a shard but what is not ours to go on with. Returns what was closed, by its IDs."""
        now, reference = self.clock.now(), new_reference()
        left = await left_running(self.database, now=now, within=self.within, of=shard, but=but)
        cut_off = await left_open(self.database, of=shard, but=but)
        going_on = [each.broadcast.id for each in left]
        interrupted = await close_unfinished(
            self.database, now=now, reference=reference, but=[*going_on, *but], of=shard
        )
        if interrupted:
            log.warning("an earlier run left %d broadcasts open", len(interrupted), extra={"ref": reference})
        await self.broadcasts.resume(left, cut_off, of=shard)
        await self.outbox.load(shard)  # what is owed asks what runs
        return interrupted
