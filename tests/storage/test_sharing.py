"""One PostgreSQL database for a cluster's processes, or for one that is alone; never for both."""

from collections.abc import Iterator

import pytest

from bot.broadcast.errors import NotStoredError
from bot.kit.errors import StartError
from bot.storage.address import database_address
from bot.storage.contract import CONTRACT, contract_of
from bot.storage.database import open_database
from bot.storage.revisions import known_revisions
from bot.storage.writer import Writer
from tests.storage.conftest import empty_postgres, postgres
from tests.support.postgres import EMPTY, Postgres

__all__ = ["empty_postgres", "postgres"]


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


def name_of(url: str) -> str:
    server = database_address(url).server
    assert server
    return server.name


async def test_several_share_one(url: str) -> None:
    """All of them write."""
    async with (
        open_database(url, shared=True) as one,
        Writer(one) as first,
        open_database(url, shared=True) as other,
        Writer(other) as second,
    ):
        await first.prove()
        await second.prove()


async def test_nobody_is_alone_beside_a_cluster(url: str) -> None:
    """Refused in the words of any second bot, with what else can be done."""
    async with open_database(url, shared=True):
        with pytest.raises(StartError, match=r"in use by another bot that runs: process \d+ .+CLUSTER=true"):
            async with open_database(url, alone=True):
                pass


async def test_no_cluster_begins_beside_one_that_is_alone(url: str) -> None:
    async with open_database(url, alone=True):
        with pytest.raises(StartError, match=r"in use by another bot that runs.+ each has CLUSTER=true"):
            async with open_database(url, shared=True):
                pass
    async with open_database(url, shared=True):
        pass


@pytest.mark.parametrize(("first", "second"), [("shared", "alone"), ("alone", "shared")])
async def test_who_lost_it_to_the_other_kind_cannot_write_any_more(
    url: str, empty_postgres: Postgres, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    """Its connections were cut, and a bot of the other kind was quicker."""
    monkeypatch.setattr("bot.storage.postgresql.sole_use._TRIES", 5)
    monkeypatch.setattr("bot.storage.writer.ASKED_S", 0.1)
    async with open_database(url, **{first: True}) as before, Writer(before) as writer:  # type: ignore[arg-type]
        await writer.prove()
        empty_postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            f"AND datname = '{name_of(url)}'"
        )
        async with open_database(url, **{second: True}) as after, Writer(after) as other:  # type: ignore[arg-type]
            await other.prove()
            with pytest.raises(NotStoredError):
                await writer.prove()


async def test_a_file_is_not_shared() -> None:
    with pytest.raises(StartError, match=r"CLUSTER needs a PostgreSQL server"):
        async with open_database("sqlite:///odyssey.sqlite3", shared=True):
            pass


def test_what_is_agreed_on_is_known() -> None:
    """And is what a new database says."""
    assert CONTRACT in known_revisions()


async def test_a_new_database_has_a_contract(url: str) -> None:
    async with open_database(url, shared=True) as database:
        assert await database.ask(contract_of) == CONTRACT


async def test_a_newer_schema_is_taken_as_far_as_it_was_agreed(url: str, empty_postgres: Postgres) -> None:
    """Of a cluster that is upgraded old processes go on beside new ones; of one alone nobody has to."""
    empty_postgres.execute("UPDATE alembic_version SET version_num = '9999'", name_of(url))
    async with open_database(url, shared=True):
        pass
    with pytest.raises(StartError, match=r"revision 9999, which this version of the bot does not know"):
        async with open_database(url, alone=True):
            pass
    empty_postgres.execute("UPDATE contract SET revision = '9998'", name_of(url))
    with pytest.raises(StartError, match=r"revision 9999, which this version of the bot does not know"):
        async with open_database(url, shared=True):
            pass
