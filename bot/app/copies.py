"""The copies of the database that a bot makes while it runs."""

from contextlib import AsyncExitStack

from bot.broadcast.clock import Clock
from bot.process.settings import DatabaseSettings
from bot.storage.address import database_address
from bot.storage.kept_copies import KeptCopies
from bot.storage.nightly import NightlyCopies


async def nightly_copies(
    settings: DatabaseSettings, stack: AsyncExitStack, clock: Clock
) -> NightlyCopies | None:
    """None where there is no file to copy, or nobody wants copies."""
    database = database_address(settings.database_url).path
    if database is None or not settings.backup_days:
        return None
    copies = KeptCopies.of(database, settings.backup_path, settings.backup_days)
    return await stack.enter_async_context(NightlyCopies(copies, clock))
