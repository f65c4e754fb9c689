"""What watches an evening of a cluster sees what it has to."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.chaos.cluster import database
from tests.chaos.cluster.plan import Deed, clustered
from tests.chaos.cluster.takeovers import PROMISED_S, Takeovers
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "postgres"]

LEASED = """
    INSERT INTO leases (name, owner, fence, until) VALUES ('broadcast:b', 'm', 3, now() + interval '9 s');
    INSERT INTO members (id, name, role, version, revision, digest, started_at, until, is_draining)
        VALUES ('m', 'machine:41', 'all', '1', '1', '', now(), now() + interval '9 s', false)
"""
SEEN = "UPDATE broadcasts SET last_seen_at = now() WHERE id = 'b'"


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    """A database in which a broadcast runs."""
    with empty_postgres.database(EMPTY) as made:
        database.set_up(made, {5: {"gap_s": 0}})
        _wrote(
            made,
            41,
            "INSERT INTO broadcasts "
            "(id, guild_id, channel_id, host_id, prompt, portrait, state, requested_at) "
            "VALUES ('b', 5, 6, 7, 'A cat', false, 'live', now())",
        )
        yield made


def _wrote(url: str, process: int, statement: str) -> None:
    """A bot of that process did it."""
    with psycopg.connect(url, application_name=f"odyssey bot {process} machine") as connection:
        for each in statement.split(";"):
            connection.execute(each.encode())


def test_an_owner_may_write(url: str) -> None:
    """Under its own lease, and once there is none any more."""
    _wrote(url, 41, LEASED)
    _wrote(url, 41, SEEN)
    assert database.owners(url) == {"broadcast:b": 41}
    _wrote(url, 41, "DELETE FROM leases")
    _wrote(url, 42, SEEN)
    assert list(database.intruders(url)) == []


def test_another_may_not(url: str) -> None:
    """Who writes what somebody else has is named. One that is over, and nobody took, is its owner's."""
    _wrote(url, 41, LEASED)
    _wrote(url, 42, SEEN)
    assert "process 42 wrote broadcasts of b, which machine:41 owned (fence 3)" in database.intruders(url)
    _wrote(url, 41, "UPDATE leases SET until = now() - interval '3 s'")
    _wrote(url, 41, SEEN)
    assert len(list(database.intruders(url))) == 2


def test_two_processes_of_one_owner_are_seen(url: str) -> None:
    """Whatever members are called."""
    _wrote(url, 41, LEASED)
    _wrote(url, 41, "UPDATE members SET name = 'nobody'")
    for process in (41, 42):
        _wrote(url, process, SEEN)
    assert "processes [41, 42] wrote under the leases of one owner, m" in database.intruders(url)


def test_what_is_taken_over_is_timed() -> None:
    """From the strike on its owner to its next stream; what ends meanwhile is none; what is late is told."""
    takeovers = Takeovers()
    takeovers.know({"broadcast:x": 1, "broadcast:y": 1, "broadcast:z": 2, "shard:1": 1})
    takeovers.strike(Deed.KILL, 1, now=100.0)
    takeovers.look({"x": 90.0, "y": 90.0}, running={"x", "y", "z"})
    assert takeovers.waits_for == {"x", "y"}
    takeovers.look({"x": 116.5, "y": 90.0}, running={"x", "y", "z"})
    assert (takeovers.waits_for, takeovers.took_s[Deed.KILL]) == ({"y"}, [16.5])
    takeovers.look({"x": 116.5, "y": 90.0}, running={"x", "z"})
    assert (takeovers.waits_for, takeovers.late) == (set(), [])
    takeovers.strike(Deed.STOP, 2, now=200.0)
    takeovers.begins_now(Deed.DATABASE_KILL, now=210.0)
    takeovers.look({"z": 211.0 + PROMISED_S}, running={"z"})
    assert takeovers.late == ["broadcast z went on only 21.0 s after a kill of the database"]


def test_an_evening_follows_from_its_seed() -> None:
    """The same each time, and another one by another seed."""
    assert str(clustered(7)) == str(clustered(7)) != str(clustered(8))
