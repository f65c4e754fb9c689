"""What stands behind a hostile text: by how much a suggestion of somebody else comes later for it.

Each text goes into the chat with the prefix, and a normal suggestion right behind it; the clock runs from
there to the `update` of that suggestion on the wire, as in `tests.bench.update`. In turn with them, so that
the machine is the same, the baseline: a normal suggestion right behind a normal one. What passes the filter
is sent first, in both: one interaction at a time is the rule.
"""

import asyncio
import json
import os
from time import monotonic

from bot.local.discord.server import LocalDiscord
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._steering import Arrivals, arrivals, started_broadcast
from tests.e2e.conftest import CHANNEL
from tests.odyssey.service import API_KEY
from tests.support.hostile_texts import RULES, hostile_texts

TEXTS = int(os.environ.get("HOSTILE_TEXTS", "2000"))
LIMIT_MS = 50.0


def main() -> None:
    """`python -m tests.bench hostile`; HOSTILE_TEXTS sets how many are sent."""
    normal, hostile = asyncio.run(_measure())
    print(
        f"{'a suggestion behind another, ms':<34}{'normal':>10}{'hostile':>11}{'later by':>10}{'target':>9}"
    )
    for name, share in {"p50": 0.5, "p99": 0.99, "max": 1.0}.items():
        before, behind = _at(normal, share), _at(hostile, share)
        verdict = "ok" if behind - before <= LIMIT_MS else "short"
        print(f"{name:<34}{before:>10.1f}{behind:>11.1f}{behind - before:>10.1f}{'<= 50':>9}  {verdict}")


async def _measure() -> tuple[list[float], list[float]]:
    with timed_service() as (url, pipe):
        async with LocalDiscord() as discord, bot_process(discord, url, API_KEY, "bot", "run"):
            await started_broadcast(discord, json.dumps(RULES))
            with arrivals(pipe) as arriving:
                normal, hostile = [], []
                for number, text in enumerate(hostile_texts(TEXTS)):
                    normal.append(await _behind(discord, arriving, f"a plain idea {number}", f"a{number}"))
                    hostile.append(await _behind(discord, arriving, text.text, f"b{number}"))
    return normal, hostile


async def _behind(discord: LocalDiscord, arriving: Arrivals, text: str, number: str) -> float:
    """Milliseconds that a suggestion takes when it comes right behind this text."""
    await discord.user("robin").send(CHANNEL, f"!{text}"[:2000])
    began_s, prompt = monotonic(), f"a dragon lands on roof {number}"
    await discord.user("sasha").send(CHANNEL, f"!{prompt}")
    async with asyncio.timeout(10):
        while (arrived := await arriving.get())[0] != prompt:
            pass
    await asyncio.sleep(0.02)  # its acknowledgement and its mark are done with
    return 1000 * (arrived[1] - began_s)


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
