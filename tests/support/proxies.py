"""Real reverse proxies for tests, run by the examples of docs/proxies.md.

Nothing is installed by the tests: without the programs they are skipped with one sentence, or fail when the
environment says REQUIRE_PROXIES=1 (as in continuous integration).
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import free_port

DOCUMENT = Path(__file__).parents[2] / "docs" / "proxies.md"
THE_BOT = "127.0.0.1:8090"
PATIENCE_S = 20.0
FENCES = {"nginx": "nginx", "caddy": "caddyfile"}

_NGINX = """daemon off;
master_process off;
pid {directory}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{examples}
}}
"""
_CADDY = "{{\n\tadmin off\n}}\n{examples}\n"


@dataclass(frozen=True)
class Front:
    """Where an example leads to the bot: its own address, and the path under which the bot is."""

    origin: str
    path: str


@asynccontextmanager
async def running(program: str, bot_port: int, directory: Path) -> AsyncIterator[list[Front]]:
    """A proxy with all of its examples at once; each on a port of its own, without names and certificates."""
    path = found_program(program)
    fronts, examples = [], []
    for example in re.findall(rf"```{FENCES[program]}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL):
        assert THE_BOT in example
        port = free_port()
        own = re.sub(r"^\S+ \{$", f"http://127.0.0.1:{port} {{", example, count=1, flags=re.MULTILINE)
        own = re.sub(r"^\s*(?:ssl_certificate|server_name).*\n", "", own, flags=re.MULTILINE)
        own = own.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
        if program == "nginx":
            own = own.replace(f"http://127.0.0.1:{port} {{", "server {")
        examples.append(own.replace(THE_BOT, f"127.0.0.1:{bot_port}"))
        fronts.append(Front(f"http://127.0.0.1:{port}", "/odyssey" if "/odyssey/" in example else ""))
    config = directory / f"{program}.conf"
    if program == "nginx":
        config.write_text(_NGINX.format(directory=directory, examples="\n".join(examples)))
        command = [path, "-c", str(config)]
    else:
        config.write_text(_CADDY.format(examples="\n".join(examples)))
        command = [path, "run", "--adapter", "caddyfile", "--config", str(config)]
    at_home = {name: str(directory) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **at_home}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        for front in fronts:
            await until_it_listens(process, int(front.origin.rpartition(":")[2]))
        yield fronts
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def found_program(name: str) -> str:
    """Where it is. Without it the test is skipped, or fails."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        sentence = f"no {name} was found on this machine (Debian: apt-get install {name})"
        if os.environ.get("REQUIRE_PROXIES") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


async def until_it_listens(process: asyncio.subprocess.Process, port: int) -> None:
    """Returns when somebody answers there; fails the test when the process is over instead."""
    async with asyncio.timeout(PATIENCE_S):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
    pytest.fail("the proxy ended at once: do its rules make sense?")
