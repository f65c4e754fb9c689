"""What keeps something of people and of servers, all of it."""

from contextlib import AsyncExitStack
from datetime import timedelta

from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.clock import Clock
from bot.broadcast.people import Keeper, People
from bot.broadcast.recordings.archive import Archive
from bot.broadcast.show.forgetting import RunningPeople
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.telling.outbox import Outbox
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds
from bot.guilds.left_servers import LeftServers, ServerRecords
from bot.kit.references import new_key
from bot.process.settings import Settings


def people_of(
    stored: Keeper,
    broadcasts: Broadcasts,
    guilds: Guilds,
    accounts: ServerAccounts,
    outbox: Outbox,
    clock: Clock,
) -> People:
    """What runs comes first: it is stored as it changes, and would bring back what has left the tables."""
    return People([RunningPeople(broadcasts), guilds, accounts, stored], outbox, clock, new_key)


async def open_left_servers(
    settings: Settings,
    stack: AsyncExitStack,
    records: ServerRecords,
    archive: Archive,
    clock: Clock,
    *in_memory: Guilds | FirstQuestions | WatchLinks,
) -> LeftServers:
    """Nothing of a server is left in memory either: should it come back, it is a new one."""
    after = timedelta(days=settings.left_server_days) if settings.left_server_days else None
    servers = await stack.enter_async_context(LeftServers(records, archive.forget, clock, after))
    for each in in_memory:
        servers.deleted.listen(each.drop_server)
    return servers
