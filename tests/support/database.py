"""An empty database, made once: to bring one to the newest schema takes half of a bot's start."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.storage.database import open_database
from bot.storage.search.filling import fill

PutDatabase = Callable[[Path], object]


@pytest.fixture(scope="session")
async def put_database(tmp_path_factory: pytest.TempPathFactory) -> PutDatabase:
    """Puts one where it is wanted, as an earlier run of this version left it."""
    made = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    async with open_database(f"sqlite:///{made}"):
        pass

    def put(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, path)

    return put


def entered_anew(path: Path) -> None:
    """Has what a test put into tables by itself numbered and searched, as the bot would have seen to it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for emptied in ("DELETE FROM texts", "DELETE FROM guild_numbers"):
            connection.exec_driver_sql(emptied)
        fill(connection)
    engine.dispose()
