"""What the commands work with."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.app.accounts import accounts_by_hand
from bot.app.archiving import OpenArchive, open_archive
from bot.broadcast.clock import Clock
from bot.broadcast.telling.outbox import Outbox
from bot.odyssey import Odyssey
from bot.process.clock import SystemClock
from bot.process.settings import Settings
from bot.storage.database import errors_explained, open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.outbox import DatabaseOutbox
from bot.storage.unsettled import DatabaseStreamBooks
from bot.storage.writer import Writer
from bot.worlds.account import OdysseyAccount
from bot.worlds.looking_up import KeysOf
from bot.worlds.odyssey import OdysseyRecordings


@dataclass(frozen=True, slots=True)
class Opened:
    """The archive, the database and the account."""

    kept: OpenArchive
    outbox: Outbox
    journal: DatabaseJournal
    history: DatabaseHistory
    streams: DatabaseStreamBooks
    client: Odyssey
    keys_of: KeysOf
    account: OdysseyAccount
    recordings: OdysseyRecordings
    clock: Clock


@asynccontextmanager
async def opened(settings: Settings, *, alone: bool) -> AsyncIterator[Opened]:
    """`alone`, while no bot has the database: what changes it would not be heard of. Raises `StartError`."""
    clock = SystemClock()
    async with (
        open_database(settings.database_url, alone=alone, backup_dir=settings.backup_path) as database,
        Writer(database) as writer,
        Outbox(DatabaseOutbox(database, writer), clock) as outbox,
        AsyncExitStack() as stack,
    ):
        with errors_explained(settings.database_url):
            accounts = await accounts_by_hand(settings, stack, database, writer, clock, may_store=alone)
            await outbox.load()
        yield Opened(
            kept=open_archive(settings, DatabaseKeptFiles(database, writer), outbox, clock),
            outbox=outbox,
            journal=DatabaseJournal(writer, outbox),
            history=DatabaseHistory(database),
            streams=DatabaseStreamBooks(database),
            client=accounts.operators_client,
            keys_of=accounts.keys_of,
            account=OdysseyAccount(accounts.operators_client, clock),
            recordings=OdysseyRecordings(accounts.keys_of, clock),
            clock=clock,
        )
