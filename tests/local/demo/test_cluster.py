"""Parts of the cluster's demo: what stands before the bots, a bot's lives, and the database."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path

import aiohttp
import psutil
import psycopg
import pytest
from aiohttp import web

from bot.local.demo.children import Child, child
from bot.local.demo.cluster.front import Front
from bot.local.demo.cluster.member import Life, Member
from tests.e2e.conftest import free_port
from tests.support.postgres import server_directory

OBEDIENT = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); print(1, flush=True)"


@asynccontextmanager
async def page(name: str, port: int) -> AsyncIterator[str]:
    """A bot's pages: each says whose it is, and what it was asked; `/live` goes on until it is gone."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path != "/live":
            said = f"{name} {request.method} {request.raw_path} {await request.text()} {request.host}"
            return web.Response(text=said, headers={"X-Own": name})
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(600)
        if request.transport:
            request.transport.abort()
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_what_stands_before_the_bots_asks_the_next_one() -> None:
    """A link stays with one bot while that answers; then another answers, and what was open breaks off."""
    ports = [free_port(), free_port()]
    origins = [f"http://127.0.0.1:{port}" for port in ports]
    front = free_port()
    async with (
        Front(lambda: origins).serve(front),
        aiohttp.ClientSession(f"http://127.0.0.1:{front}") as http,
        page("two", ports[1]),
    ):
        async with page("one", ports[0]):
            async with http.post("/watch/a%2Fb?c=d", data="e") as answer:
                assert answer.headers["X-Own"] in ("one", "two")
                assert f" POST /watch/a%2Fb?c=d e 127.0.0.1:{front}" in await answer.text()
            told = {await _owner(http, link := f"/watch/{number}"): link for number in range(20)}
            assert told.keys() == {"one", "two"}
            link = told["one"]
            assert {await _owner(http, f"{link}/{part}") for part in range(9)} == {"one"}
        assert await _owner(http, link) == "two"
        origins.pop()
        async with http.get("/") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


async def test_what_is_open_breaks_off_with_its_bot() -> None:
    """As it would without anything in between: the page comes back by itself."""
    port, front = free_port(), free_port()
    async with (
        Front(lambda: [f"http://127.0.0.1:{port}"]).serve(front),
        aiohttp.ClientSession(f"http://127.0.0.1:{front}") as http,
    ):
        async with page("one", port):
            events = await http.get("/live")
            assert await events.content.readany() == b"data: 1\n\n"
        with pytest.raises(aiohttp.ClientError):
            await events.content.read()
        events.close()


async def _owner(http: aiohttp.ClientSession, path: str) -> str:
    async with http.get(path) as answer:
        return answer.headers["X-Own"]


@asynccontextmanager
async def obedient() -> AsyncIterator[Child]:
    """A process that ends when it is told so."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"{OBEDIENT}; signal.pause()", stdout=asyncio.subprocess.PIPE
    )
    started = Child("it", process)
    assert await started.first_line() == "1"
    try:
        yield started
    finally:
        await started.end(grace_s=5)


async def test_a_bot_has_lives() -> None:
    """It is killed, told to stop, and started again; each is possible only when it makes sense."""
    lives: list[Life] = []
    member = Member("Bot", "", obedient, partial(asyncio.sleep, 0), lambda each: lives.append(each.life))
    living = asyncio.create_task(member.live())

    async def until(life: Life) -> None:
        async with asyncio.timeout(30):
            while member.life is not life or (member.pid is None) is member.is_there:
                await asyncio.sleep(0.01)

    await until(Life.RUNNING)
    assert not member.begin()
    first = member.pid
    assert member.kill()
    assert not member.stop()
    await until(Life.KILLED)
    assert member.begin()
    await until(Life.RUNNING)
    assert member.pid != first
    assert member.stop()
    assert not member.stop()
    await until(Life.STOPPED)
    assert not member.kill()
    assert member.begin()
    await until(Life.RUNNING)
    psutil.Process(member.pid).kill()  # by nobody here
    await until(Life.FAILED)
    assert not member.failed.done()
    assert {*lives} == {*Life}
    living.cancel()
    with suppress(asyncio.CancelledError):
        await living


async def test_the_database_ends_with_who_started_it() -> None:
    """It says where it is, and goes when its standard input ends, as with a parent that was killed."""
    with server_directory() as directory:
        started = partial(child, "PostgreSQL", [str(directory)], module="bot.local.demo.cluster.postgres")
        async with started(environment={}, directory=Path("/"), grace_s=20) as process:
            url = await process.first_line()
            with closing(psycopg.connect(url)) as connection:
                assert connection.execute("SELECT 1").fetchall() == [(1,)]
            assert (directory / "postmaster.pid").exists()
            assert process._process.stdin
            process._process.stdin.close()
            assert await process.ended() == 0
        assert not (directory / "postmaster.pid").exists()
