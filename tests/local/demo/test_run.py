"""`python -m bot demo` as a process: ready, used, ended, killed, broken."""

import asyncio
import re
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.support.processes import Program, python_m_bot


@asynccontextmanager
async def demo_process(*arguments: str, directory: Path, **environment: str) -> AsyncIterator[Program]:
    """At a port that nobody has."""
    async with python_m_bot(
        "demo", "--port", "0", *arguments, cwd=directory, HOME=str(directory), **environment
    ) as process:
        yield process


async def test_ready_used_and_ended_by_ctrl_c(tmp_path: Path) -> None:
    """It says where the page is, and what is kept; no setting of a real bot reaches it; Ctrl-C ends it.

    Its bot is killed meanwhile by a button, and another one takes its place at once; the page is told of it.
    """
    (tmp_path / ".env").write_text(
        "DISCORD_TOKEN=wrong\nDATABASE_URL=sqlite:///real.sqlite3\nCHAT_PREFIX=$\n"
    )
    async with demo_process(directory=tmp_path, ODYSSEY_API_KEY="wrong") as process:
        url = await _ready_url(process)
        assert len(psutil.Process(process.pid).children(recursive=True)) == 2
        async with aiohttp.ClientSession() as http:
            async with http.get(url) as answer:
                assert answer.status == 200
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            bot = _bot_of(process)
            async with http.ws_connect(f"{url}live?as=robin", origin=url[:-1]) as tab:
                await _pull_the_plug(tab, bot)
        assert _bot_of(process).pid != bot.pid
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert (process.returncode, err) == (0, b"")
        assert out.decode() == "Nothing is kept when it ends; DATA=directory keeps it.\n"
        assert not any(child.is_running() for child in children)
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


async def _pull_the_plug(tab: aiohttp.ClientWebSocketResponse, bot: psutil.Process) -> None:
    welcome = await tab.receive_json()
    assert welcome["outage"] == {"phase": "in", "seconds": 0, "is_over": True}
    pull = {"ask": "process", "deed": "kill", "name": "", "channel": welcome["channels"][0]["id"]}
    await tab.send_json({"nonce": "1", **pull})
    await tab.send_json({"nonce": "2", **pull})
    told = [await tab.receive_json() for _ in range(4)]
    assert not await asyncio.to_thread(bot.is_running)
    assert {"type": "result", "nonce": "1"} in told
    assert {"type": "result", "nonce": "2", "failed": "The bot is not there just now."} in told
    outages = [each["outage"] for each in told if each["type"] == "outage"]
    assert [(each["phase"], each["is_over"]) for each in outages] == [("out", False), ("connected", True)]
    assert outages[1]["seconds"] > 0


def _bot_of(demo: Program) -> psutil.Process:
    children = psutil.Process(demo.pid).children(recursive=True)
    return next(child for child in children if child.cmdline()[-1] == "run")


async def test_a_taken_port(tmp_path: Path) -> None:
    """A port in use is one clear sentence and exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with demo_process("--port", str(port), directory=tmp_path) as process:
            out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert err.decode() == f"Port {port} is taken; choose another, as in: make demo PORT={port + 1}\n"


async def _ready_url(process: Program) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = (await process.stdout.readline()).decode()
    found = re.fullmatch(r"Demo ready: (http://127\.0\.0\.1:\d+/)\n", line)
    if found is None:
        _, err = await process.communicate()
        pytest.fail(f"the demo did not become ready: {line!r} {err.decode()}")
    return found[1]


async def test_a_directory_keeps_it_all(tmp_path: Path) -> None:
    """The next run has what was said and its database; meanwhile a second demo on it is refused.

    How long a stream of that run lasts, how many there are, and from what, can be chosen; the bot knows how
    many. When the bot dies, the demo says so in one sentence, ends the rest, and exits with 1.
    """
    data = tmp_path / "the data"
    async with demo_process("--data", str(data), directory=tmp_path) as process:
        url = await _ready_url(process)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{url}live?as=robin", origin=url[:-1]) as tab,
        ):
            welcome = await tab.receive_json()
            assert welcome["remembers"] is True
            lounge = next(c["id"] for c in welcome["channels"] if c["name"] == "lounge")
            await tab.send_json({"ask": "send", "nonce": "1", "channel": lounge, "content": "I was here"})
            await tab.receive_json()
            async with demo_process("--data", str(data), directory=tmp_path) as second:
                out, err = await second.communicate()
                assert (second.returncode, out) == (1, b"")
                assert err.decode() == f"Another demo uses {data}; end it, or choose another directory.\n"
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert (process.returncode, out.decode(), err) == (0, f"All is kept in {data}.\n", b"")
    plan = ("--stream-limit-s", "20", "--concurrent-streams", "1", "--no-image-to-video", "--small")
    async with demo_process(
        "--data", str(data), *plan, directory=tmp_path, CONCURRENT_STREAMS="7"
    ) as process:
        url = await _ready_url(process)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{url}live?as=sasha", origin=url[:-1]) as tab,
        ):
            said = (await tab.receive_json())["messages"][lounge]
            assert [message["content"] for message in said] == ["I was here"]
        await _is_planned_until_its_bot_dies(process)


async def _is_planned_until_its_bot_dies(demo: Program) -> None:
    children, bot = psutil.Process(demo.pid).children(recursive=True), _bot_of(demo)
    (standin,) = (child for child in children if child != bot)
    assert bot.environ()["CONCURRENT_STREAMS"] == "1"
    asked = standin.cmdline()
    bot.kill()
    _, err = await demo.communicate()
    assert demo.returncode == 1
    assert err.decode() == "The bot ended by itself (exit status -9), so the demo ends.\n"
    assert not any(child.is_running() for child in children)
    assert {"--no-image-to-video", "--small"} <= set(asked)
    assert asked[asked.index("--stream-limit-s") + 1] == "20.0"
    assert asked[asked.index("--concurrent-streams") + 1] == "1"


async def test_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    """A file in its place, and a database of a newer bot: a sentence and exit status 1."""
    (tmp_path / "file").write_text("mine")
    async with demo_process("--data", str(tmp_path / "file"), directory=tmp_path) as process:
        out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert err.decode() == f"{tmp_path / 'file'} is no directory; choose another with DATA=.\n"
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    async with demo_process("--data", str(tmp_path), directory=tmp_path) as process:
        out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert "newer" in err.decode()
    assert "Traceback" not in err.decode()
