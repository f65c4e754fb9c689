"""Revisions are known without alembic."""

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.storage.revisions import MIGRATIONS, known_revisions
from tests.support.database import PutDatabase

ROOT = Path(__file__).parents[2]


def test_the_files_names_say_what_alembic_finds_in_them() -> None:
    """One after the other, none beside another."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    scripts = ScriptDirectory.from_config(config)
    assert known_revisions() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert scripts.get_heads() == known_revisions()[-1:]


def test_a_start_that_has_nothing_to_migrate_loads_no_alembic(
    tmp_path: Path, put_database: PutDatabase
) -> None:
    """It would take a tenth of a second of each start."""
    put_database(tmp_path / "made.sqlite3")
    program = f"""
import asyncio, sys
import bot.app.wiring
from bot.storage.database import open_database
async def opened(name):
    async with open_database(f"sqlite:///{tmp_path}/{{name}}.sqlite3", alone=True):
        return "alembic" in sys.modules
print(*[asyncio.run(opened(name)) for name in ("made", "new")])
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert told.stdout.split() == ["False", "True"]
