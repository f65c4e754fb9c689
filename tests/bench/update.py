"""From a chat message to its `update` on the wire: how long the whole bot takes, with nothing in line.

The clock starts before a user of the local Discord posts the message, and stops when the `update` has come
out of the service's data channel. Discord, bot and service are processes of their own; the service is the
scripted one, which sends video but draws none. The baseline, in the same run, is `tests.bench._bare_bot`:
what gateway, discord.py and data channel cost without a house between them.
"""

import asyncio
import os
import random
import statistics
from time import monotonic

from bot.local.discord.server import LocalDiscord
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._steering import Arrivals, arrivals, started_broadcast
from tests.e2e.conftest import CHANNEL
from tests.odyssey.service import API_KEY

MESSAGES = int(os.environ.get("MESSAGES", "400"))
WARM_UP = 20
PAUSE_S = 0.1
"""Between two messages, on average: long enough for an empty line, and never in step with anything."""
TARGETS_MS = {"p50": 5.0, "p99": 25.0}


def main() -> None:
    """`python -m tests.bench update`; MESSAGES sets how many are sent."""
    bare, whole = asyncio.run(_measure())
    print(f"{'chat message to update on the wire, ms':<44}{'bare bot':>10}{'whole bot':>11}{'target':>9}")
    for name, share in {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}.items():
        target_ms = TARGETS_MS.get(name)
        verdict = "" if target_ms is None else "  ok" if percentile(whole, share) <= target_ms else "  short"
        target = "" if target_ms is None else f"<= {target_ms:.0f}"
        print(
            f"{name:<44}{percentile(bare, share):>10.2f}{percentile(whole, share):>11.2f}{target:>9}{verdict}"
        )
    print(f"{'median, of the bare one':<44}{statistics.median(whole) / statistics.median(bare):>21.2f}")


async def _measure() -> tuple[list[float], list[float]]:
    return await _with_bot("tests.bench._bare_bot"), await _with_bot("bot", "run")


async def _with_bot(*module: str) -> list[float]:
    with timed_service() as (url, pipe):
        async with LocalDiscord() as discord, bot_process(discord, url, API_KEY, *module):
            if module[0] == "bot":
                await started_broadcast(discord, '{"gap_s": 0}')
            with arrivals(pipe) as arriving:
                return await times_ms(discord, arriving)


async def times_ms(discord: LocalDiscord, arriving: Arrivals, *, from_number: int = 0) -> list[float]:
    """Of each message its time to the wire. No two messages have the same number: the second is refused."""
    dice = random.Random(1)
    await _until_heard(discord, arriving, from_number)
    numbers = range(from_number, from_number + WARM_UP + MESSAGES)
    times = [await _time_ms(discord, arriving, number, dice) for number in numbers]
    return times[WARM_UP:]


async def _until_heard(discord: LocalDiscord, arriving: Arrivals, from_number: int) -> None:
    """Returns when the bot has its stream and hears the chat."""
    for number in range(from_number, from_number + 600):
        await discord.user("robin").send(CHANNEL, f"!are you there? {number}")
        try:
            async with asyncio.timeout(0.2):
                await arriving.get()
        except TimeoutError:
            continue
        break
    await asyncio.sleep(1)  # whatever else was on its way has arrived by then
    while not arriving.empty():
        arriving.get_nowait()


async def _time_ms(discord: LocalDiscord, arriving: Arrivals, number: int, dice: random.Random) -> float:
    await asyncio.sleep(dice.expovariate(1 / PAUSE_S))
    began_s = monotonic()
    await discord.user("robin").send(CHANNEL, f"!a dragon lands on roof {number}")
    async with asyncio.timeout(10):
        prompt, arrived_s = await arriving.get()
    assert prompt == f"a dragon lands on roof {number}"
    return 1000 * (arrived_s - began_s)


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
