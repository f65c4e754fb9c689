"""What keeps something of people and of servers, all of it."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.clock import Clock
from bot.broadcast.model import Viewer
from bot.broadcast.owning.looking import LookAgain
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
    elsewhere: Sequence[Keeper] = (),
) -> People:
    """What runs comes first: it is stored as it changes, and would bring back what has left the tables."""
    in_memory = keepers_in_memory(broadcasts, guilds, accounts)
    return People([*in_memory, *elsewhere, stored], outbox, clock, new_key)


def keepers_in_memory(broadcasts: Broadcasts, guilds: Guilds, accounts: ServerAccounts) -> list[Keeper]:
    return [RunningPeople(broadcasts), guilds, accounts]


def forgets_with(keepers: Sequence[Keeper], names: Callable[[Sequence[int]], None]) -> LookAgain:
    """Somebody is forgotten by another process: here too, `"<ID> <key>"`."""

    async def look_again(subject: str | None) -> bool:
        if subject is None:  # who was away for so long has read all that runs anew
            return True
        person_id, key = map(int, subject.split())
        names([person_id])
        return all([await keeper.forget(person_id, Viewer(key, "")) for keeper in keepers])

    return look_again


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
