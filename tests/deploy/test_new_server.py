"""What a new PostgreSQL is told first."""

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

from bot.storage.database import open_database
from tests.support.postgres import Postgres, postgres
from tests.support.processes import ROOT

__all__ = ["postgres"]


async def test_the_bot_is_no_administrator_and_has_its_database(postgres: Postgres) -> None:
    """It makes its tables there, whatever its password is."""
    socket = parse_qs(urlsplit(postgres.url()).query)["host"][0]
    given = {"PATH": f"{postgres.programs}:{os.environ['PATH']}", "PGHOST": socket, "PGUSER": "postgres"}
    script = ROOT / "deploy" / "postgres" / "odyssey.sh"
    process = await asyncio.create_subprocess_exec(script, env={**given, "ODYSSEY_PASSWORD": "it's $(a) \\"})
    assert await process.wait() == 0
    try:
        url = postgres.url("odyssey").replace("postgres@", "odyssey@")
        async with open_database(url, alone=True):
            pass
        assert postgres.ask("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = 'odyssey'") is False
        assert (
            postgres.ask("SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'odyssey'") is True
        )
    finally:
        postgres.execute("DROP DATABASE IF EXISTS odyssey WITH (FORCE)")
        postgres.execute("DROP ROLE IF EXISTS odyssey")
