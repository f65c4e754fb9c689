"""Connections to a server, by psycopg."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import StrDumper

from bot.storage.address import Server
from bot.storage.schema import storable

Raw = psycopg.Connection[tuple[Any, ...]]

_USUAL = {
    "connect_timeout": 5,
    # Of a server that went without a word, the network tells after so long.
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_OF_SEVERAL = {"target_session_attrs": "primary"}
"""Where a URL names several hosts: who waits to take the place of another stores nothing."""
_RULES = (
    "SET lock_timeout = '5s'",
    "SET idle_in_transaction_session_timeout = '5min'",
    "SET TIME ZONE 'UTC'",
)


class _StorableDumper(StrDumper):
    """Whatever is asked for or stored, there is no text that a server cannot take: see `storable`."""

    def dump(self, obj: str) -> Any:
        return super().dump(storable(obj))


def connected(server: Server, *, statement_s: float | None = None, autocommit: bool = False) -> Raw:
    """A connection by our rules. A statement that takes longer than `statement_s` is ended.

    Raises `psycopg.Error`, in which there is no password.
    """
    connection = psycopg.connect(server.url, **_options(server), autocommit=True)
    with closed_if_it_fails(connection):
        connection.adapters.register_dumper(str, _StorableDumper)
        for rule in _RULES:
            connection.execute(rule)
        if statement_s is not None:
            connection.execute(f"SET statement_timeout = {round(statement_s * 1000)}")
        connection.autocommit = autocommit
    return connection


async def listening(server: Server) -> psycopg.AsyncConnection[Any]:
    """A connection of the loop's, for who only hears what others say. Raises as `connected` does."""
    return await psycopg.AsyncConnection.connect(server.url, **_options(server), autocommit=True)


@contextmanager
def closed_if_it_fails(connection: Raw) -> Iterator[None]:
    """A connection that cannot be made ready is not left open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _options(server: Server) -> dict[str, Any]:
    """Beside its URL, which has the last word on what is usual. Raises `psycopg.OperationalError`."""
    given = _given(server.url)
    if given is None:  # what libpq says of it quotes it
        raise psycopg.OperationalError(
            "its URL cannot be read: check what has to be written as %XX, and its options"
        )
    rules = _USUAL | (_OF_SEVERAL if "," in f"{given.get('host')}{given.get('hostaddr')}" else {})
    usual = {name: value for name, value in rules.items() if name not in given}
    return usual | {"application_name": own_name(), "client_encoding": "utf8"}


def _given(url: str) -> dict[str, Any] | None:
    """What a URL says; None if it cannot be read."""
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error:
        return None


def own_name() -> str:
    """By which a server lists this process's connections, and others see whose they are."""
    return f"odyssey bot {os.getpid()} {socket.gethostname()}"[:63]


def hang_up(connection: Raw) -> None:
    """Who waits for an answer on it, in another thread, is told at once that there is none."""
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as its_socket:
            its_socket.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        pass  # it is closed
