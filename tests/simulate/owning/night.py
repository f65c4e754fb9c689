"""One night by its seed: processes come, stop, are cut off, die and go, while a crowd suggests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import random
from collections import Counter
from itertools import count

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.lease import of_broadcast, of_shard
from tests.simulate.loop import NeverAtRestError, Run, VirtualLoop
from tests.simulate.owning.process import SHARDS, Process
from tests.simulate.owning.rows import Outcome, Rows

LASTS_S = 90.0
SETTLES_S = 60.0
"""So long after it everything has come to rest."""
PROCESSES = 3


class Night:
    """`play` it, and look at its faults. Everything in it follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.loop = VirtualLoop(f"{seed} loop", shuffled=seed % 2 == 0)  # type: ignore[abstract]
        self.rows = Rows(self.loop)
        self.history: list[str] = []
        self._seed = seed
        self._luck = random.Random(f"{seed} night")
        self._numbers, self._said = count(1), count(1)
        self._alive: dict[Process, Run] = {}
        self._runs: list[Run] = []
        self._heard: set[str] = set()
        """What somebody was told is in line."""
        self._sent = Counter[str]()

    @property
    def faults(self) -> list[str]:
        return self.rows.faults

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.history).encode()).hexdigest()[:12]

    def play(self) -> None:
        logging.disable(logging.CRITICAL)
        for _ in range(PROCESSES):
            self._come()
        self._later(1.0, self._suggest)
        self._later(self._luck.uniform(1, 10), self._strike)
        self._later(5.0, self._begin)
        try:
            self.loop.run(lambda: self.loop.time() > LASTS_S + SETTLES_S)
        except NeverAtRestError:
            self.faults.append("it does not come to rest")
        finally:
            for run in self._runs:
                self.loop.drop(run)
            logging.disable(logging.NOTSET)
        self._check()

    def note(self, what: str) -> None:
        self.history.append(f"{self.loop.time():7.2f} {what}")

    def _later(self, delay_s: float, what: object, *args: object) -> None:
        self.loop.outside(delay_s, what, *args)  # type: ignore[arg-type]

    def _come(self) -> None:
        number = next(self._numbers)
        luck = random.Random(f"{self._seed} process {number}")
        run = Run(number)
        self._runs.append(run)

        def begin() -> None:
            process = Process(f"p{number}", self.loop, self.rows, luck, self._into_the_world)
            self._alive[process] = run
            self.note(f"p{number} comes")
            self.loop.create_task(process.live(), name=process.name).add_done_callback(self._ended)

        run.context.run(begin)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.faults.append(f"{task.get_name()} broke: {error!r}")

    def _into_the_world(self, suggestion_id: str) -> None:
        self._sent[suggestion_id] += 1

    def _awake(self) -> list[Process]:
        return [process for process, run in self._alive.items() if run.is_alive and not run.is_stopped]

    def _suggest(self) -> None:
        """To any broadcast; and in that moment nothing may be two processes' own."""
        self._look_for_two_owners()
        if self.loop.time() > LASTS_S:
            return
        going = [(process, each) for process in self._awake() for each in process.sessions.values()]
        if going:
            process, session = self._luck.choice(going)
            suggestion_id = f"{session.id}.{next(self._said)}"

            async def say() -> None:
                with contextlib.suppress(NotStoredError):
                    await session.say(suggestion_id)
                    self._heard.add(suggestion_id)

            self._in(process, lambda: self.loop.create_task(say(), name=suggestion_id))
        self._later(self._luck.expovariate(2.0), self._suggest)

    def _begin(self) -> None:
        if self.loop.time() > LASTS_S:
            return
        if awake := self._awake():
            process, shard = self._luck.choice(awake), self._luck.randrange(SHARDS)
            if process.owning.holds(of_shard(shard)):
                self._in(process, lambda: self.loop.create_task(process.begin(shard), name="begin"))
        self._later(self._luck.expovariate(0.3), self._begin)

    def _in(self, process: Process, what: object) -> None:
        self._alive[process].context.run(what)  # type: ignore[arg-type]

    def _strike(self) -> None:
        """Something happens to somebody."""
        if self.loop.time() > LASTS_S:
            self._all_is_well()
            return
        process = self._luck.choice(list(self._alive))
        run, lasts_s = self._alive[process], self._luck.choice((0.5, 4.0, 11.0, 16.0, 20.0, 30.0))
        match self._luck.choice(("stop", "stop", "cut", "away", "kill", "go", "come")):
            case "stop" if not run.is_stopped:
                self.note(f"{process.name} stops for {lasts_s} s")
                self.loop.stop_run(run)
                self._later(lasts_s, self.loop.wake_run, run)
            case "cut":
                self.note(f"{process.name} is cut off for {lasts_s} s")
                process.link.is_cut = True
                self._later(lasts_s, self._mend, process)
            case "away":
                self.note(f"the database is away for {lasts_s} s")
                self.rows.leases.is_away = True
                self._later(lasts_s, self._mend, None)
            case "kill" if len(self._alive) > 1:
                self.note(f"{process.name} dies")
                del self._alive[process]
                self.loop.drop(run)
                self._later(self._luck.uniform(0, 10), self._come)
            case "go" if len(self._alive) > 1 and not run.is_stopped:
                self.note(f"{process.name} goes")
                del self._alive[process]
                run.context.run(process.goes.set)
                self._later(self._luck.uniform(0, 10), self._come)
            case "come" if len(self._alive) < 5:
                self._come()
        self._later(self._luck.expovariate(1 / 6), self._strike)

    def _mend(self, process: Process | None) -> None:
        if process:
            process.link.is_cut = False
        else:
            self.rows.leases.is_away = False

    def _all_is_well(self) -> None:
        self.rows.leases.is_away = False
        for process, run in self._alive.items():
            process.link.is_cut = False
            self.loop.wake_run(run)

    def _look_for_two_owners(self) -> None:
        names = [of_shard(shard) for shard in range(SHARDS)]
        names += [of_broadcast(each) for each, row in self.rows.broadcasts.items() if not row.is_over]
        for name in names:
            owners = [process.name for process in self._awake() if process.owning.holds(name)]
            if len(owners) > 1:
                self.faults.append(f"{name} is held by {' and '.join(owners)} at {self.loop.time():.2f}")

    def _check(self) -> None:
        stored = {
            each: outcome
            for row in self.rows.broadcasts.values()
            for each, outcome in row.suggestions.items()
        }
        for each in sorted(self._heard):
            if each not in stored:
                self.faults.append(f"{each} was heard, and is lost")
        for each, outcome in stored.items():
            # What was stored, and refused since nobody heard of that in time, waits for who reads it next.
            if outcome is Outcome.SENT or (outcome is Outcome.WAITS and each in self._heard):
                self.faults.append(f"{each} is {outcome} when all is at rest")
        self.faults.extend(
            f"{each} was sent {times} times" for each, times in self._sent.items() if times > 1
        )
        self.faults.extend(self.loop.broken)
        self.history.extend(f"{each} {outcome}" for each, outcome in sorted(stored.items()))
