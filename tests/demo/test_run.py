"""`python -m bot demo` as a process: ready, used, ended, killed, broken."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def demo_process(
    *arguments: str, directory: Path = ROOT, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_ready_used_and_ended_by_ctrl_c(tmp_path: Path) -> None:
    """One line names the page; no `.env` or setting of a real bot reaches the demo; Ctrl-C ends it all."""
    (tmp_path / ".env").write_text(
        "DISCORD_TOKEN=wrong\nDATABASE_URL=sqlite:///real.sqlite3\nCHAT_PREFIX=$\n"
    )
    async with demo_process("--port", "0", directory=tmp_path, ODYSSEY_API_KEY="wrong") as process:
        url = await _ready_url(process)
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 2
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert answer.status == 200
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")
        assert not any(child.is_running() for child in children)
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


async def test_nothing_is_left_when_the_demo_is_killed() -> None:
    """SIGKILL of the demo also ends its children."""
    async with demo_process("--port", "0") as process:
        await _ready_url(process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, timeout=15)
        assert alive == []


async def test_a_part_that_ends_by_itself() -> None:
    """When the bot dies, the demo says so in one sentence, ends the rest, and exits with 1."""
    async with demo_process("--port", "0") as process:
        await _ready_url(process)
        children = psutil.Process(process.pid).children(recursive=True)
        bot = next(child for child in children if child.cmdline()[-1] == "run")
        bot.kill()
        _, err = await process.communicate()
        assert process.returncode == 1
        assert err.decode() == "The bot ended by itself (exit status -9), so the demo ends.\n"
        assert not any(child.is_running() for child in children)


async def test_a_taken_port() -> None:
    """A port in use is one clear sentence and exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with demo_process("--port", str(port)) as process:
            out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert err.decode() == f"Port {port} is taken; choose another, as in: make demo PORT={port + 1}\n"


async def _ready_url(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = (await process.stdout.readline()).decode()
    found = re.fullmatch(r"Demo ready: (http://127\.0\.0\.1:\d+/)\n", line)
    if found is None:
        _, err = await process.communicate()
        pytest.fail(f"the demo did not become ready: {line!r} {err.decode()}")
    return found[1]
