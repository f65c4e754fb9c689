"""Two processes that share a real PostgreSQL: one that runs broadcasts, and one that shows them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.app.stage import Stage, others_stage, shared_stage
from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import Head
from bot.broadcast.elsewhere.document import shown_in
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Broadcast, Spectating
from bot.broadcast.owning.bell import Bell, NoBell
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.process.sealing import ShowSeal
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.shows import DatabaseShows
from bot.web.app import Sources
from tests.broadcast.conftest import reach, start
from tests.broadcast.fakes import ListeningAudience, MemoryJournal, ScriptedWorld, ports
from tests.storage.shared import Process, process
from tests.support.watched import CHANNEL, MIKA, NOW, Watched

KEY = "ody_the_operators_key"
SPECTATING = Spectating("https://odyssey.test/whep", "spectators-token", "https://odyssey.test/live.m3u8")


class Wall(SystemClock):
    """A machine whose wall is so much later than others'."""

    def __init__(self, late_by: timedelta = timedelta()) -> None:
        super().__init__()
        self._late_by = late_by

    def now(self) -> Any:
        return super().now() + self._late_by

    def date_of(self, steady: float) -> Any:
        return super().date_of(steady) + self._late_by


@dataclass
class Owner:
    """The process that runs the broadcasts."""

    process: Process
    broadcasts: Broadcasts
    world: ScriptedWorld
    journal: DatabaseJournal
    stage: Stage
    shows: DatabaseShows
    renewed: Listeners[str]
    clips_asked: list[Broadcast]

    async def start(self, spectating: Spectating = SPECTATING) -> BroadcastSession:
        """A broadcast that is live, and can be watched."""
        session = await start(self.broadcasts, CHANNEL, MIKA, "A cat")
        await reach(session, State.LIVE)
        assert self.world.events
        self.world.events.spectating(spectating)
        return session


def shows_of(at: Process, clock: Clock) -> DatabaseShows:
    seal = ShowSeal(KEY)
    return DatabaseShows(at.database, at.writer, clock, seal.close, seal.open)


@asynccontextmanager
async def owner(url: str, clock: Clock | None = None, *, has_bell: bool = True) -> AsyncIterator[Owner]:
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(process(url))
        outbox = Outbox(DatabaseOutbox(at.database, at.writer), clock)
        journal, history = DatabaseJournal(at.writer, outbox), DatabaseHistory(at.database)
        world = ScriptedWorld()
        own = replace(
            ports(world, MemoryJournal(), ListeningAudience(MemoryJournal()), clock),
            journal=journal,
            history=history,
        )
        broadcasts = await stack.enter_async_context(Broadcasts(own))
        asked: list[Broadcast] = []

        async def ask_clip(view: BroadcastView | None) -> None:
            assert view
            asked.append(view.broadcast)

        renewed = Listeners[str]()
        here = Stage(broadcasts.view_in, lambda _: "lounge", ask_clip, own.listeners, renewed)
        bell: Bell = at.bell if has_bell else NoBell()
        book = shows_of(at, clock)
        stage = await shared_stage(here, stack, broadcasts, book, bell, clock)
        yield Owner(at, broadcasts, world, journal, stage, book, renewed, asked)


class OtherProcess(Watched):
    """One that runs none of them, and answers for their pages."""

    def __init__(self, at: Process, stage: Stage, clock: Clock) -> None:
        super().__init__(clock)
        self.process = at
        self.stage = stage

    def sources(self) -> Sources:
        return replace(
            super().sources(),
            view_in=self.stage.view_in,
            name_of=self.stage.name_of,
            listeners=self.stage.listeners,
            renewed=self.stage.renewed,
            stored_pictures=self.stage.stored_pictures,
            ask_clip=self.stage.ask_clip_in,
            last_in=DatabaseHistory(self.process.database).last_broadcast,
        )


@asynccontextmanager
async def another(
    url: str, clock: Clock | None = None, *, has_bell: bool = True
) -> AsyncIterator[OtherProcess]:
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(process(url))
        bell: Bell = at.bell if has_bell else NoBell()
        stage = await others_stage(stack, shows_of(at, clock), bell, clock)
        yield OtherProcess(at, stage, clock)


def is_live(there: OtherProcess) -> bool:
    view = there.stage.view_in(CHANNEL)
    return view is not None and view.broadcast.state is State.LIVE


async def heads(here: Owner) -> list[Head]:
    return await here.shows.heads()


async def last_of(here: Owner) -> PastBroadcast:
    last = await DatabaseHistory(here.process.database).last_broadcast(CHANNEL)
    assert last
    return last


async def until_shown(here: Owner, **wanted: object) -> None:
    """Returns when that is written of the one broadcast."""
    async with asyncio.timeout(20):
        while True:
            for told in await here.shows.told([head.broadcast_id for head in await here.shows.heads()]):
                view = shown_in(told.text, NOW).view
                shown = {
                    "state": view.broadcast.state,
                    "is_paused": view.floor.is_paused,
                    "has_picture": view.has_picture,
                }
                if {name: shown[name] for name in wanted} == wanted:
                    return
            await asyncio.sleep(0.01)
