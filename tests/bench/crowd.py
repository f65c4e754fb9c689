"""A crowd of 30, in each of the ways to decide: is anybody told what is not so, is the panel in sight?

People act as those of the demo do, and in all the private ways too. All that they are shown is compared with
what was so then, and with what became of it.
"""

import asyncio
import os
import tempfile
from collections import Counter
from pathlib import Path

from bot.broadcast.arbitration.policy import Mode
from bot.local.demo.crowd import PAUSE_S
from tests.crowd.seen import SCREEN
from tests.crowd.show import Report, crowd_house, crowd_of, show

PEOPLE = 30
DURATION_S = float(os.environ.get("SECONDS_OF_CROWD", "300"))
LIMIT = 5
"""Messages that Discord lets be sent, and edits, to a channel in five seconds."""
AWAY_LIMIT_S = 60
FALSE_SHOWN = 5


def main() -> None:
    """`python -m tests.bench crowd`; SECONDS_OF_CROWD sets how long each of the broadcasts lasts."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with crowd_house(Path(directory), stream_limit_s=DURATION_S + 60) as (house, requests):
            crowd = crowd_of(house.discord, PEOPLE)
            async with house.bot(log_level="ERROR"):
                for modes in (*((mode,) for mode in Mode), tuple(Mode)):
                    _print(await show(house, requests, crowd, *modes, duration_s=DURATION_S, pause_s=PAUSE_S))


def _print(report: Report) -> None:
    verdict = report.verdict
    modes = ", then ".join(report.modes)
    print(f"{f'mode {modes}':<58}{'measured':>10}{'target':>9}")
    _row("people, suggestions", f"{report.people}, {report.suggestions}")
    _row("told and compared", verdict.compared)
    _row("of these false", len(verdict.false), 0)
    _row("sentences that nobody has taught the benchmark", len(verdict.unknown), 0)
    _row("private answers about votes before one person at once", verdict.votes_told, 1)
    _row(f"longest time with the panel over {SCREEN} messages away, s", round(report.away_s), AWAY_LIMIT_S)
    for kind in ("sent", "edited"):
        _row(f"{kind} in a channel in 5 s at most", report.most.get(kind, 0), LIMIT)
    for kind in ("marks", "deleted"):
        _row(f"{kind} in a channel in 5 s at most", report.most.get(kind, 0))
    for told, times in Counter([*verdict.false, *verdict.unknown]).most_common(FALSE_SHOWN):
        print(f"  {times} x {told}")
    print()


def _row(name: str, measured: object, target: int | None = None) -> None:
    verdict = "" if target is None else "  ok" if int(str(measured)) <= target else "  over"
    print(f"{name:<58}{measured!s:>10}{'' if target is None else f'<= {target}':>9}{verdict}")
