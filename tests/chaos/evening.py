"""One evening: a broadcast with a crowd, and what its plan does to the bot and to the services."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import ApiError
from bot.local.odyssey.service import StandinSettings
from tests.chaos.checker import problems
from tests.chaos.crowd import CHANNEL, Crowd
from tests.chaos.nursery import Bot, Nursery
from tests.chaos.plan import EVENING_S, RECOVERY_S, Kill, Plan, options_of
from tests.chaos.points import Point, When
from tests.chaos.services import WatchedStandin, watched_discord
from tests.chaos.stored import Stored
from tests.e2e.conftest import API_KEY, free_port

PAUSE_S = 0.7
"""About which each of the crowd acts."""
FAULTY_S, AFTERWARDS_S = 5.0, 1.2
"""How long a crowd steers: past faults, and once a broadcast goes on."""
PATIENCE_S = 12.0
"""For what has to come."""
STOP_S = 12.0
_LATE_S = 1.5
"""After which a kill whose point did not come is made all the same."""
_STILL_S = 0.4
"""For so long all has to stay right."""
_LOOK_S = 0.1
_NONE = Kill()


class Sniper:
    """Kills a bot at a point that is on the other side: an effect, of which it has not heard yet."""

    def __init__(self) -> None:
        self._bot: Bot | None = None
        self._point: Point | None = None
        self._counts = Counter[str]()

    def aim(self, bot: Bot, point: Point | None) -> None:
        """What happens is counted from now on."""
        self._bot, self._point = bot, point
        self._counts.clear()

    def effect(self, place: str) -> None:
        self._counts[place] += 1
        if self._bot and self._point == Point(place, When.EFFECT, self._counts[place]):
            self._bot.kill()


@dataclass
class Evening:
    """What is there while an evening lasts, and what came of it: `wrong` has a line for each violation."""

    plan: Plan
    directory: Path
    discord: LocalDiscord
    standin: WatchedStandin
    crowd: Crowd
    nursery: Nursery
    sniper: Sniper
    port: int = field(default_factory=free_port)
    bots: list[Bot] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    came: list[Kill] = field(default_factory=list)
    """The kills that came at their points, or at their times."""
    went_on_s: float | None = None
    """From the start of the process that took up what ran until its first stream."""

    @property
    def stored(self) -> Stored:
        return Stored.read(self.directory / "odyssey.sqlite3")

    @property
    def crowds(self) -> list[Crowd]:
        """Those of all channels."""
        return [self.crowd]

    @property
    def streams_may_break(self) -> bool:
        """Whether a bot sees it, and sends what was under way once more."""
        return not self.plan.kills

    def may_log(self, error: str) -> bool:
        """Whether somebody may have been stopped by that error."""
        return False

    def faults_of_database(self) -> list[str]:
        """What the database finds wrong with itself."""
        return Stored.faults(self.directory / "odyssey.sqlite3")

    @property
    def log(self) -> str:
        """All that the bots logged."""
        file = self.directory / "log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    async def run(self) -> None:
        """From the first start to the last stop."""
        for fault in self.plan.faults:
            self.standin.faults.arm(fault, **options_of(fault, self.plan.dice))
        async with self.steered():
            was_running = False
            for number, kill in enumerate(self.plan.kills):
                await self._killed_life(kill, is_first=number == 0)
                was_running |= self.stored.goes_on
            bot = await self.begin()
            if was_running:
                await self._goes_on(bot)
            await self._until(lambda: self.stored.broadcasts != [])  # a kill may have come before that
            await asyncio.sleep(AFTERWARDS_S if self.plan.kills else FAULTY_S)
        await self.ended()
        await self._put_right()
        await self._stopped_in_order(bot)
        self.wrong += problems(self)

    async def _stopped_in_order(self, bot: Bot, *, within_s: float = STOP_S) -> None:
        bot.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await bot.ended.wait()
        if bot.returncode != 0:
            self.wrong.append(f"the stop ended with {bot.returncode}")
            bot.kill()
            await bot.ended.wait()

    def write_down(self) -> None:
        """What was found wrong, and all that stands in the channel, for whoever looks into it."""
        shown = [
            f"{each.id} {each.author}, private {each.private}, thinking {each.thinking}: {each.text!r} "
            f"{[str(button.custom_id) for button in each.buttons]} {each.reactions}"
            for crowd in self.crowds
            for user in self.discord.users
            for each in user.messages(crowd.channel)
            if each.private or user is crowd.mika
        ]
        (self.directory / "channel").write_text("\n".join(shown))
        (self.directory / "wrong").write_text("\n".join([str(self.plan), *self.wrong]))

    async def _killed_life(self, kill: Kill, *, is_first: bool) -> None:
        """A bot that is killed."""
        bot = await self.begin(kill)
        if is_first:
            await self._until(lambda: self.stored.broadcasts != [] or bot.ended.is_set())
        after_s = kill.after_s
        if after_s is None:
            after_s = _LATE_S + (EVENING_S if is_first and not kill.is_late else RECOVERY_S)
        async with asyncio.TaskGroup() as tasks:
            if kill.is_late:
                await self._until(lambda: bool(self.standin.log.started))
                await asyncio.sleep(AFTERWARDS_S)
                self.sniper.aim(bot, kill.point)
                bot.send_signal(signal.SIGUSR1)
                tasks.create_task(self._do(self.crowd.mika.slash(CHANNEL, "odyssey end")), name="chaos: end")
            with suppress(TimeoutError):
                async with asyncio.timeout(after_s):
                    await bot.ended.wait()
            if bot.ended.is_set() or kill.after_s is not None:
                self.came.append(kill)
            bot.kill()
            await bot.ended.wait()
        if not bot.was_killed:
            self.wrong.append(f"the bot ended by itself, with {bot.returncode}")

    async def begin(self, kill: Kill = _NONE) -> Bot:
        """A bot, which is to be killed so."""
        environment = {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "ODYSSEY_API_KEY": API_KEY,
            "ODYSSEY_API_URL": self.standin.url,
            "DATABASE_URL": f"sqlite:///{self.directory / 'odyssey.sqlite3'}",
            "WEB_PORT": str(self.port),
            "STREAM_LIMIT_S": str(self.plan.stream_limit_s),
            "CONCURRENT_STREAMS": str(self.plan.slots),
        }
        bot = await self.nursery.bot(
            self.directory,
            environment,
            point=kill.point,
            is_armed=not kill.is_late,
            is_short=bool(self.plan.faults),
        )
        self.sniper.aim(bot, None if kill.is_late else kill.point)
        self.bots.append(bot)
        return bot

    @asynccontextmanager
    async def steered(self) -> AsyncIterator[None]:
        """Somebody has a broadcast run, and a crowd steers it, for as long as the context lasts."""
        steering = asyncio.create_task(self._steer(), name="chaos: the evening")
        try:
            yield
        finally:
            steering.cancel()
            with suppress(asyncio.CancelledError):
                await steering

    async def _steer(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._start_one(), name="chaos: start")
            tasks.create_task(self.crowd.live(pause_s=PAUSE_S), name="chaos: crowd")

    async def _start_one(self) -> None:
        """Mika starts a broadcast as soon as there is a bot, and again until it is stored."""
        before = self.stored.broadcasts
        while self.stored.broadcasts == before:
            if await self._is_healthy():
                await self._do(self.crowd.mika.slash(CHANNEL, "odyssey start", prompt=self.crowd.idea()))
            await asyncio.sleep(_LOOK_S)

    async def _goes_on(self, bot: Bot) -> None:
        def newer() -> list[float]:
            return [at for at in self.standin.log.started.values() if at > bot.began_at]

        await self._until(lambda: bool(newer()) or not self.stored.running)
        if newer():
            self.went_on_s = min(newer()) - bot.began_at
        elif self.standin.slots_taken < self.plan.slots:  # else it waits in line, as it should
            self.wrong.append("what ran did not go on after the new start")

    async def ended(self) -> None:
        """Mika ends what runs."""

        async def end() -> None:
            while self.stored.running:
                await self._do(self.crowd.mika.slash(CHANNEL, "odyssey end"))
                await self._until(lambda: not self.stored.running, within_s=3.0)

        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await end()

    async def _put_right(self) -> None:
        """Returns when all is right, and stays so for a moment; or when it has had its time."""
        if await self._until(lambda: not problems(self)):
            await asyncio.sleep(_STILL_S)

    async def _until(self, holds: Callable[[], bool], *, within_s: float = PATIENCE_S) -> bool:
        """Whether it came to hold."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while not holds():
            if loop.time() > until:
                return False
            await asyncio.sleep(_LOOK_S)
        return True

    async def _do(self, deed: Coroutine[Any, Any, object]) -> None:
        """As people do it: what is not possible just now is not."""
        with suppress(NotPossibleError, ApiError):
            await deed

    async def _is_healthy(self) -> bool:
        with suppress(aiohttp.ClientError):
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.port}/healthz") as answer,
            ):
                return answer.ok
        return False


@asynccontextmanager
async def evening(plan: Plan, nursery: Nursery, directory: Path) -> AsyncIterator[Evening]:
    """An evening of that plan, about to begin. The directory has an empty database, of the newest schema."""
    sniper = Sniper()
    standin = WatchedStandin(
        StandinSettings(
            api_key=API_KEY,
            recording_delay_s=0.1,
            stream_limit_s=plan.stream_limit_s,
            concurrent_streams=plan.slots,
            unclean_hold_s=plan.hold_s,
            faults=True,
        ),
        sniper.effect,
    )
    async with watched_discord(sniper.effect) as discord, standin:
        Stored.set_up(
            directory / "odyssey.sqlite3", discord.world.guild_id, {"mode": plan.mode.value, "gap_s": 0}
        )
        tonight = Evening(plan, directory, discord, standin, Crowd(discord, plan.dice), nursery, sniper)
        try:
            yield tonight
        finally:
            for bot in tonight.bots:
                bot.kill()
                await bot.ended.wait()
            tonight.write_down()
