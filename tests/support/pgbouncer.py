"""A real pgbouncer before a real PostgreSQL. Without the program tests are skipped with one sentence, or fail
where REQUIRE_PROXIES=1."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.e2e.conftest import free_port
from tests.support.proxies import found_program, until_it_listens

_RULES = """[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
"""


@asynccontextmanager
async def pooled(url: str, mode: str, directory: Path) -> AsyncIterator[str]:
    """The URL of the same database through a pooler in this mode."""
    path = found_program("pgbouncer")
    parts, port = urlsplit(url), free_port()
    socket = parse_qs(parts.query)["host"][0]
    rules = directory / "pgbouncer.ini"
    rules.write_text(_RULES.format(socket=socket, port=port, mode=mode))
    # It runs as no administrator: as who may reach the server's socket.
    as_user = ("setpriv", f"--reuid={Path(socket).stat().st_uid}", "--clear-groups")
    with rules.open("rb") as given:
        process = await asyncio.create_subprocess_exec(
            *(() if os.geteuid() else as_user),
            path,
            "/dev/stdin",
            stdin=given,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await until_it_listens(process, port)
            yield f"postgresql://postgres@127.0.0.1:{port}{parts.path}"
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
