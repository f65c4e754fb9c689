"""One evening of a cluster: a broadcast on each shard, with a crowd each, and what its plan strikes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import psycopg

from tests.chaos.checker import problems
from tests.chaos.cluster import database
from tests.chaos.cluster.plan import BOTS, FROZEN_S, ClusterPlan, Deed, Strike
from tests.chaos.cluster.takeovers import Takeovers
from tests.chaos.crowd import Crowd
from tests.chaos.evening import Evening
from tests.chaos.nursery import Bot
from tests.chaos.stored import Stored
from tests.e2e.conftest import API_KEY, free_port
from tests.support.postgres import Postgres

PAUSE_S = 3.0
"""About which each of a crowd acts."""
UP_S, GOES_ON_S, STOP_S = 20.0, 30.0, 40.0
"""Within which a process is up, all goes on after a strike, and one has stopped in order."""
_ARMED_S = 1.5
"""After which a kill whose point did not come is made all the same."""
_CONNECTING_S = 2.0
"""After which nobody still finds that the database was away."""
_LOOK_S = 0.2


@dataclass
class ClusterEvening(Evening):
    """As any, with several crowds and bots."""

    plan: ClusterPlan  # type: ignore[assignment]
    postgres: Postgres = field(kw_only=True)
    url: str = field(kw_only=True)
    others: list[Crowd] = field(kw_only=True)
    takeovers: Takeovers = field(default_factory=Takeovers)
    ports: list[int] = field(default_factory=lambda: [free_port() for _ in range(BOTS)])
    alive: dict[int, Bot] = field(default_factory=dict)
    """By number."""
    struck: int = 0
    away: tuple[float, float] = (0.0, 0.0)
    """When the database was last: who starts then does not, and says so."""

    @property
    def crowds(self) -> list[Crowd]:
        return [self.crowd, *self.others]

    @property
    def streams_may_break(self) -> bool:
        return any(strike.deed.is_of_database for strike in self.plan.strikes)

    @property
    def stored(self) -> Stored:
        return database.stored(self.url)

    def may_log(self, error: str) -> bool:
        """What is begun while the database is away is begun again."""
        is_of_database = error.startswith(("psycopg.", "sqlalchemy.", "bot.broadcast.errors.NotStored"))
        return self.streams_may_break and is_of_database

    def faults_of_database(self) -> list[str]:
        return list(database.intruders(self.url))

    async def run(self) -> None:
        """From the first start to the last stop."""
        await asyncio.gather(*(self._start_bot(number) for number in range(BOTS)))
        await self._until_all_up()
        async with self.steered():
            if not await self._until(lambda: len(self._on_air()) == len(self.crowds), within_s=GOES_ON_S):
                self.wrong.append(f"only {len(self._on_air())} broadcasts came on air")
            for strike in self.plan.strikes:
                await self._strike(strike)
                self.struck += 1
            await self._all_goes_on(self.plan.strikes[-1].deed)
        await self._until_all_up()
        await asyncio.gather(*(self._ended_in(crowd) for crowd in self.crowds))
        await self._put_right()
        await self._stopped()
        self.wrong += problems(self)

    def write_down(self) -> None:
        super().write_down()
        with suppress(psycopg.Error):
            lines = [str(each) for each in self.stored.suggestions]
            (self.directory / "suggestions").write_text("\n".join(lines))

    # ------------------------------------------------------------------ strikes

    async def _strike(self, strike: Strike) -> None:
        if not strike.is_amid:
            await self._all_goes_on(strike.deed)
            await self._until_all_up()
            await asyncio.sleep(strike.pause_s)
        self._learn()
        match strike.deed:
            case Deed.KILL:
                await self._kill(strike)
            case Deed.STOP:
                await self._stop(strike)
            case Deed.FREEZE:
                await self._freeze(strike)
            case _:
                await self._strike_database(strike)

    async def _kill(self, strike: Strike) -> None:
        bot = self.alive[strike.victim]
        bot.send_signal(signal.SIGUSR1)
        with suppress(TimeoutError):
            async with asyncio.timeout(_ARMED_S):
                await bot.ended.wait()
        bot.kill()
        self._learn()
        self.takeovers.strike(strike.deed, bot.pid, self._now)
        await bot.ended.wait()
        await self._back(strike)

    async def _stop(self, strike: Strike) -> None:
        bot = self.alive[strike.victim]
        self.takeovers.strike(strike.deed, bot.pid, self._now)
        await self._stopped_in_order(bot, within_s=STOP_S)
        await self._back(strike)

    async def _freeze(self, strike: Strike) -> None:
        bot = self.alive[strike.victim]
        bot.send_signal(signal.SIGSTOP)
        self.takeovers.strike(strike.deed, bot.pid, self._now)
        await asyncio.sleep(FROZEN_S)
        self._look()
        bot.send_signal(signal.SIGCONT)
        if self.standin.slots_taken >= self.plan.slots:  # it had kept those that others wait for
            self.takeovers.begins_now(strike.deed, self._now)

    async def _back(self, strike: Strike) -> None:
        if not strike.is_back_at_once:
            await self._until(self._look, within_s=GOES_ON_S)
        await self._start_bot(strike.victim)

    async def _strike_database(self, strike: Strike) -> None:
        began_at = self._now
        if strike.deed is Deed.DATABASE_KILL:
            await asyncio.to_thread(self.postgres.kill)
        else:
            await asyncio.to_thread(self.postgres.stop)
        await asyncio.sleep(strike.away_s)
        await asyncio.to_thread(self.postgres.start)
        self.away = (began_at, self._now + _CONNECTING_S)
        self.takeovers.begins_now(strike.deed, self._now)

    # ------------------------------------------------------------------ waiting

    async def _all_goes_on(self, deed: Deed) -> None:
        """Returns when all that was struck goes on, and each server has its broadcast on air."""
        await self._until(self._look, within_s=GOES_ON_S)
        self.takeovers.give_up(self._now)
        if not await self._until(lambda: len(self._on_air()) == len(self.crowds), within_s=GOES_ON_S):
            running = database.shows(self.url).running
            self.wrong.append(
                f"{len(self._on_air())} of {len(running)} broadcasts that run are on air after a {deed}, the "
                f"{self.struck + 1}. strike"
            )

    def _look(self) -> bool:
        """Whether nothing has to go on any more."""
        self._learn()
        with suppress(psycopg.Error):
            known, started = database.shows(self.url), dict[str, float]()
            for stream in known.streams:
                at = self.standin.log.started.get(stream["service_id"] or "", 0.0)
                of = str(stream["broadcast_id"])
                started[of] = max(at, started.get(of, 0.0))
            self.takeovers.look(started, {str(each["id"]) for each in known.running})
        return not self.takeovers.waits_for

    def _learn(self) -> None:
        with suppress(psycopg.Error):
            self.takeovers.know(database.owners(self.url))

    def _on_air(self) -> set[str]:
        """Broadcasts with a stream that makes pictures."""
        live = {name for name, each in self._streams() if each}
        with suppress(psycopg.Error):
            return {
                str(each["broadcast_id"])
                for each in database.shows(self.url).streams
                if each["service_id"] in live
            }
        return set()

    def _streams(self) -> Iterator[tuple[str, bool]]:
        studio = self.standin.studio
        for name, stream in (studio._streams if studio else {}).items():
            yield name, stream.is_live

    async def _until_all_up(self) -> None:
        async def up(port: int) -> None:
            async with aiohttp.ClientSession() as http:
                while True:
                    with suppress(aiohttp.ClientError):
                        async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                            if answer.ok:
                                return
                    await asyncio.sleep(_LOOK_S)

        for number, bot in list(self.alive.items()):
            if bot.ended.is_set():
                if not self.away[0] <= bot.ended_at <= self.away[1]:
                    self.wrong.append(f"bot {number + 1} ended by itself, with {bot.returncode}")
                await self._start_bot(number)
        try:
            async with asyncio.timeout(UP_S), asyncio.TaskGroup() as tasks:
                for port in self.ports:
                    tasks.create_task(up(port), name="chaos: up")
        except TimeoutError:
            self.wrong.append(f"not all bots are up, {UP_S:.0f} s after the {self.struck}. strike")

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    # ------------------------------------------------------------------ bots and people

    async def _start_bot(self, number: int) -> None:
        environment = {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "ODYSSEY_API_KEY": API_KEY,
            "ODYSSEY_API_URL": self.standin.url,
            "DATABASE_URL": self.url,
            "CLUSTER": "true",
            "WEB_PORT": str(self.ports[number]),
            "STREAM_LIMIT_S": str(self.plan.stream_limit_s),
            "CONCURRENT_STREAMS": str(self.plan.slots),
        }
        bot = await self.nursery.bot(
            self.directory, environment, point=self.plan.point(), is_armed=False, is_short=False
        )
        self.alive[number] = bot
        self.bots.append(bot)

    async def _stopped(self) -> None:
        """All of them, one after the other, as in an upgrade."""
        for bot in self.alive.values():
            await self._stopped_in_order(bot, within_s=STOP_S)

    async def _steer(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for crowd in self.crowds:
                tasks.create_task(self._keep_on_air(crowd), name="chaos: start")
                tasks.create_task(crowd.live(pause_s=PAUSE_S), name="chaos: crowd")

    async def _keep_on_air(self, crowd: Crowd) -> None:
        """Mika starts a broadcast there, and another one when it has ended."""
        while True:
            if not self._runs_in(crowd):
                await self._do(crowd.mika.slash(crowd.channel, "odyssey start", prompt=crowd.idea()))
            await asyncio.sleep(1.0)

    def _runs_in(self, crowd: Crowd) -> bool:
        with suppress(psycopg.Error):
            return any(each["channel_id"] == crowd.channel for each in database.shows(self.url).running)
        return True

    async def _ended_in(self, crowd: Crowd) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GOES_ON_S):
                while self._runs_in(crowd):
                    await self._do(crowd.mika.slash(crowd.channel, "odyssey end"))
                    await self._until(lambda: not self._runs_in(crowd), within_s=3.0)
