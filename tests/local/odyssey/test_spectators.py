"""Spectators over WHEP, and that every viewer and file shares one encoding."""

import asyncio
import contextlib
import io
from functools import partial

import av
import pytest
from aiortc.codecs.h264 import H264Decoder
from aiortc.jitterbuffer import JitterFrame
from av.frame import Frame

from bot.local.odyssey.media.encoder import FrameEncoder
from tests.local.odyssey.conftest import Service
from tests.local.odyssey.wire import PATIENCE_S, WireClient, connected, spectating


async def broadcast(client: WireClient) -> tuple[str, str]:
    """Start a broadcast; its stream ID and the URL to join it."""
    started = await client.start(broadcast=True)
    ready = await client.expect("broadcast_ready")
    return started["stream_id"], f"{ready['webrtc_url']}/whep?token={ready['spectator_token']}"


async def test_a_spectator_watches(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spectator that joins late has a picture at once, and DELETE lets it go.

    It does not wait for the next keyframe of the stream's own accord: here that never comes.
    """
    monkeypatch.setattr("bot.local.odyssey.media.take.FrameEncoder", partial(FrameEncoder, gop_ticks=10_000))
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        assert client.viewer is not None
        await client.viewer.wait_for_frames(25)
        async with spectating(service.http, url) as spectator:
            assert spectator.viewer is not None
            frame = await spectator.viewer.wait_for_frames(1)
            assert (frame.width, frame.height) == (1280, 704)
            async with service.http.delete(spectator.location) as response:
                assert response.status == 200
            async with service.http.delete(spectator.location) as response:
                assert response.status == 404


async def test_spectators_go_when_the_stream_ends(service: Service) -> None:
    """The end of the stream ends its spectators' connections, and nobody can join any more."""
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        async with spectating(service.http, url) as spectator:
            assert spectator.viewer is not None
            await spectator.viewer.wait_for_frames(1)
            await client.end()
            await asyncio.wait_for(spectator.lost.wait(), PATIENCE_S)
        async with service.http.post(url, data="v=0") as response:
            assert response.status == 404


async def test_who_may_not_spectate(service: Service) -> None:
    """A bad token is 401, no such broadcast 404, a malformed offer 400, all in JSON."""
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        endpoint = url.partition("?")[0]
        for wrong, status in (
            (endpoint, 401),
            (f"{endpoint}?token=%FFwrong", 401),
            (f"{service.standin.url}/broadcasts/unknown/whep?token=x", 404),
        ):
            async with service.http.post(wrong, data="v=0") as response:
                assert (response.status, list(await response.json())) == (status, ["detail"])
        for offer in ("", "nonsense", "v=0", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", "\udc80\x00"):
            async with service.http.post(url, data=offer.encode(errors="replace")) as response:
                assert (response.status, list(await response.json())) == (400, ["detail"])
        async with connected(service.rest) as private:
            started = await private.start(broadcast=False)
            async with service.http.post(
                f"{service.standin.url}/broadcasts/{started['stream_id']}/whep"
            ) as response:
                assert response.status == 404
        assert client.viewer is not None
        await client.viewer.wait_for_frames(2)


async def test_browsers_may_spectate(service: Service) -> None:
    """The preflight for WHEP is answered, and `Location` is exposed to the page."""
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        headers = {"Origin": "http://page.test", "Access-Control-Request-Method": "POST"}
        async with service.http.options(url, headers=headers) as response:
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        async with service.http.post(
            url, data="nonsense", headers={"Origin": "http://page.test"}
        ) as response:
            assert "Location" in response.headers["Access-Control-Expose-Headers"]


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[list[bytes]]:
    """The encoded frames that each receiver of this process gets, a list for each."""
    streams: list[list[bytes]] = []

    class Listening(H264Decoder):
        def __init__(self) -> None:
            super().__init__()
            self._frames: list[bytes] = []
            streams.append(self._frames)

        def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
            self._frames.append(encoded_frame.data)
            return super().decode(encoded_frame)

    monkeypatch.setattr("aiortc.rtcrtpreceiver.get_decoder", lambda codec: Listening())
    return streams


async def test_everything_is_encoded_once(service: Service, received: list[list[bytes]]) -> None:
    """Bit for bit the same frames reach the interactive client, every spectator, and the recording."""
    async with connected(service.rest) as client:
        stream_id, url = await broadcast(client)
        async with contextlib.AsyncExitStack() as stack:
            spectators = [await stack.enter_async_context(spectating(service.http, url)) for _ in range(3)]
            for spectator in spectators:
                assert spectator.viewer is not None
                await spectator.viewer.wait_for_frames(10)
        await client.end()
    recording = await service.rest.recording(stream_id)
    async with service.http.get(recording["video_url"]) as response:
        data = await response.read()
    with av.open(io.BytesIO(data), "r") as container:
        recorded = {units(bytes(packet), 4) for packet in container.demux(video=0) if packet.size}
    assert len(received) == 4
    for frames in received:
        assert len(frames) >= 10
        assert {units(frame, 0) for frame in frames} <= recorded


def units(data: bytes, length_size: int) -> tuple[bytes, ...]:
    """The picture's NAL units, from start codes (`length_size` 0) or from lengths as in MP4.

    Parameter sets are left out: an MP4 keeps them in its header.
    """
    found = []
    if length_size:
        place = 0
        while place < len(data):
            size = int.from_bytes(data[place : place + length_size])
            place += length_size
            found.append(data[place : place + size])
            place += size
    else:
        found = [
            unit.rstrip(b"\x00")
            for unit in data.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
        ]
    return tuple(unit.rstrip(b"\x00") for unit in found if unit and unit[0] & 31 in (1, 5))
