"""In the bot's process: it kills itself at the n-th point of a kind. Nothing of the bot knows of it."""

import _sqlite3
import asyncio
import ctypes
import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from aiortc import RTCDataChannel
from sqlalchemy.engine.default import DefaultDialect

from bot.process.memory import tidy
from tests.chaos.points import Point, When, place_in_discord, place_in_odyssey, place_on_channel

PASSED = Path("passed")
"""In the bot's directory: the points that its processes have passed, a line each, the last one's kill too."""
HOLDS = Path("holds")
"""What it holds, tidied up, whenever it is told SIGUSR2: `tasks`, and `sqlite_kb` in memory. JSON."""
_ON_THE_WIRE_S = 0.005
"""After which a message that was given to the data channel has left."""
_API = "/api/v10"


def kill_at(wanted: Point | None, *, is_armed: bool) -> None:
    """This process kills itself when it comes to that point, counted from now or from a SIGUSR1."""
    counts = Counter[tuple[str, When]]()
    signal.signal(signal.SIGUSR1, lambda *_: arm())
    signal.signal(signal.SIGUSR2, lambda *_: _write_what_it_holds())

    def arm() -> None:
        nonlocal is_armed
        is_armed = True
        counts.clear()

    passed = os.open(PASSED if wanted else os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def at(place: str | None, when: When, *, later_s: float = 0.0) -> None:
        if place is None:
            return
        counts[place, when] += 1
        here = Point(place, when, counts[place, when])
        os.write(passed, f"{here}\n".encode())
        if here != wanted or not is_armed:
            return
        if later_s:
            asyncio.get_running_loop().call_later(later_s, _die)
        else:
            _die()

    _hook_commits(at)
    _hook_discord(at)
    _hook_sockets(at)
    _hook_odyssey(at)
    _hook_channels(at)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _write_what_it_holds() -> None:
    tidy()  # as it does itself soon after it has come to rest
    beside = HOLDS.with_suffix(".new")
    sqlite = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
    sqlite.restype = ctypes.c_int64
    beside.write_text(json.dumps({"tasks": len(asyncio.all_tasks()), "sqlite_kb": sqlite() // 1024}))
    beside.replace(HOLDS)


def _hook_commits(at: Any) -> None:
    commit = DefaultDialect.do_commit

    def commit_between(self: DefaultDialect, connection: Any) -> None:
        at("commit", When.BEFORE)
        commit(self, connection)  # type: ignore[no-untyped-call]
        at("commit", When.AFTER)

    DefaultDialect.do_commit = commit_between  # type: ignore[method-assign]


def _hook_discord(at: Any) -> None:
    request = aiohttp.ClientSession._request

    async def request_between(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> Any:
        _, _, path = str(url).partition(_API)
        place = place_in_discord(method, path.partition("?")[0]) if path else None
        at(place, When.BEFORE)
        answer = await request(self, method, url, **more)
        at(place, When.AFTER)
        return answer

    aiohttp.ClientSession._request = request_between  # type: ignore[method-assign, assignment]


def _hook_sockets(at: Any) -> None:
    send = aiohttp.ClientWebSocketResponse.send_str

    async def send_between(self: aiohttp.ClientWebSocketResponse, data: str, *more: Any) -> None:
        place = "signal" if data.startswith('{"type"') else "gateway"
        at(place, When.BEFORE)
        await send(self, data, *more)
        at(place, When.AFTER)

    aiohttp.ClientWebSocketResponse.send_str = send_between  # type: ignore[method-assign, assignment]


def _hook_odyssey(at: Any) -> None:
    send = httpx.AsyncClient.send

    async def send_between(self: httpx.AsyncClient, asked: httpx.Request, **more: Any) -> httpx.Response:
        place = place_in_odyssey(asked.url.path)
        at(place, When.BEFORE)
        answer = await send(self, asked, **more)
        at(place, When.AFTER)
        return answer

    httpx.AsyncClient.send = send_between  # type: ignore[method-assign, assignment]


def _hook_channels(at: Any) -> None:
    send = RTCDataChannel.send

    def send_between(self: RTCDataChannel, data: str | bytes) -> None:
        place = place_on_channel(data) if isinstance(data, str) else None
        at(place, When.BEFORE)
        send(self, data)
        at(place, When.AFTER, later_s=_ON_THE_WIRE_S)

    RTCDataChannel.send = send_between  # type: ignore[method-assign]
