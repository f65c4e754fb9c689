"""This process as one of a cluster: what it tells the others, what it has, and how it goes."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress

from bot import __version__
from bot.app.cluster.agreeing import check_agreement, digest_of
from bot.app.cluster.hands import BotsHands
from bot.app.cluster.homes import HomedOutbox, Homes
from bot.app.cluster.house import Housekeeping
from bot.app.cluster.sharing import Sharing
from bot.app.company import Work
from bot.app.taking_up import TakingUp
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.limits.shared_slots import SharedSlots
from bot.broadcast.owning.bell import Ring
from bot.broadcast.owning.directory import ALL, Member
from bot.broadcast.owning.lease import of_guild, of_shard
from bot.broadcast.owning.looking import LookAgain, Looking, What
from bot.broadcast.owning.owning import Owning
from bot.broadcast.people import Keeper
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.discord.connection import Connection
from bot.kit.references import new_id
from bot.metrics.cluster import ClusterTellers
from bot.process.settings import Settings
from bot.storage.cluster.bell import ServerBell
from bot.storage.cluster.changes import SharedChanges
from bot.storage.cluster.identifying import DatabaseIdentifying
from bot.storage.cluster.people import ForgottenElsewhere
from bot.storage.cluster.slots import DatabaseSlots
from bot.storage.database import errors_explained, open_database
from bot.storage.fencing import Fencing
from bot.storage.leases import DatabaseLeases
from bot.storage.postgresql.connections import ServerDatabase, ServersOwnConnection
from bot.storage.revisions import known_revisions
from bot.storage.writer import Writer

log = logging.getLogger(__name__)

REST_S = 2.0
"""Of the time for streams to end, for what was not handed over by then."""


async def open_cluster(
    settings: Settings, stack: AsyncExitStack, connection: Connection, clock: Clock
) -> "Cluster":
    """As `open_company`."""
    opened = open_database(settings.database_url, shared=True, backup_dir=settings.backup_path)
    database = await stack.enter_async_context(opened)
    assert isinstance(database, ServerDatabase)  # noqa: S101 - no other is shared
    connection.sharding.identifying = DatabaseIdentifying(database, clock)
    member = _Member(settings, connection, clock)
    leases = ServersOwnConnection(database)
    stack.push_async_callback(leases.close)
    book = DatabaseLeases(leases, member.id)

    async def check() -> None:
        standing = await book.standing()
        check_agreement(member.digest, member.shards, (m for m in standing.members if m.id != member.id))

    with errors_explained(settings.database_url):
        await check()
        owning = await stack.enter_async_context(Owning(book, clock, member.as_it_stands, member.sizes))
        await check()  # once more: of two that start at once, one at least sees the other
        await book.sweep()
    writer = await stack.enter_async_context(
        Writer(database, patience_s=settings.database_patience_s, fencing=Fencing(member.id, owning))
    )
    bell = await stack.enter_async_context(ServerBell(database.server, writer, clock))
    changes = SharedChanges(database, writer, bell)
    with errors_explained(settings.database_url):
        await changes.begin()
    slots = SharedSlots(DatabaseSlots(database, bell, member.id), member.id, clock)
    bell.rung.listen(lambda what: slots.look_again() if what == Ring.SLOTS else None)
    await stack.enter_async_context(slots)
    return Cluster(database, writer, bell, changes, slots, book, owning, member, connection, clock)


class _Member:
    """What this process tells of itself."""

    def __init__(self, settings: Settings, connection: Connection, clock: Clock) -> None:
        self.id = new_id()
        self.digest = digest_of(settings)
        self.shards = settings.shard_count
        self.is_draining = True
        """Nothing is left to it: it goes or, until all of it is there, may have to go yet."""
        self._started_at = clock.now()
        self._connection = connection

    def as_it_stands(self) -> Member:
        return Member(
            id=self.id,
            name=f"{socket.gethostname()}:{os.getpid()}",
            role=ALL,
            version=__version__,
            revision=known_revisions()[-1],
            shards=self.shards,
            digest=self.digest,
            started_at=self._started_at,
            is_draining=self.is_draining,
            guilds=sum(self._connection.sizes.values()),
        )

    def sizes(self) -> Mapping[str, int]:
        """How many servers each of its shards has, by lease."""
        return {of_shard(shard): size for shard, size in self._connection.sizes.items()}


class Cluster:
    """The `Company` of one of its processes."""

    def __init__(
        self,
        database: ServerDatabase,
        writer: Writer,
        bell: ServerBell,
        changes: SharedChanges,
        slots: SharedSlots,
        book: DatabaseLeases,
        owning: Owning,
        member: _Member,
        connection: Connection,
        clock: Clock,
    ) -> None:
        self.database = database
        self.writer = writer
        self.bell = bell
        self.changes = changes
        self.slots = slots
        self.keeps_house = asyncio.Event()
        self._book = book
        self._owning = owning
        self._member = member
        self._connection = connection
        self._clock = clock
        self._homes = Homes()
        self._looking: Looking | None = None
        self._sharing: Sharing | None = None
        self._left: TakingUp | None = None

    @property
    def counted(self) -> ClusterTellers:
        own = self._owning
        return ClusterTellers(lambda: own.held, own.taken, own.lost, own.renewals, self.changes.late)

    def also_forgets(self) -> Sequence[Keeper]:
        return [ForgottenElsewhere(self.database, self.writer, self.changes)]

    def is_ours(self, guild_id: int) -> bool:
        return self._homes.has(guild_id)

    def lease_of_guild(self, guild_id: int) -> str:
        return of_guild(guild_id, self._homes.count)

    def outbox(self) -> Outbox:
        books = HomedOutbox(self.database, self.writer, self._homes)
        outbox = Outbox(books, self._clock, is_ours=self._homes.has_errand)
        outbox.left_to_others.listen(lambda _: self._left_to_others())
        return outbox

    def follow(self, stored: Listeners[object]) -> None:
        stored.listen(self._homes.told)

    async def look_with(self, stack: AsyncExitStack, looks: Mapping[What, LookAgain]) -> None:
        self._looking = await stack.enter_async_context(Looking(self.bell, self.changes, looks))

    async def keep_house(self, stack: AsyncExitStack, *works: Work) -> None:
        await stack.enter_async_context(
            Housekeeping(self._owning, self._clock, *works, keeps=self.keeps_house)
        )

    async def take_up(self, left: TakingUp) -> None:
        self._left = left

    async def begin(self, stack: AsyncExitStack) -> None:
        assert self._left is not None  # noqa: S101 - it comes first
        self._member.is_draining = False
        hands = BotsHands(self._left, self._connection, self._owning, self._homes, self._look)
        sharing = Sharing(
            self._book, self._owning, self.bell, hands, self._clock, self._member.id, self._count
        )
        self._sharing = await stack.enter_async_context(sharing)

    async def end_streams(self, *, within_s: float) -> None:
        """As far as there is somebody who takes them, all are handed over; the rest stops as a lone bot's."""
        until = self._clock.steady() + within_s
        self._member.is_draining = True
        if self._left is None or self._sharing is None:
            return
        if self._left.broadcasts.hands_over and await self._has_others():
            await self._sharing.drain(within_s=max(0.0, within_s - REST_S))
        await self._left.broadcasts.close(within_s=max(0.0, until - self._clock.steady()))

    async def _has_others(self) -> bool:
        try:
            await self._owning.tell()
            standing = await self._book.standing()
        except NotStoredError as error:
            log.warning("nothing is handed over to others: %s", error)
            return False
        return any(each.takes_shards and each.id != self._member.id for each in standing.members)

    async def _count(self) -> int:
        """Into how many shards servers are divided: as it is set, or as the others have it, or Discord."""
        if self._member.shards is None:
            standing = await self._book.standing()
            others = {each.shards for each in standing.members} - {None}
            self._member.shards = min(filter(None, others), default=None) or (
                await self._connection.sharding.known()
            )
        with suppress(NotStoredError):  # told with the next renewal, then
            await self._owning.tell()
        return self._member.shards

    async def _look(self) -> None:
        if self._looking:
            await self._looking.look()

    def _left_to_others(self) -> None:
        self.bell.ring(Ring.ERRANDS)
        if self._sharing:  # what is not known here may be ours
            self._sharing.look_for_errands()
