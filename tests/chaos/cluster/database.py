"""The cluster's database, read beside the bots, with a trigger in it that notes who writes what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.chaos.stored import NEWEST, Stored

_AUDIT = """
    CREATE TABLE chaos_writes (
        at timestamptz NOT NULL, application text, what text, broadcast text, owner text, owner_name text,
        fence bigint
    );
    CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE written jsonb := to_jsonb(NEW);
    BEGIN
        INSERT INTO chaos_writes
        SELECT clock_timestamp(), current_setting('application_name'), TG_TABLE_NAME, its.id, leases.owner,
            members.name, leases.fence
        FROM (SELECT coalesce(written->>'broadcast_id', written->>'id') AS id) its
            JOIN leases ON leases.name = 'broadcast:' || its.id
            LEFT JOIN members ON members.id = leases.owner
        WHERE leases.owner <> '';
        RETURN NULL;
    END $$;
"""
_TRIGGER = (
    "CREATE TRIGGER chaos AFTER INSERT OR UPDATE ON {} FOR EACH ROW WHEN ({}) EXECUTE FUNCTION chaos_note()"
)
_WATCHED = {
    "broadcasts": "true",
    "streams": "true",
    "suggestions": "NEW.broadcast_id IS NOT NULL",
}


def set_up(url: str, settings: Mapping[int, Mapping[str, Any]]) -> None:
    """Servers' settings, as an earlier run stored them; from now on all writes are noted."""
    with _asked(url) as connection:
        connection.execute(_AUDIT)
        for table, when in _WATCHED.items():
            connection.execute(_TRIGGER.format(table, when))
        for guild_id, each in settings.items():
            connection.execute(
                "INSERT INTO guild_settings (guild_id, settings, changed_at) VALUES (%s, %s, now())",
                (guild_id, json.dumps(each)),
            )


def stored(url: str) -> Stored:
    """What is in it now."""
    with _asked(url) as connection:
        return Stored(*(_rows(connection, table) for table in ("broadcasts", "streams", "suggestions")))


def shows(url: str) -> Stored:
    """The same without what was suggested."""
    with _asked(url) as connection:
        return Stored(_rows(connection, "broadcasts"), _rows(connection, "streams"), [])


def owners(url: str) -> dict[str, int]:
    """Whose each lease is that holds: the number of a process, by the name of the lease."""
    with _asked(url) as connection:
        held = connection.execute(
            "SELECT leases.name AS lease, members.name FROM leases JOIN members ON members.id = owner "
            "WHERE leases.until > timezone('UTC', clock_timestamp())"
        ).fetchall()
    return {each["lease"]: process_in(each["name"]) for each in held}


def intruders(url: str) -> Iterator[str]:
    """Each write of a broadcast that came from a process that did not own it."""
    with _asked(url) as connection:
        noted = connection.execute(
            "SELECT DISTINCT application, what, broadcast, owner, owner_name, fence FROM chaos_writes"
        ).fetchall()
    for each in noted:
        writer, of = process_in(each["application"]), f"{each['what']} of {each['broadcast']}"
        if each["owner_name"] and writer != process_in(each["owner_name"]):
            yield f"process {writer} wrote {of}, which {each['owner_name']} owned (fence {each['fence']})"
    applications: dict[str, set[int]] = {}
    for each in noted:
        applications.setdefault(each["owner"], set()).add(process_in(each["application"]))
    for owner, processes in applications.items():
        if len(processes) > 1:
            yield f"processes {sorted(processes)} wrote under the leases of one owner, {owner}"


def process_in(name: str) -> int:
    """The process in what a bot is called: "odyssey bot PID HOST", or "HOST:PID"."""
    found = re.search(r"(?<=bot )\d+|(?<=:)\d+", name) or re.search(r"\d+", name)
    return int(found[0]) if found else 0


@contextmanager
def _asked(url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=2) as connection:
        yield connection


def _rows(connection: psycopg.Connection[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    order = {"suggestions": "suggested_at", "streams": "intended_at", "broadcasts": "requested_at"}[table]
    newest = f"SELECT * FROM {table} ORDER BY {order} DESC LIMIT {NEWEST * 10}"
    rows = connection.execute(newest).fetchall()[::-1]
    return [{name: _as_a_file_has_it(value) for name, value in row.items()} for row in rows]


def _as_a_file_has_it(value: Any) -> Any:
    """SQLite has dates as texts."""
    return value.isoformat(" ") if isinstance(value, datetime) else value
