"""Discord is told of the commands; it may know them already."""

import asyncio
import logging

from discord import app_commands

from bot.broadcast.clock import Clock
from bot.broadcast.telling.backoff import Backoff

log = logging.getLogger(__name__)

AGAIN_S = (60.0, 3600.0)


async def tell_commands(
    tree: app_commands.CommandTree, clock: Clock, answered: asyncio.Event, *, may_tell: asyncio.Event
) -> None:
    """Until Discord has taken them; `answered` is set with what it says the first time.

    Of several processes only one `may_tell`: the others wait for when it is they, and nobody for them.
    """
    if not may_tell.is_set():
        answered.set()
    await may_tell.wait()
    pauses = Backoff(*AGAIN_S)
    while True:
        try:
            await tree.sync()
        except Exception as error:  # noqa: BLE001 - the boundary of one telling: the bot goes on without
            pause_s = pauses.next_s()
            log.warning(
                "Discord did not take the list of commands (%s). Those that it knows work; "
                "it is told again in %.0f s",
                " ".join(str(error).split())[:200],
                pause_s,
            )
            answered.set()
            await clock.sleep(pause_s)
        else:
            answered.set()
            return
