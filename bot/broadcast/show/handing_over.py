"""An orderly stop: broadcasts are ended, or leave off as they stand, for the bot's next run to go on with."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from bot.broadcast.model import Ending
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason

UNDER_WAY_S = 2.0
"""How long an interaction that is under way is waited for: cut off, nobody would know whether it was seen."""


async def stop(
    running: Mapping[asyncio.Task[None], BroadcastSession], *, within_s: float, hands_over: bool
) -> None:
    """Has all of them stop, and cuts off what takes too long."""
    if hands_over:
        await asyncio.gather(*map(hand_over, running.values()))
    for session in running.values():
        session.end(Ending(Reason.SHUTDOWN))
    if running:
        _, late = await asyncio.wait(list(running), timeout=within_s)
        for task in late:
            task.cancel()


async def hand_over(session: BroadcastSession) -> None:
    """Its stream ends at the service; all that is stored of it stays as it is, and so does who waits in line.

    One that is ending anyway ends.
    """
    if session.is_closing:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(UNDER_WAY_S):
            await session.relay.turn.acquire()  # for good: nothing more is sent
    session.floor.outlet.let_go()
    session.end(Ending(Reason.SHUTDOWN), is_handed_over=True)
