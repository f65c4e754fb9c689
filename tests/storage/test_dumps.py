"""A server's own copies, made while a bot runs and put back as the documents say."""

import asyncio
import os
import re
from pathlib import Path

from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from tests.storage.conftest import Store
from tests.storage.test_copying import found
from tests.storage.test_privacy import HERE, fill
from tests.support.postgres import EMPTY, Postgres
from tests.support.processes import ROOT

COPIES = (ROOT / "docs" / "scaling.md").read_text("utf-8").partition("## Copies")[2]
DUMP, RESTORE = re.findall(r"```sh\n(.*?)```", COPIES, re.DOTALL)


async def test_what_a_dump_has_comes_back(empty_postgres: Postgres, tmp_path: Path) -> None:
    """All of it, into a new database that a bot then opens as its own."""

    async def run(line: str, **urls: str) -> None:
        programs = {**os.environ, "PATH": f"{empty_postgres.programs}:{os.environ['PATH']}", **urls}
        process = await asyncio.create_subprocess_shell(line, cwd=tmp_path, env=programs)
        assert await process.wait() == 0, line

    new = empty_postgres.new_database()
    with empty_postgres.database(EMPTY) as url:
        async with open_database(url, alone=True) as database, Writer(database) as writer:
            outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
            journal, history = DatabaseJournal(writer, outbox), DatabaseHistory(database)
            store = Store(url, database, writer, outbox, journal, history)
            await fill(store, HERE)
            await store.past_broadcast(1)
            await run(DUMP, DATABASE_URL=url)
            await store.past_broadcast(2)  # too late
        await run(RESTORE, NEW_DATABASE_URL=new)
        (then, _), (now, _) = await found(new), await found(url)
        assert [len(now[name]) - len(then[name]) for name in ("broadcasts", "streams")] == [1, 1]
        assert all(set(then[name]) <= set(now[name]) for name in then)
    async with open_database(new, alone=True) as database, Writer(database) as writer:
        await writer.prove()
