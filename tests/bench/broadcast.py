"""One broadcast through the whole bot, over the local Discord and the stand-in: how long people wait.

The baseline is the same way without the bot: the client alone, with the same prompts, on the same stand-in,
in the same run.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.steering import set_

SUGGESTIONS = 40


async def measure() -> None:
    """Prints the table."""
    standin = Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0))
    with tempfile.TemporaryDirectory() as directory:
        async with LocalDiscord() as discord, standin:
            house = House(Path(directory), discord, standin)
            alone_ms = await _client_alone(standin.url)
            async with house.bot():
                await set_(house, gap_s=0)
                start_s = await _timed(house.live_broadcast)
                ideas = [partial(_suggest, house, number) for number in range(SUGGESTIONS)]
                chat_ms = [1000 * await _timed(idea) for idea in ideas]
                await asyncio.sleep(2)
                posted_s = await _timed(partial(_end, house))
    baseline = statistics.median(alone_ms)
    print(
        "One broadcast, end to end                              p50        p99      ratio to the client alone"
    )
    _row("client alone: interact() to its acknowledgement, ms", alone_ms, baseline)
    _row("chat message to acknowledged interaction (✅ seen), ms", chat_ms, baseline)
    print(f"{'/odyssey start to the panel that says Live, s':<60}{start_s:>8.2f}")
    print(f"{'End clicked to the posted recording, s':<60}{posted_s:>8.2f}")


def main() -> None:
    """`python -m tests.bench broadcast`."""
    asyncio.run(measure())


async def _client_alone(url: str) -> list[float]:
    async with Odyssey(api_key=API_KEY, api_url=url) as client:
        await client.connect()
        await client.start_stream("A cat", portrait=False)
        ideas = [partial(client.interact, f"idea {number}") for number in range(SUGGESTIONS)]
        taken = [1000 * await _timed(idea) for idea in ideas]
        await client.end_stream()
    return taken


async def _suggest(house: House, number: int) -> None:
    message = await house.discord.user("robin").send(CHANNEL, f"!idea {number}")
    await house.discord.wait_for_message(
        CHANNEL, lambda seen: seen.id == message.id and "✅" in str(seen.reactions), timeout_s=WAIT_S
    )


async def _end(house: House) -> None:
    await house.discord.user("mika").slash(CHANNEL, "odyssey end")
    await house.shown("Full video")


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _row(name: str, values: list[float], baseline: float) -> None:
    p50, p99 = statistics.median(values), statistics.quantiles(values, n=100)[98]
    print(f"{name:<60}{p50:>8.1f}{p99:>8.1f}{p50 / baseline:>8.2f}")
