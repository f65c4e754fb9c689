"""An orderly stop: broadcasts are ended, or leave off as they stand, for others to go on with.

That is the bot's next run, or another process, which has them already while this one goes on.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from bot.broadcast.model import Ending
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason

UNDER_WAY_S = 2.0
"""How long an interaction that is under way is waited for: cut off, nobody would know whether it was seen."""

Plays = Mapping[asyncio.Task[None], BroadcastSession]
"""Each task that takes a broadcast through its life."""


async def stop(plays: Plays, *, within_s: float, hands_over: bool) -> None:
    """Has all of them stop, and cuts off what takes too long."""
    if hands_over:
        await asyncio.gather(*map(hand_over, plays.values()))
    for session in plays.values():
        session.end(Ending(Reason.SHUTDOWN))
    await _come_to_an_end(plays, within_s=within_s)


async def pass_on(plays: Plays, *, within_s: float, is_lost: bool) -> None:
    """Has them leave off, and be somebody else's when this returns; `is_lost`: they are already."""
    if is_lost:
        for session in plays.values():
            session.depose()
    else:
        await asyncio.gather(*(hand_over(session, is_elsewhere=True) for session in plays.values()))
    late = await _come_to_an_end(plays, within_s=within_s)
    if late:
        await asyncio.wait(late)


async def hand_over(session: BroadcastSession, *, is_elsewhere: bool = False) -> None:
    """Its stream ends at the service; all that is stored of it stays as it is, and so does who waits in line.

    One that is ending anyway ends.
    """
    if session.is_closing:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(UNDER_WAY_S):
            await session.relay.turn.acquire()  # for good: nothing more is sent
    _let_go(session, is_elsewhere=is_elsewhere)


def _let_go(session: BroadcastSession, *, is_elsewhere: bool) -> None:
    """The same at once, unless it ends by now."""
    if session.is_closing:
        return
    session.is_elsewhere = is_elsewhere
    session.floor.outlet.let_go()
    session.end(Ending(Reason.SHUTDOWN), is_handed_over=True)


async def _come_to_an_end(plays: Plays, *, within_s: float) -> set[asyncio.Task[None]]:
    """Waits for so long; what is left is cut off, and returned."""
    if not plays:
        return set()
    _, late = await asyncio.wait(list(plays), timeout=within_s)
    for task in late:
        task.cancel()
    return late
