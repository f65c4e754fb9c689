"""Chat: how much of it the whole bot takes, beside a discord.py bot whose `on_message` does nothing.

Each bot is a process of its own at the local Discord here. Lag is the time that `/odyssey status` takes
to be answered while the chat runs: in the gateway's stream the question stands behind everything said before,
so it waits until all of that is read, if not until it is heard.
"""

import asyncio
import os
import statistics
import time

from bot.local.discord.people.answers import Answer
from bot.local.discord.people.users import User
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from tests.bench._bots import bot_process
from tests.e2e.conftest import API_KEY, CHANNEL

BURST = 20_000
RATE_PER_S = 1000
DURATION_S = int(os.environ.get("SECONDS_OF_CHAT", "60"))
SUGGESTIONS_SHARE = 20
"""One message in so many is a suggestion: 5 %."""


def main() -> None:
    """`python -m tests.bench chat`; SECONDS_OF_CHAT sets how long the steady chat lasts."""
    asyncio.run(_measure())


async def _measure() -> None:
    idle = await _with_bot("tests.bench._idle_bot", starts=False)
    whole = await _with_bot("bot", "run", starts=True)
    print(f"{'':<48}{'nothing':>10}{'whole bot':>11}{'ratio':>8}{'target':>9}")
    _row("burst, 5 % suggestions: messages a second", idle["burst"], whole["burst"], ">= 0.6", digits=0)
    _row("a command of somebody else behind that burst, s", idle["question"], whole["question"], "<= 3")
    rate = f"{RATE_PER_S} a second for {DURATION_S} s, 5 % suggestions: lag"
    _row(f"{rate} p50, s", idle["p50"], whole["p50"], "")
    _row(f"{rate} max, s", idle["max"], whole["max"], "<= 1")


def _row(name: str, idle: float, whole: float, target: str, digits: int = 3) -> None:
    print(f"{name:<48}{idle:>10.{digits}f}{whole:>11.{digits}f}{whole / idle:>8.2f}{target:>9}")


async def _with_bot(*module: str, starts: bool) -> dict[str, float]:
    standin = Standin(StandinSettings(api_key=API_KEY, stream_limit_s=DURATION_S + 120))
    async with LocalDiscord() as discord, standin, bot_process(discord, standin.url, API_KEY, *module):
        mika = discord.user("mika")
        await _answered(mika)
        if starts:
            await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
            await discord.wait_for_message(CHANNEL, lambda m: "Live" in m.text, timeout_s=30)
        burst_s, question_s = await _timed_burst(discord, mika)
        lags = await _steady_chat(discord, mika)
    return {
        "burst": BURST / burst_s,
        "question": question_s,
        "p50": statistics.median(lags),
        "max": max(lags),
    }


async def _timed_burst(discord: LocalDiscord, asker: User) -> tuple[float, float]:
    """Seconds until everything said at once is heard, and those that somebody's question beside it takes.

    All is heard when who said the last of it is answered: what one person does keeps its order.
    """
    talkers = [discord.user("robin"), discord.user("sasha")]
    began = time.perf_counter()
    for number in range(BURST):
        await talkers[number % 2].send(CHANNEL, _talk(number, "burst"))
        if number % 200 == 0:
            await asyncio.sleep(0)
    asking = asyncio.ensure_future(_answered(asker))
    await _first_answer(talkers[-1])
    burst_s = time.perf_counter() - began
    return burst_s, await asking


async def _first_answer(asker: User) -> None:
    """Returns when one of many questions is answered, each asked a moment after the one before.

    Discord gives three seconds for each, so that the first ones fail if all before them takes longer.
    """
    asked: set[asyncio.Future[Answer]] = set()
    while True:
        asked.add(asyncio.ensure_future(asker.slash(CHANNEL, "odyssey status")))
        done, asked = await asyncio.wait(asked, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        if not all(each.result().failed for each in done):
            break
    await asyncio.gather(*asked)


async def _steady_chat(discord: LocalDiscord, asker: User) -> list[float]:
    """Lags, asked for once a second."""
    talkers = [discord.user("robin"), discord.user("sasha")]
    lags: list[float] = []
    began = time.perf_counter()
    for second in range(DURATION_S):
        asking = asyncio.ensure_future(_answered(asker))
        for tick in range(10):
            for number in range(RATE_PER_S // 10):
                await talkers[number % 2].send(CHANNEL, _talk(number, f"{second}-{tick}"))
            await asyncio.sleep(max(0.0, began + second + (tick + 1) / 10 - time.perf_counter()))
        lags.append(await asking)
    return lags


def _talk(number: int, when: str) -> str:
    return f"!idea {when}-{number}" if number % SUGGESTIONS_SHARE == 0 else "just talking"


async def _answered(asker: User) -> float:
    """Seconds until `/odyssey status` is answered; tries again while the bot is not there yet."""
    while True:
        began = time.perf_counter()
        try:
            answer = await asker.slash(CHANNEL, "odyssey status")
        except NotPossibleError:  # the command is not there yet
            await asyncio.sleep(0.1)
            continue
        if not answer.failed:
            return time.perf_counter() - began
