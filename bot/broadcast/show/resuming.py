"""What an earlier run of the bot left is put in order, before anything of it goes on."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.broadcast.interrupted import Interrupted
from bot.broadcast.ports import Ports

BLOCKED_FOR = timedelta(minutes=15)
"""So long the service may count a connection that died."""


class CutOff(NamedTuple):
    """A connection that died with that run: its last sign of life; its `World.session`, if that is known.

    It was to the account with that ID; one that had no stream yet, to that of the server `guild_id`.
    """

    seen_at: datetime
    session: str | None
    account_id: str | None = None
    guild_id: int | None = None


async def settle(left: Iterable[Interrupted], ports: Ports) -> None:
    """Stores that that run's streams are over, and that nobody knows what became of what was sent.

    Raises what the journal raises.
    """
    now, journal = ports.clock.now(), ports.journal
    stored = []
    for each in left:
        stored += [journal.save_stream(stream) for stream in each.cut_off]
        stored += [journal.save_suggestion(suggestion) for suggestion in each.doubtful(now)]
    await asyncio.gather(*stored)


async def leave(cut_off: Iterable[CutOff], ports: Ports) -> None:
    """Says goodbye to the connections that died. One that cannot be left takes a slot for a while."""
    await asyncio.gather(*(_leave(each, ports) for each in cut_off))


async def _leave(cut_off: CutOff, ports: Ports) -> None:
    clock, accounts = ports.clock, ports.accounts
    blocked_s = (cut_off.seen_at + BLOCKED_FOR - clock.now()).total_seconds()
    if blocked_s <= 0:
        return
    account = (
        accounts.find(cut_off.account_id) if cut_off.guild_id is None else accounts.of_guild(cut_off.guild_id)
    )
    if account is None:
        return
    until = clock.steady() + min(blocked_s, BLOCKED_FOR.total_seconds())
    account.pool.is_cut_off(until)
    if cut_off.session and await account.leave(cut_off.session):
        account.pool.is_left(until)
