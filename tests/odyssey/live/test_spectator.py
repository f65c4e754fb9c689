"""Watching a broadcast by WHEP."""

from __future__ import annotations

import asyncio
import random
import re
import threading
from collections.abc import Callable

import pytest
from aiohttp import web

from bot.odyssey import (
    OdysseyAuthError,
    OdysseyConnectionError,
    OdysseyError,
    Timeouts,
    VideoFrame,
    connect_to_stream,
)
from tests.odyssey.live.whep import Broadcast
from tests.odyssey.origin import serving, told
from tests.odyssey.service import PATIENCE_S
from tests.odyssey.wire.test_descriptions import mutated
from tests.odyssey.wire.test_odd_offers import EDITS


async def test_watching(broadcast: Broadcast) -> None:
    """Frames come; leaving deletes the session, tells `on_disconnected` once and leaves no thread of ours."""
    frames: list[VideoFrame] = []
    ended: list[bool] = []
    async with await connect_to_stream(
        broadcast.url, "spectator-secret", frames.append, lambda: ended.append(True)
    ) as watching:
        assert watching.is_connected
        async with asyncio.timeout(PATIENCE_S):
            while len(frames) < 5:
                await asyncio.sleep(0.01)
        latest = await watching.latest_frame()
        assert latest is not None
        assert latest.data.shape == (96, 160, 3)
        assert "secret" not in repr(watching)
    assert broadcast.left.is_set()
    assert ended == [True]
    await watching.disconnect()
    assert ended == [True]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("odyssey")]
    [offer] = broadcast.offers
    assert offer.count("a=recvonly") == 2
    assert "127.0.0.1" in offer


async def test_refusals(broadcast: Broadcast) -> None:
    """A bad token, a broadcast that is not there, and nonsense in answer are told apart."""
    with pytest.raises(OdysseyAuthError) as refused:
        await connect_to_stream(broadcast.url, "wrong")
    assert refused.value.status == 401
    with pytest.raises(OdysseyError) as missing:
        await connect_to_stream(broadcast.url + "/other", "spectator-secret")
    assert missing.value.code == "not_found"
    broadcast.answer = web.Response(status=201, text="nonsense")
    with pytest.raises(OdysseyConnectionError):
        await connect_to_stream(broadcast.url, "spectator-secret", timeouts=Timeouts(connect_s=0.5))
    with pytest.raises(OdysseyConnectionError):
        await connect_to_stream("http://127.0.0.1:9/live", "spectator-secret")
    with pytest.raises(OdysseyConnectionError):
        await connect_to_stream("nonsense", "spectator-secret")


async def test_the_broadcast_ends(broadcast: Broadcast) -> None:
    """When the service closes the peer connection, `on_disconnected` is told, once."""
    ended = asyncio.Event()
    watching = await connect_to_stream(broadcast.url, "spectator-secret", on_disconnected=ended.set)
    async with asyncio.timeout(PATIENCE_S):
        while watching.video_stats.received == 0:
            await asyncio.sleep(0.01)
        await broadcast.peers[0].close()
        await ended.wait()
    assert not watching.is_connected
    await watching.disconnect()


async def test_cancelled_while_joining(broadcast: Broadcast) -> None:
    """Wherever it is cancelled, nothing is left open."""
    for steps in range(1, 60, 3):
        joining = asyncio.create_task(connect_to_stream(broadcast.url, "spectator-secret"))
        for _ in range(steps):
            await asyncio.sleep(0)
        if joining.cancel():
            with pytest.raises(asyncio.CancelledError):
                await joining
        else:
            await (await joining).disconnect()
        assert [task for task in asyncio.all_tasks() if task.get_name().startswith("odyssey-")] == []


def section(kind: str, replacement: str, *, bundled: str | None = "0") -> Callable[[str], str]:
    """Puts another section in place of one of the answer's, which then leads no bundle."""

    def edit(sdp: str) -> str:
        group = f"a=group:BUNDLE {bundled}\r\n" if bundled else ""
        other = replacement.replace("\n", "\r\n")
        sdp = re.sub(r"a=group:BUNDLE.*\r\n", group, sdp)
        return re.sub(rf"(?ms)^m={kind} .*?(?=^m=|\Z)", other, sdp)

    return edit


PION_REFUSAL = "m=audio 0 UDP/TLS/RTP/SAVPF 0\nc=IN IP4 0.0.0.0\na=inactive\na=mid:1\n"
AAC = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 97\na=mid:1\na=sendonly\na=rtcp-mux\na=setup:active\n"
    "a=rtpmap:97 MPEG4-GENERIC/48000/2\n"
)
ANSWERS = {
    "refused audio": section("audio", PION_REFUSAL),
    "refused audio, no bundle": section("audio", PION_REFUSAL, bundled=None),
    "refused audio in the bundle": section("audio", PION_REFUSAL, bundled="0 1"),
    "refused in three words": section("audio", "m=audio 0 RTP/AVP\n"),
    "no audio at all": section("audio", ""),
    "audio that nobody decodes": section("audio", AAC, bundled="0 1"),
    "audio without RTCP mux": lambda sdp: sdp.replace("a=rtcp-mux\r\n", ""),
    **EDITS,
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_answers_as_servers_write_them(
    broadcast: Broadcast, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser plays them, and so do we: sections refused or odd, candidates that are malformed or hidden,
    and H.264 in other words."""

    async def impossible() -> None:
        raise OSError("there is no multicast here")

    monkeypatch.setattr("aioice.mdns.create_mdns_protocol", impossible)
    broadcast.edit = ANSWERS[kind]
    frames: list[VideoFrame] = []
    async with await connect_to_stream(broadcast.url, "spectator-secret", frames.append) as watching:
        async with asyncio.timeout(PATIENCE_S):
            while not frames:
                await asyncio.sleep(0.01)
        assert watching.is_connected


@pytest.mark.parametrize("seed", range(3))
async def test_broken_answers(broadcast: Broadcast, seed: int) -> None:
    """Nothing but an `OdysseyError` comes of them."""
    dice = random.Random(seed)
    for _ in range(8):
        broadcast.answer = web.Response(status=201, text=mutated(dice))
        with pytest.raises(OdysseyConnectionError):
            await connect_to_stream(broadcast.url, "spectator-secret", timeouts=Timeouts(connect_s=0.3))


async def test_an_answer_without_video(broadcast: Broadcast) -> None:
    """A server that refuses the video too is told of at once, as what no second attempt mends."""
    broadcast.edit = section("video", "m=video 0 UDP/TLS/RTP/SAVPF 0\na=mid:0\n", bundled="1")
    with pytest.raises(OdysseyConnectionError) as error:
        await connect_to_stream(broadcast.url, "spectator-secret")
    assert (error.value.code, error.value.retryable) == ("bad_description", False)


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirected_offer(broadcast: Broadcast, status: int) -> None:
    """Is sent again where the service says, and the session is ended there too."""
    async with serving() as front:
        front.answers["/config"] = told(200, {"iceServers": []})
        front.answers["/live/whep"] = lambda request: web.Response(
            status=status, headers={"Location": f"{broadcast.url}/whep?{request.query_string}"}
        )
        async with await connect_to_stream(f"{front.url}/live", "spectator-secret"):
            assert broadcast.offers[0].startswith("v=0")
    assert broadcast.left.is_set()
