"""One evening by its seed: the bot, the crowd, the models, and crashes at any moment."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import random
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from bot.broadcast.errors import NotStoredError
from bot.broadcast.limits.pool import Slot
from bot.broadcast.model import Ending
from bot.broadcast.relay.run import Connection
from bot.broadcast.states import Reason
from bot.storage.faults import is_away
from tests.simulate.app import App, Rules, VirtualClock
from tests.simulate.channels import ModelDiscord
from tests.simulate.crowd import Crowd
from tests.simulate.database import Disk
from tests.simulate.loop import NeverAtRestError, Run, VirtualLoop
from tests.simulate.service import Service

LASTS_S = 120.0
SETTLES_S = 2 * 3600.0
"""So long after it everything has come to rest."""
STOPS_WITHIN_S = 120.0
START_AGAIN_S = 5.0


class Evening:
    """`play` it, and look at what came of it. Everything in it follows from the seed."""

    def __init__(self, seed: int, *, crashes: bool = True) -> None:
        self.seed = seed
        plan = self._luck("plan")
        self.loop = VirtualLoop(f"{seed} loop", shuffled=plan.random() < 0.5)  # type: ignore[abstract]
        self.clock = VirtualClock(self.loop)
        self.history: list[str] = []
        self.faults: list[str] = []
        self.disk = disk()
        self.disk.wipe()
        outside = (self.clock.now, self.note, self._passed)
        self.service = Service(self.loop, self._luck("service"), *outside)
        self.discord = ModelDiscord(self.loop, self._luck("discord"), *outside)
        self.rules = Rules.of(plan, self.service.mood)
        self.crowd = Crowd(self._luck("crowd"), self._do, plan.choice((1.5, 4.0, 8.0)))
        self.crashes = 0
        self.full_s = 0.0
        self.runs: list[tuple[Run, App, asyncio.Task[None]]] = []
        self._plan = plan
        self._crashes_left = plan.choice((0, 1, 1, 2, 3, 6)) if crashes else 0
        self._moments_left = plan.randint(1, 500)
        self._is_over = False

    def play(self) -> None:
        """Raises what only a mistake in the simulation itself raises."""
        log = _Log(self)
        root = logging.getLogger()
        level, handlers = root.level, root.handlers
        root.handlers, root.level = [log], logging.WARNING
        try:
            self.loop.outside(0, lambda: self.loop.create_task(self._direct(), name="the evening"))
            self.loop.run(lambda: self._is_over)
        except NeverAtRestError:
            self.faults.append("it never came to rest")
        finally:
            root.handlers, root.level = handlers, level
            for run, *_ in self.runs:
                self.loop.drop(run)
        if not self._is_over and not self.faults:
            self.faults.append("everything stands still")
        self.faults += [*self.loop.broken, *self.service.faults, *self.crowd.faults]

    @property
    def digest(self) -> str:
        """The same for the same history."""
        return hashlib.sha256("\n".join(self.history).encode()).hexdigest()[:16]

    def note(self, *what: object) -> None:
        self.history.append(f"{self.loop.time():.6f} {' '.join(map(str, what))}")

    async def _direct(self) -> None:
        self._start()
        at_random = [self._plan.uniform(0, LASTS_S) for _ in range(self._crashes_left // 2)]
        for at in at_random:
            self.loop.outside(at, self._crash)
        for _ in range(self._plan.choice((0, 0, 0, 1, 3))):
            self._fills_up(self._plan.uniform(0, LASTS_S), self._plan.choice((1.0, 10.0, 60.0)))
        await self.crowd.come(self._up, until=LASTS_S)
        self._crashes_left = 0
        self.disk.is_full = False
        self.service.calm_down()
        self.discord.is_calm = True
        await self._until_up()
        await asyncio.sleep(60)
        if self._plan.random() < 0.5:
            await self._stop()
            self._start()
            await self._until_up()
        for session in self._app.broadcasts.running:
            session.end(Ending(Reason.HOST_ENDED))
        await asyncio.sleep(SETTLES_S)
        if self._app.broadcasts.running:
            self.faults.append("a broadcast does not end")
        if self._app.pool.held or self._app.pool.waiting:
            self.faults.append("a slot was lost")
        await self._stop()
        self._is_over = True

    @property
    def _app(self) -> App:
        return self.runs[-1][1]

    def _up(self) -> tuple[App, int] | None:
        run, app, _ = self.runs[-1]
        return (app, run.number) if run.is_alive and app.is_up else None

    def _fills_up(self, at: float, for_s: float) -> None:
        """The disk is full for a while. What ends meanwhile is stored, and dated, when that is over."""
        self.full_s += for_s

        def change(is_full: bool) -> None:
            self.disk.is_full = is_full
            self.note("the disk is", "full" if is_full else "free")

        self.loop.outside(at, change, True)
        self.loop.outside(at + for_s, change, False)

    async def _until_up(self) -> None:
        while self._up() is None:
            await asyncio.sleep(1)

    def _start(self) -> None:
        run = Run(len(self.runs) + 1)
        luck = self._luck(f"run {run.number}")
        app = App(
            self.loop,
            luck,
            self.disk,
            self.service,
            self.discord,
            self._passed,
            rules=self.rules,
            note=self.note,
        )
        task = run.context.run(self.loop.create_task, app.live(), name=f"run {run.number}")
        task.add_done_callback(self._ended)
        self.runs.append((run, app, task))
        self.note("run", run.number)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            if is_away(error):  # as its unit does
                self.loop.outside(START_AGAIN_S, self._start)
                return
            self.faults.append("".join(traceback.format_exception(error)))

    async def _stop(self) -> None:
        """In order: nothing of the run is left."""
        run, app, task = self.runs[-1]
        app.stop.set()
        await asyncio.wait({task}, timeout=STOPS_WITHIN_S)
        await asyncio.sleep(1)
        left = [each.get_name() for each in run.tasks if not each.done()]
        if left:
            self.faults.append(f"what an orderly stop leaves: {left}")
        self.loop.drop(run)
        self.note("stopped")

    def _passed(self, what: str) -> None:
        """A commit, or an effect outside, is done: for some runs it is the last one."""
        self.note("passed", what)
        self._moments_left -= 1
        if self._moments_left <= 0 and self._crashes_left > 0:
            self._crash()

    def _crash(self) -> None:
        run, _, task = self.runs[-1]
        if not run.is_alive or task.done() or self.loop.dies or self._crashes_left <= 0:
            return
        self._crashes_left -= 1
        self._moments_left = self._plan.choice((self._plan.randint(1, 20), self._plan.randint(1, 500)))
        self.crashes += 1
        self.loop.dies = run
        self.loop.outside(0, self.service.crashed, run)
        self.loop.outside(self._plan.choice((0.5, 5.0, 30.0, 200.0)), self._start)
        self.note("crash", run.number)

    def _do(self, deed: Coroutine[Any, Any, None], name: str) -> None:
        run = self.runs[-1][0]

        async def guarded() -> None:
            try:
                await deed
            except Exception as error:  # noqa: BLE001 - it is looked at in the end
                if self.loop.is_dropping:
                    return
                self.faults.append(f"{name}: {''.join(traceback.format_exception(error))}")

        run.context.run(self.loop.create_task, guarded(), name=name)

    def _luck(self, of: str) -> random.Random:
        return random.Random(f"{self.seed} {of}")


class _Log(logging.Handler):
    """What nobody foresaw is in the log with its traceback."""

    def __init__(self, evening: Evening) -> None:
        super().__init__()
        self._evening = evening

    def emit(self, record: logging.LogRecord) -> None:
        if self._evening.loop.is_dropping:
            return
        if record.exc_info and not isinstance(record.exc_info[1], NotStoredError):
            text = logging.Formatter().format(record)
            self._evening.faults.append(f"in the log: {text}")


@functools.cache
def disk() -> Disk:
    """One for all evenings of a process. Also has sets of what has no name go by its number."""
    by_number: dict[type, Callable[[Any], int]] = {
        Slot: lambda slot: slot.number,
        Connection: lambda connection: connection.slot.number,
    }
    for kind, number in by_number.items():
        kind.__hash__ = number  # type: ignore[method-assign, assignment]
    return Disk()
