"""Broadcasts of many streams, with a scripted service behind them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.broadcast.accounts import Account, OneAccount
from bot.broadcast.limits.budget import Budget
from bot.broadcast.limits.continuation import Continuation, RelayRules, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Broadcast, Channel, Ending, Stream
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.listeners import Listeners
from tests.broadcast.conftest import CHANNEL, MIKA, reach, start
from tests.broadcast.fakes import (
    ListeningAudience,
    MemoryJournal,
    PostingBoard,
    ScriptedRecordings,
    ScriptedWorld,
    desk_of,
    ports,
)
from tests.broadcast.relay.service import ScriptedService, TurnedClock, settle
from tests.support.rules import budget


@dataclass
class Run:
    """The domain under test, and what surrounds it."""

    broadcasts: Broadcasts
    service: ScriptedService
    journal: MemoryJournal
    clock: TurnedClock
    limit: StreamLimit
    budgets: dict[int, Budget]
    listeners: Listeners[Broadcast]

    async def start(self, channel: Channel = CHANNEL, *, lasting_s: float | None = None) -> BroadcastSession:
        """Mika's broadcast, live."""
        length = timedelta(seconds=lasting_s) if lasting_s else None
        session = await start(self.broadcasts, channel, MIKA, "A harbour", length=length)
        await reach(session, State.LIVE)
        await settle()
        return session

    async def end(self, session: BroadcastSession) -> None:
        """Mika ends it."""
        session.end(Ending(Reason.HOST_ENDED, by=MIKA))
        await settle()

    def allows(self, session: BroadcastSession, *, longest: timedelta) -> None:
        """The server's broadcasts may last so long from now on."""
        self.budgets[session.broadcast.channel.guild_id] = budget(longest=longest)
        session.adopt()

    @property
    def streams(self) -> list[Stream]:
        """All streams that were stored, as they stand, in their order."""
        return sorted({stream.id: stream for stream in self.journal.streams}.values(), key=lambda s: s.number)


Opened = Callable[..., AbstractAsyncContextManager[Run]]


@pytest.fixture
def opened() -> Opened:
    """Opens one: `opened(continuation, limit_s=, slots=, tries=)`."""

    @asynccontextmanager
    async def open_run(
        continuation: Continuation = Continuation.AUTO,
        *,
        limit_s: float = 150.0,
        slots: int = 5,
        tries: int = 3,
    ) -> AsyncIterator[Run]:
        service, journal, board, clock = ScriptedService(), MemoryJournal(), PostingBoard(), TurnedClock()
        desk = desk_of(ScriptedRecordings(None), board, journal, clock, timeout_s=1)
        limit, budgets = StreamLimit(limit_s), dict[int, Budget]()
        pool = StreamPool(slots, clock, kept_for_seams=int(continuation is Continuation.OVERLAP))
        with_service = replace(
            ports(ScriptedWorld(), journal, ListeningAudience(journal), clock, budgets),
            accounts=OneAccount(Account(service, service.leave, pool, limit)),
            relay_rules=RelayRules(continuation, tries),
        )
        async with desk, Broadcasts(with_service) as broadcasts:
            yield Run(broadcasts, service, journal, clock, limit, budgets, with_service.listeners)

    return open_run
