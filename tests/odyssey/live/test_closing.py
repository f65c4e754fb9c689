"""A connection that has ended is freed, without the garbage collector."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCPeerConnection

from bot.odyssey.live import closing
from tests.odyssey.live.test_loss import LOSSES
from tests.odyssey.live.whep import Broadcast
from tests.odyssey.service import Service, Streamer

ROOT = Path(__file__).parents[3]
WAYS = {lose.__name__: lose for lose, _ in LOSSES}
FEW = 70
"""What asyncio's sockets and OpenSSL's contexts leave by themselves, and aiohttp of a websocket that was cut
off."""


class Leaving(Streamer):
    """Goes away as a prompt says."""

    async def on_message(self, message: dict[str, Any]) -> None:
        """A prompt that is the name of a loss is not answered."""
        if message["type"] == "update" and message["prompt"] in WAYS:
            await WAYS[message["prompt"]](self)
        else:
            await super().on_message(message)


async def test_nothing_is_left(broadcast: Broadcast) -> None:
    """However a connection ends, nothing of the client's and of its libraries' is in a circle afterwards."""
    ways = ["disconnect", "watch", *WAYS]
    async with Service(Leaving).running() as service:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.odyssey.live.leftovers"),
            *(service.url, broadcast.url, *ways),
            cwd=ROOT,
            stdout=PIPE,
            stderr=PIPE,
        )
        printed, complaints = await process.communicate()
    assert not complaints, "what was begun went on, and failed"
    left = Counter[str](json.loads(printed))
    ours = ("bot.", "tests.", "__main__.", "aiortc.", "aioice.", "pyee.", "httpx.", "httpcore.", "pylibsrtp.")
    assert not [name for name in left if name.startswith(ours)], left
    assert left.total() <= FEW * len(ways), left


async def test_who_closes_itself_slowly_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiortc closes when the other side does: not waiting for that any longer takes nothing away from it."""
    monkeypatch.setattr(closing, "CLOSING_ITSELF_S", 0.01)
    pc, may_stop = RTCPeerConnection(), asyncio.Event()
    transceiver = pc.addTransceiver("video", direction="recvonly")
    monkeypatch.setattr(transceiver, "stop", may_stop.wait)
    by_itself = asyncio.create_task(pc.close())
    await asyncio.sleep(0)
    await closing.close_peer_connection(pc)
    may_stop.set()
    await by_itself
