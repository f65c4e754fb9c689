"""Signs of life: what is known of broadcasts that run, should the bot be cut off."""

import asyncio
from datetime import timedelta

from bot.broadcast.model import Channel
from bot.broadcast.show.heartbeat import INTERVAL_S, Heartbeat
from bot.broadcast.states import State
from tests.broadcast.conftest import MIKA, Rig, opened_rig, reach, start
from tests.broadcast.fakes import SteppedClock, WaitingClock


class Beats(SteppedClock):
    """A clock for the heartbeat alone: each sleep lasts until the test lets it pass."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = asyncio.Event()
        self._passes = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asleep.set()
        await self._passes.wait()
        self._passes.clear()
        await super().sleep(seconds)

    async def next(self) -> None:
        """The next sleep passes, and the one behind it has begun."""
        self.asleep.clear()
        self._passes.set()
        await self.asleep.wait()


async def test_what_runs_is_seen_every_ten_seconds() -> None:
    """All in one go; nothing is written while nothing runs, and what has ended is not seen any more."""
    async with opened_rig(WaitingClock()) as rig, asyncio.timeout(5):
        clock = Beats()
        async with Heartbeat(rig.broadcasts, rig.journal, clock):
            await asyncio.sleep(0)
            assert rig.journal.signs_of_life == []
            first = await rig.start()
            second = await start(rig.broadcasts, Channel(1, 11), MIKA, "A dog")
            await reach(second, State.LIVE)
            began = clock.now()
            await clock.next()
            rig.end()
            await reach(first, State.ENDED)
            await clock.next()
            beat = timedelta(seconds=INTERVAL_S)
            both, one = sorted([first.broadcast.id, second.broadcast.id]), [second.broadcast.id]
            assert rig.journal.signs_of_life[-2:] == [(both, began + beat), (one, began + 2 * beat)]


async def test_a_beat_that_cannot_be_stored_is_not_the_last(rig: Rig) -> None:
    """The database is locked for a while: the next one is due all the same, and no broadcast suffers."""
    clock = Beats()
    rig.journal.refuses = lambda thing: isinstance(thing, tuple)
    async with Heartbeat(rig.broadcasts, rig.journal, clock), asyncio.timeout(5):
        session = await rig.start()
        await clock.asleep.wait()
        rig.journal.refuses = lambda _: False
        await clock.next()
        assert [ids for ids, _ in rig.journal.signs_of_life] == [[session.broadcast.id]]
        assert session.broadcast.state is State.LIVE
