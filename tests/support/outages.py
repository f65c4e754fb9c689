"""Ways in which a PostgreSQL server of a test's own is away for a while."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import parse_qs, quote, urlsplit

from tests.support.postgres import Postgres

Outage = Callable[[Postgres], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def stopped(server: Postgres) -> AsyncIterator[None]:
    await asyncio.to_thread(server.stop)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def killed(server: Postgres) -> AsyncIterator[None]:
    await asyncio.to_thread(server.kill)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def frozen(server: Postgres) -> AsyncIterator[None]:
    processes = server.processes()
    for each in processes:
        each.send_signal(signal.SIGSTOP)
    yield
    for each in processes:
        each.send_signal(signal.SIGCONT)


@asynccontextmanager
async def read_only(server: Postgres) -> AsyncIterator[None]:
    """As services have it whose disk is nearly full."""

    def rule(value: str) -> None:
        server.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        server.execute("SELECT pg_reload_conf()")
        while server.ask("SHOW default_transaction_read_only") != value:  # then it holds for all others, too
            time.sleep(0.01)

    await asyncio.to_thread(rule, "on")
    yield
    await asyncio.to_thread(rule, "off")


def of_both(first: Postgres, second: Postgres, url: str) -> str:
    """The URL of the same database at two servers."""
    sockets = [parse_qs(urlsplit(each.url()).query)["host"][0] for each in (first, second)]
    return f"postgresql://postgres@{urlsplit(url).path}?host={quote(','.join(sockets), safe='')}"
