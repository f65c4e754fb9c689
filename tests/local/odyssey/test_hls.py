"""Spectators over HLS."""

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import av
import pytest

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import GOP_TICKS, FrameEncoder
from bot.local.odyssey.media.hls import WINDOW_SEGMENTS, HlsWindow
from tests.local.odyssey.conftest import Service
from tests.local.odyssey.wire import connected


async def text_of(service: Service, url: str) -> str:
    """A playlist."""
    async with service.http.get(url) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
        return await response.text()


async def body_of(service: Service, url: str) -> bytes:
    """A part of the stream."""
    async with service.http.get(url) as response:
        assert response.status == 200
        return await response.read()


def addresses(playlist: str) -> list[str]:
    """The segments that a playlist lists."""
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


async def test_hls_has_the_whole_stream(service: Service) -> None:
    """The playlist grows while the stream runs and is closed at its end; its parts decode to every frame."""
    async with connected(service.rest) as client:
        started = await client.start(broadcast=True)
        ready = await client.expect("broadcast_ready")
        url = ready["broadcast_url"]
        running = await text_of(service, url)
        assert len(addresses(running)) == 1
        assert "#EXT-X-ENDLIST" not in running
        await client.end()
        recording = await service.rest.recording(started["stream_id"])
        ended = await text_of(service, url)
    assert ended.rstrip().endswith("#EXT-X-ENDLIST")
    (init,) = [line.split('"')[1] for line in ended.splitlines() if line.startswith("#EXT-X-MAP")]
    parts = [await body_of(service, urljoin(url, address)) for address in [init, *addresses(ended)]]
    with av.open(io.BytesIO(b"".join(parts)), "r") as container:
        assert sum(1 for _ in container.decode(video=0)) == recording["frame_count"]
    total_s = sum(float(line[8:].rstrip(",")) for line in ended.splitlines() if line.startswith("#EXTINF:"))
    assert total_s == pytest.approx(recording["duration_seconds"], abs=0.01)


@pytest.mark.usefixtures("small_pictures")
async def test_hls_is_for_pages_of_any_origin_and_tells_when_it_was_live(service: Service) -> None:
    """As a content network's: by a header on each part, errors too, and by a date not long ago."""
    async with connected(service.rest) as client:
        await client.start(broadcast=True)
        url = (await client.expect("broadcast_ready"))["broadcast_url"]
        playlist = await text_of(service, url)
        for address, kind in (
            (url, "application/vnd.apple.mpegurl"),
            (urljoin(url, "init.mp4?" + url.partition("?")[2]), "video/mp4"),
            (urljoin(url, addresses(playlist)[0]), "video/iso.segment"),
            (urljoin(url, "999.m4s"), "application/json"),
        ):
            async with service.http.get(address, headers={"Origin": "https://page.example"}) as response:
                assert response.content_type == kind
                assert response.headers["Access-Control-Allow-Origin"] == "*"
    (date,) = [line for line in playlist.splitlines() if line.startswith("#EXT-X-PROGRAM-DATE-TIME:")]
    began_on = datetime.fromisoformat(date.partition(":")[2])
    assert timedelta(0) < datetime.now(UTC) - began_on < timedelta(seconds=60)


async def test_hls_needs_its_token(service: Service) -> None:
    """A wrong token is 401, an unknown broadcast or segment 404."""
    async with connected(service.rest) as client:
        await client.start(broadcast=True)
        url = (await client.expect("broadcast_ready"))["broadcast_url"]
        for wrong, status in (
            (url.partition("?")[0], 401),
            (url.partition("?")[0] + "?token=x", 401),
            (url.replace("index.m3u8", "999999999.m4s"), 404),
            (url.replace("index.m3u8", "..%2f..%2fpasswd"), 404),
            (f"{service.standin.url}/broadcasts/unknown/hls/index.m3u8?token=x", 404),
        ):
            async with service.http.get(wrong) as response:
                assert (response.status, list(await response.json())) == (status, ["detail"])


def test_a_segment_that_has_left_the_playlist() -> None:
    """It can be had for its duration and that of the longest playlist that had it, and no longer (RFC 8216,
    6.2.2), so that memory stays bounded."""
    window = HlsWindow()
    encoder = FrameEncoder("h264", 64, 64)
    picture = av.VideoFrame(64, 64, "yuv420p")
    left_at: dict[int, float] = {}
    gone_at: dict[int, float] = {}
    for tick in range(GOP_TICKS * 40 + 1):
        keyframe = tick % GOP_TICKS == 0
        window.add(bytes(encoder.encode(picture, tick, keyframe=keyframe)), tick, keyframe=keyframe)
        listed = [segment.number for segment in window.segments]
        for number in range(listed[0] if listed else 0):
            left_at.setdefault(number, tick / FRAME_RATE)
            if window.segment(number) is None:
                gone_at.setdefault(number, tick / FRAME_RATE)
    assert len(window.segments) == WINDOW_SEGMENTS
    duration_s = GOP_TICKS / FRAME_RATE
    assert len(gone_at) > 10
    for number, gone_s in gone_at.items():
        assert gone_s - left_at[number] == pytest.approx(duration_s * (1 + WINDOW_SEGMENTS), abs=duration_s)
    assert window.segment(len(left_at) + WINDOW_SEGMENTS) is None
