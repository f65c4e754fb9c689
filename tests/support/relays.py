"""Broadcasts of many streams: the bot without Discord, and streamers that come and go."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.broadcast.accounts import Account, OneAccount
from bot.broadcast.answers import Answers
from bot.broadcast.history import PastBroadcast
from bot.broadcast.intake.intake import Intake
from bot.broadcast.limits.continuation import RelayRules, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Channel, Recording, Viewer
from bot.broadcast.ports import Ports
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.desk import JournalKeeper, RecordingDesk
from bot.broadcast.rights import Person
from bot.broadcast.show.heartbeat import Heartbeat
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.kit.references import new_id, new_reference
from bot.odyssey import Odyssey
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from bot.worlds.looking_up import Key, of_the_operator
from bot.worlds.odyssey import OdysseyRecordings, odyssey_goodbyes, odyssey_worlds
from tests.odyssey.service import API_KEY, Streamer
from tests.support.rules import arbitration_settings, budget, intake_rules

HOST = Person(Viewer(1, "Mika"), views_channel=True, manages_channel=True)


class PassingStreamer(Streamer):
    """One of many: there is a recording of each stream, and of what is over nothing else is kept."""

    _stream_id = ""

    async def offer(self) -> None:
        """As any streamer, and nobody waits for it."""
        await self.service.streamer()
        await super().offer()

    async def started(self, **more: Any) -> str:
        """As any streamer's."""
        self._stream_id = await super().started(**more)
        return self._stream_id

    async def ended(self) -> None:
        """As any streamer's."""
        self.is_over()
        await super().ended()

    async def close(self) -> None:
        """The client has gone, or never came."""
        self.is_over()
        self.service.requests.clear()
        await super().close()
        if self in self.service.streamers:
            self.service.streamers.remove(self)

    def is_over(self) -> None:
        """There is a recording at once."""
        if self._stream_id:
            links = ("video_url", "preview_url", "thumbnail_url", "events_url")
            self.service.recordings[self._stream_id] = dict.fromkeys(links, f"{self.service.url}/file")


@dataclass
class Relays:
    """The bot without Discord; `clients` counts one further with each client that is made."""

    broadcasts: Broadcasts
    history: DatabaseHistory
    clients: itertools.count[int]

    async def started(self, number: int) -> BroadcastSession:
        """A broadcast of its own server."""
        return await self.broadcasts.start(Channel(number, number), "A harbour", by=HOST, portrait=False)


class StoringPoster:
    """Stores each post, and shows it nowhere."""

    def __init__(self, journal: DatabaseJournal, clock: SystemClock) -> None:
        self._journal = journal
        self._clock = clock

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        """As many streams as there are recordings of."""
        broadcast = past.broadcast
        await self._journal.save_post(
            Post(
                f"post of {broadcast.id}",
                broadcast.channel.id + 1,
                broadcast.channel.id,
                PostKind.RECORDING,
                broadcast.id,
                self._clock.now(),
                len(past.recorded),
                self._clock.now() if past.is_over else None,
            )
        )


async def _kept(_: Errand) -> None:
    """In place of an archive: what is owed to it is done."""


@asynccontextmanager
async def opened(url: str, database_url: str, limit_s: float) -> AsyncIterator[Relays]:
    """At the service of this URL, whose streams are to last so long; there is a slot for everybody."""
    clock, clients = SystemClock(), itertools.count()
    answers = Answers(clock)

    def make_client() -> Odyssey:
        next(clients)
        return Odyssey(API_KEY, url)

    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(database_url, alone=True))
        writer = await stack.enter_async_context(Writer(database))
        outbox = await stack.enter_async_context(Outbox(DatabaseOutbox(database, writer), clock))
        journal = DatabaseJournal(writer, outbox)
        history = DatabaseHistory(database)
        desk = RecordingDesk(
            outbox,
            OdysseyRecordings(of_the_operator(Key(None, Odyssey(API_KEY, url), answers)), clock),
            JournalKeeper(journal),
            StoringPoster(journal, clock),
            history,
            clock,
            timeout_s=60,
        )
        intake = Intake(intake_rules(), lambda _: None, clock)
        ports = Ports(
            accounts=OneAccount(
                Account(
                    odyssey_worlds(make_client, clock, answers),
                    odyssey_goodbyes(Odyssey(API_KEY, url)),
                    StreamPool(1000, clock),
                    StreamLimit(limit_s),
                )
            ),
            journal=journal,
            history=history,
            listeners=Listeners(),
            clock=clock,
            relay_rules=RelayRules(),
            intake_of=lambda _: intake,
            budget_of=lambda _: budget(per_day=None),
            arbitration_of=lambda _: arbitration_settings(),
            new_id=new_id,
            new_reference=new_reference,
        )
        await stack.enter_async_context(desk)
        await outbox.open(Kind.ARCHIVE, _kept, at_once=1, longest_pause_s=1.0)
        broadcasts = await stack.enter_async_context(Broadcasts(ports))
        await stack.enter_async_context(Heartbeat(broadcasts, journal, clock))
        yield Relays(broadcasts, history, clients)
