"""A broadcast that is steered by chat, and word of every `update` that arrives at the service."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from tests.e2e.conftest import CHANNEL

Arrivals = asyncio.Queue[tuple[str, float]]
"""The prompts of the updates, and the monotonic times at which they came."""


@contextmanager
def arrivals(pipe: Connection) -> Iterator[Arrivals]:
    """What comes out of the pipe of `timed_service`."""
    queue: Arrivals = asyncio.Queue()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), lambda: queue.put_nowait(pipe.recv()))
    try:
        yield queue
    finally:
        loop.remove_reader(pipe.fileno())


async def started_broadcast(discord: LocalDiscord, settings: str) -> None:
    """Returns when the whole bot is there, has these settings (a JSON text), and its broadcast is live."""
    mika = discord.user("mika")
    while True:
        try:
            answer = await mika.slash(CHANNEL, "odyssey settings", file=("s.json", settings.encode()))
            await answer.final()
            break
        except NotPossibleError:  # the bot is not there yet
            await asyncio.sleep(0.1)
    await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
    await discord.wait_for_message(CHANNEL, lambda message: "Live" in message.text, timeout_s=30)
