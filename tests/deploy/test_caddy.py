"""The proxy before a cluster's pages, as it is deployed."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.e2e.conftest import free_port
from tests.support.processes import ROOT
from tests.support.proxies import found_program, until_it_listens

CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")


@asynccontextmanager
async def pages(name: str, port: int) -> AsyncIterator[None]:
    """A process that is well, and says which one it is."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=name)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def proxy(ports: dict[str, int], directory: Path) -> AsyncIterator[str]:
    """The real one, by our rules; names lead to this machine."""
    port, rules = free_port(), re.sub(r"\b([\w-]+):8090", lambda it: f"127.0.0.1:{ports[it[1]]}", CADDYFILE)
    (directory / "Caddyfile").write_text("{\n\tadmin off\n}\n" + rules)
    own = {name: str(directory) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    process = await asyncio.create_subprocess_exec(
        *(found_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(directory / "Caddyfile")),
        env={**os.environ, **own, "PUBLIC_URL": f"http://127.0.0.1:{port}"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_bots_answer_while_the_pages_own_process_is_away(tmp_path: Path) -> None:
    """Which has all of them while it is there; nobody is told that there is nothing."""
    ports = {name: free_port() for name in ("web", "bot-1", "bot-2")}

    async def answered() -> str:
        async with http.get(f"{address}/watch/a") as answer:
            assert answer.status == 200
            return await answer.text()

    async with (
        pages("bot-2", ports["bot-2"]),
        proxy(ports, tmp_path) as address,
        aiohttp.ClientSession() as http,
    ):
        async with pages("web", ports["web"]):
            while await answered() != "web":  # it may have seen once that it is not there yet
                await asyncio.sleep(0.1)
            assert {await answered() for _ in range(5)} == {"web"}
        assert {await answered() for _ in range(5)} == {"bot-2"}
