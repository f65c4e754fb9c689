"""Freeing a streamer that was reserved, and to which no connection will be made.

REST has no word for it (protocol page, "REST"): goodbye is said on signalling. A streamer that is left
without a word counts against the limit for a quarter of an hour.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.odyssey.base.errors import OdysseyError
from bot.odyssey.base.types import ClientCredentials
from bot.odyssey.wire.signalling import open_signalling

log = logging.getLogger(__name__)

PARTING_S = 3.0
"""How long the service may take to hear a goodbye, when nothing is open to say it on yet."""

OnReserved = Callable[[ClientCredentials], None]


async def reserved(reserve: Callable[[OnReserved], Awaitable[None]], service: str) -> ClientCredentials:
    """The session that `reserve` tells of.

    If that is cancelled, or fails, after it has told, the session is told goodbye before this ends.
    """
    told: list[ClientCredentials] = []
    try:
        await reserve(told.append)
    except BaseException:
        for unwanted in told:
            await say_goodbye(unwanted, service)
        raise
    return told[0]


async def say_goodbye(credentials: ClientCredentials, service: str) -> bool:
    """Connects to a session only to leave it; whether that could be done.

    One that cannot be left is given up by the service in time.
    """
    try:
        async with asyncio.timeout(PARTING_S), open_signalling(credentials, service) as signalling:
            await signalling.part(PARTING_S)
    except (OdysseyError, TimeoutError) as error:
        log.info("A reserved streamer could not be freed: %s", type(error).__name__)
        return False
    return True
