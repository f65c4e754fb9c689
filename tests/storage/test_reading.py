"""Reads whose callers do not wait for them."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory


async def test_a_cancelled_read_leaves_its_connection_as_it_was(tmp_path: Path) -> None:
    """Whenever it is cancelled, and twice too: no connection is thrown away, no thread is new."""
    async with open_database(f"sqlite:///{tmp_path / 'odyssey.sqlite3'}") as engine:
        history, threads = DatabaseHistory(engine), set(threading.enumerate())
        for turns in range(60):
            reads = [asyncio.create_task(history.channels(1)) for _ in range(4)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for _ in range(2):
                for read in reads:
                    read.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(*reads, return_exceptions=True)
        assert await history.channels(1) == []
        assert set(threading.enumerate()) == threads
