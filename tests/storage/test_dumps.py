"""A server's copies, made while a bot runs: its own, put back as the documents say, and files of SQLite's."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Table

from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.storage import copying
from bot.storage.backup import BackupError
from bot.storage.copying import Copied, copy_database, copy_of_server
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.revisions import known_revisions
from bot.storage.writer import Writer
from tests.storage.conftest import Store
from tests.storage.test_copying import found
from tests.storage.test_privacy import HERE, fill
from tests.support.postgres import EMPTY, Postgres
from tests.support.processes import ROOT

COPIES = (ROOT / "docs" / "scaling.md").read_text("utf-8").partition("## Copies")[2]
DUMP, RESTORE = re.findall(r"```sh\n(pg_.*?)```", COPIES, re.DOTALL)


@asynccontextmanager
async def bot(url: str) -> AsyncIterator[Store]:
    """One that runs, and has something of everything."""
    async with open_database(url, alone=True) as database, Writer(database) as writer:
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        journal, history = DatabaseJournal(writer, outbox), DatabaseHistory(database)
        store = Store(url, database, writer, outbox, journal, history)
        await fill(store, HERE)
        await store.past_broadcast(1)
        yield store


async def test_what_a_dump_has_comes_back(empty_postgres: Postgres, tmp_path: Path) -> None:
    """All of it, into a new database that a bot then opens as its own."""

    async def run(line: str, **urls: str) -> None:
        programs = {**os.environ, "PATH": f"{empty_postgres.programs}:{os.environ['PATH']}", **urls}
        process = await asyncio.create_subprocess_shell(line, cwd=tmp_path, env=programs)
        assert await process.wait() == 0, line

    new = empty_postgres.new_database()
    with empty_postgres.database(EMPTY) as url:
        async with bot(url) as running:
            await run(DUMP, DATABASE_URL=url)
            await running.past_broadcast(2)  # too late
        await run(RESTORE, NEW_DATABASE_URL=new)
        (then, _), (now, _) = await found(new), await found(url)
        assert [len(now[name]) - len(then[name]) for name in ("broadcasts", "streams")] == [1, 1]
        assert all(set(then[name]) <= set(now[name]) for name in then)
    async with open_database(new, alone=True) as database, Writer(database) as writer:
        await writer.prove()


async def test_a_copy_is_of_one_moment_and_leads_back(
    empty_postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored while it is made is not in it, not even in part; a server can be filled from it."""
    copy, new = tmp_path / "copy.sqlite3", empty_postgres.new_database(EMPTY)
    copied = copying._copy

    def written_between(table: Table, *connections: Any) -> Copied:
        if table.name == "streams":
            with psycopg.connect(url) as connection:
                connection.execute("DELETE FROM votes")
        return copied(table, *connections)

    with empty_postgres.database(EMPTY) as url:
        async with bot(url) as running:
            await running.writer.prove()
            before = await found(url)
            monkeypatch.setattr(copying, "_copy", written_between)
            contents = await copy_of_server(url, copy)
            assert contents.revision == known_revisions()[-1]
            with pytest.raises(BackupError, match="stays as it is"):
                await copy_of_server(url, copy)
            monkeypatch.undo()
            assert before[0]["votes"]
            assert (await found(url))[0]["votes"] == []
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["copy.sqlite3"]
    await copy_database(f"sqlite:///{copy}", new, None, lambda _: None)
    assert await found(new) == before
