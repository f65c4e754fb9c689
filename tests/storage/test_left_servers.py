"""A server that removes the bot: its data is deleted after a while, unless it takes the bot back."""

from datetime import timedelta

import pytest
from sqlalchemy import Table

from bot.broadcast.sharding import Shard
from bot.guilds.left_servers import LeftServers
from bot.storage import schema
from bot.storage.people.servers import DatabaseServers, of_broadcasts
from tests.broadcast.fakes import SteppedClock
from tests.storage.conftest import Store
from tests.storage.test_privacy import ELSEWHERE, HERE, everything, fill

DAYS = timedelta(days=30)
OF_PEOPLE = {"uncredited"}
"""What somebody chose for all servers."""
ALL = Shard()
BOTH = [HERE.guild_id, ELSEWHERE.guild_id]


class Run:
    """A run of the bot: which files and servers it has deleted, and the clock to step."""

    def __init__(self, store: Store, after: timedelta | None = DAYS) -> None:
        self.clock = SteppedClock()
        self.files: list[str] = []
        self.deleted: list[int] = []
        records = DatabaseServers(store.database, store.writer)
        self.servers = LeftServers(records, self._forget_files, self.clock, after)
        self.servers.deleted.listen(self.deleted.append)

    async def _forget_files(self, broadcast_id: str) -> None:
        self.files.append(broadcast_id)


@pytest.fixture
async def run(store: Store) -> Run:
    """A run with two servers, of which something is stored, and the bot in both."""
    run = Run(store)
    await fill(store, HERE)
    await fill(store, ELSEWHERE)
    await run.servers.is_in(BOTH, ALL)
    return run


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_belongs_to_a_server(table: Table) -> None:
    """By its own word, or by that of a broadcast: else its rows would stay when the server's are deleted."""
    is_theirs = "guild_id" in table.c or of_broadcasts(table, ["x"]) is not None
    assert is_theirs is (table.name not in OF_PEOPLE)


@pytest.mark.sqlite
async def test_all_of_a_server_is_deleted_when_its_time_is_over(store: Store, run: Run) -> None:
    """Not before; the files of its broadcasts first; nothing of another server."""
    before = everything(store)
    await run.servers.left(HERE.guild_id)
    run.clock.step_the_wall(days=29, hours=23)
    await run.servers.look()
    assert not run.deleted
    run.clock.step_the_wall(hours=2)
    await run.servers.look()
    after = everything(store)
    assert run.deleted == [HERE.guild_id]
    assert sorted(run.files) == ["R7002", "S7002"]
    assert "7001" not in after
    assert "7002" not in after
    theirs = [line for line in before.splitlines() if "8001" in line or "8002" in line]
    assert theirs
    assert set(theirs) <= set(after.splitlines())
    await run.servers.look()
    assert run.deleted == [HERE.guild_id], "once"


@pytest.mark.sqlite
async def test_a_server_that_takes_the_bot_back_in_time_loses_nothing(store: Store, run: Run) -> None:
    """Whether the bot hears of it, or finds itself there at its next start; its days begin anew then."""
    before = everything(store)
    for comes_back in (run.servers.back(HERE.guild_id), run.servers.is_in(BOTH, ALL)):
        await run.servers.left(HERE.guild_id)
        run.clock.step_the_wall(days=20)
        await comes_back
        run.clock.step_the_wall(days=20)
        await run.servers.look()
    assert not run.deleted
    assert everything(store) == before


async def test_what_was_left_while_nobody_looked_has_all_its_days(store: Store, run: Run) -> None:
    """From the start at which it is noticed; a second start does not make them more."""
    for days in (0, 20):
        run.clock.step_the_wall(days=days)
        await run.servers.is_in([ELSEWHERE.guild_id], ALL)
        await run.servers.look()
        assert not run.deleted
    run.clock.step_the_wall(days=11)
    await run.servers.look()
    assert run.deleted == [HERE.guild_id]


async def test_nothing_is_deleted_before_it_is_known_where_the_bot_is(store: Store, run: Run) -> None:
    """Discord may be away at the start, and a server have taken the bot back meanwhile."""
    await run.servers.left(HERE.guild_id)
    later = Run(store)
    later.clock.step_the_wall(days=100)
    await later.servers.look()
    assert not later.deleted
    await later.servers.is_in(BOTH, ALL)
    await later.servers.look()
    assert not later.deleted


async def test_the_operator_may_keep_all(store: Store, run: Run) -> None:
    """Then nothing is deleted, however long ago that was."""
    await run.servers.left(HERE.guild_id)
    keeping = Run(store, after=None)
    await keeping.servers.is_in([ELSEWHERE.guild_id], ALL)
    keeping.clock.step_the_wall(days=3650)
    await keeping.servers.look()
    assert not keeping.deleted


@pytest.mark.sqlite
async def test_what_failed_is_tried_again(store: Store, run: Run) -> None:
    """The archive is away: no row goes before its file, since nobody would find it again."""
    is_away = True

    async def forget_files(broadcast_id: str) -> None:
        if is_away:
            raise OSError("the archive is away")

    servers = LeftServers(DatabaseServers(store.database, store.writer), forget_files, run.clock, DAYS)
    await servers.is_in(BOTH, ALL)
    await servers.left(HERE.guild_id)
    run.clock.step_the_wall(days=31)
    await servers.look()
    assert "7001" in everything(store)
    is_away = False
    await servers.look()
    assert "7001" not in everything(store)
