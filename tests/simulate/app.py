"""The bot as `bot/app/wiring.py` opens it, with models in place of what is outside."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.broadcast.accounts import Account, OneAccount
from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import Audit
from bot.broadcast.intake.intake import Intake
from bot.broadcast.limits.budget import Budget
from bot.broadcast.limits.continuation import Continuation, RelayRules, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Broadcast
from bot.broadcast.outage import Outage
from bot.broadcast.ports import Ports
from bot.broadcast.recordings.desk import JournalKeeper, RecordingDesk
from bot.broadcast.recordings.posting import CurrentPoster
from bot.broadcast.recordings.reconciling import Reconciler
from bot.broadcast.show.deeds import Deeds
from bot.broadcast.show.heartbeat import Heartbeat
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.unstored import Unstored
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.recovery import close_unfinished, left_open, left_running
from bot.storage.unsettled import DatabaseStreamBooks
from bot.storage.writer import Writer
from tests.simulate.channels import ModelDiscord, ModelMessage
from tests.simulate.cogs import ModelCogs
from tests.simulate.database import Disk, LoopDatabase
from tests.simulate.loop import VirtualLoop
from tests.simulate.mood import Mood
from tests.simulate.service import Service
from tests.simulate.world import ModelWorlds
from tests.support.rules import (
    arbitration_settings,
    budget,
    intake_rules,
    line_limits,
    policy_settings,
)

THE_EVENING = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
SAFE_PROMPT = "a calm meadow"
RESUMED_WITHIN = timedelta(seconds=120)
"""A broadcast that was left for longer is closed instead."""


class VirtualClock(SystemClock):
    """The bot's own clock, on the loop's time."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def now(self) -> datetime:
        return THE_EVENING + timedelta(seconds=self._loop.time())

    def steady(self) -> float:
        return self._loop.time()


@dataclass(frozen=True)
class Rules:
    """What is set on an evening."""

    slots: int
    stream_limit_s: float
    relay: RelayRules
    arbitration: ArbitrationSettings
    budget: Budget
    hands_over: bool
    """Whether an orderly stop leaves to the next run what runs."""

    @classmethod
    def of(cls, luck: random.Random, mood: Mood) -> Rules:
        """Mostly as the service has it."""
        minutes = luck.choice((None, luck.randint(3, 30)))
        return cls(
            slots=luck.choice((mood.slots, mood.slots, 5)),
            stream_limit_s=luck.choice((mood.stream_limit_s, mood.stream_limit_s, 150.0)),
            relay=RelayRules(luck.choice(list(Continuation)), luck.choice((1, 5))),
            arbitration=arbitration_settings(
                mode=luck.choice(list(Mode)),
                gap=timedelta(seconds=luck.choice((0, 1, 3))),
                limits=line_limits(per_viewer=5),
                policy=policy_settings(seed=luck.randrange(1000)),
            ),
            hands_over=luck.random() < 0.7,
            budget=budget(per_day=None if minutes is None else timedelta(minutes=minutes)),
        )


class App:
    """One run of the bot: `live` is all of its life, until `stop` is set or it is dropped."""

    def __init__(
        self,
        loop: VirtualLoop,
        luck: random.Random,
        disk: Disk,
        service: Service,
        discord: ModelDiscord,
        passed: Callable[[str], None],
        *,
        rules: Rules,
        note: Callable[..., None],
    ) -> None:
        self.clock = VirtualClock(loop)
        self.stop = asyncio.Event()
        self.is_up = False
        self.rules = rules
        self.broadcasts: Broadcasts
        self.deeds: Deeds
        self.intakes: dict[int, Intake] = {}
        self.pool = StreamPool(
            rules.slots, self.clock, kept_for_seams=int(rules.relay.continuation is Continuation.OVERLAP)
        )
        self._random = luck
        self._database: Any = LoopDatabase(disk, luck, passed)
        self._service = service
        self._discord = discord
        self.cogs = ModelCogs(discord)
        self._note = note

    async def live(self) -> None:
        stack = AsyncExitStack()  # left by an orderly stop alone
        await self._open(stack)
        self.is_up = True
        await self.stop.wait()
        self.is_up = False
        await stack.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        clock, service = self.clock, self._service
        worlds = ModelWorlds(service)
        listeners, poster = Listeners[Broadcast](), CurrentPoster()
        listeners.listen(lambda changed: self._note("shown", changed.id, changed.state))
        writer = await stack.enter_async_context(Writer(self._database, connect=lambda _: self._database))
        outage = Outage()
        writer.tried.listen(lambda one: outage.tell(is_on=one.is_for_want_of_the_database))
        outbox = await stack.enter_async_context(Outbox(DatabaseOutbox(self._database, writer), clock))
        journal, history = DatabaseJournal(writer, outbox), DatabaseHistory(self._database)
        audit = Audit(DatabaseGuilds(self._database, writer), clock)
        await stack.enter_async_context(
            RecordingDesk(outbox, service, JournalKeeper(journal), poster, history, clock, timeout_s=60)
        )
        ports = Ports(
            accounts=OneAccount(
                Account(worlds.open, worlds.leave, self.pool, StreamLimit(self.rules.stream_limit_s))
            ),
            journal=journal,
            history=history,
            listeners=listeners,
            clock=clock,
            relay_rules=self.rules.relay,
            intake_of=self.intake_of,
            budget_of=lambda _: self.rules.budget,
            arbitration_of=lambda _: self.rules.arbitration,
            new_id=self._new_id,
            new_reference=self._new_id,
            outage=outage,
        )
        self.broadcasts = await stack.enter_async_context(Broadcasts(ports, hands_over=self.rules.hands_over))
        self.deeds = Deeds(audit, lambda _: SAFE_PROMPT)
        await stack.enter_async_context(Unstored(self.broadcasts, outage, clock))
        await stack.enter_async_context(Heartbeat(self.broadcasts, journal, clock))
        now = clock.now()
        left, cut_off = (
            await left_running(self._database, now=now, within=RESUMED_WITHIN),
            await left_open(self._database),
        )
        going_on = [each.broadcast.id for each in left]
        await close_unfinished(self._database, now=now, reference=self._new_id(), but=going_on)
        await outbox.load()
        await self.broadcasts.resume(left, cut_off)
        books = DatabaseStreamBooks(self._database)
        reconciler = Reconciler(lambda _: service, books, clock, save=journal.save_stream)
        journal.told.listen(reconciler.told)
        await stack.enter_async_context(reconciler)
        await self.cogs.open(
            stack,
            broadcasts=self.broadcasts,
            outbox=outbox,
            journal=journal,
            history=history,
            poster=poster,
            clock=clock,
        )

    def somebody_says(self, channel_id: int) -> ModelMessage:
        return self._discord.somebody_says(channel_id)

    def intake_of(self, guild_id: int) -> Intake:
        return self.intakes.setdefault(guild_id, Intake(intake_rules(), lambda _: None, self.clock))

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
