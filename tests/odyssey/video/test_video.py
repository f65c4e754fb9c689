"""Which frames are decoded, when, and what a slow or broken handler does to the rest: nothing."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from bot.odyssey import Odyssey, VideoFrame
from tests.odyssey.clip import encoded_clip
from tests.odyssey.service import PATIENCE_S, Service

CODECS = [("video/H264", "libx264"), ("video/VP8", "libvpx")]


@pytest.fixture(params=CODECS, ids=["h264", "vp8"])
def codec(request: pytest.FixtureRequest, service: Service) -> str:
    """Each codec that the service may use."""
    mime, encoder = request.param
    service.behaviour.codec, service.behaviour.clip = mime, encoded_clip(encoder)
    return str(mime)


async def until(condition: object) -> None:
    """Waits for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # type: ignore[operator]  # a callable
            await asyncio.sleep(0.01)


def gaps_of(frames: list[VideoFrame]) -> list[int]:
    """The milliseconds from each frame to the next."""
    return [int(gap) for gap in np.diff([frame.timestamp_ms for frame in frames])]


@pytest.mark.usefixtures("codec")
async def test_every_frame_is_decoded_and_converted_only_when_read(client: Odyssey) -> None:
    """`on_video_frame` gets every frame, in order; `data` is RGB, made when it is read."""
    frames: list[VideoFrame] = []
    await client.connect(on_video_frame=frames.append)
    await client.start_stream("a cat")
    # A machine that stalls leaves some out, but never one of each twelve.
    await until(lambda: len(frames) >= 12 and gaps_of(frames[-12:]) == [50] * 11)
    assert all(gap % 50 == 0 for gap in gaps_of(frames))
    number, frame = (frames[5].timestamp_ms - frames[0].timestamp_ms) // 50, frames[5]
    assert "_rgb" not in vars(frame)
    assert (frame.data.shape, str(frame.data.dtype)) == ((96, 160, 3), "uint8")
    assert frame.data is frame.data
    assert (frame.width, frame.height) == (160, 96)
    assert frame.data[:, :, 0].mean() == pytest.approx(40 + 4 * number, abs=6)
    with pytest.raises(AttributeError):
        frame.width = 5  # type: ignore[misc]  # the claim


@pytest.mark.usefixtures("codec")
async def test_nothing_is_decoded_when_nobody_looks(client: Odyssey) -> None:
    """Without a handler frames come, none is decoded, and there is no thread for it."""
    threads = threading.active_count()
    await client.connect()
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.received >= 12)
    assert client.video_stats.decoded == 0
    assert threading.active_count() == threads


@pytest.mark.usefixtures("codec")
async def test_the_latest_frame(client: Odyssey) -> None:
    """It is decoded on demand from the last keyframe on, and is the newest frame."""
    await client.connect()
    assert await client.latest_frame() is None
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.received >= 18)
    before = client.video_stats.received
    frame = await client.latest_frame()
    assert frame is not None
    assert frame.timestamp_ms >= (before - 1) * 50
    index = frame.timestamp_ms // 50
    assert frame.data[:, :, 0].mean() == pytest.approx(40 + 4 * (index % 40), abs=6)
    assert client.video_stats.decoded <= 10


async def test_the_latest_frame_when_packets_are_lost_for_good(client: Odyssey) -> None:
    """What came before the loss can still be had."""
    await client.connect()
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.received >= 5)
    connection = client._link.open
    assert connection is not None
    assert connection.peer is not None
    connection.peer.video.receiver.on_broken()
    assert await client.latest_frame() is not None


@pytest.mark.usefixtures("codec")
async def test_snapshots(client: Odyssey) -> None:
    """Only keyframes are decoded, at the pace that was chosen."""
    frames: list[VideoFrame] = []
    await client.connect(on_video_frame=frames.append, snapshot_interval_s=0.6)
    await client.start_stream("a cat")
    await until(lambda: len(frames) >= 2)
    assert [frame.timestamp_ms for frame in frames[:2]] == [0, 1000]  # a keyframe comes each 500 ms
    assert client.video_stats.decoded == len(frames)


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_a_slow_handler(client: Odyssey, kind: str) -> None:
    """It never holds up the event loop; frames are dropped, counted, and it gets the newest next."""
    times: list[int] = []
    may_return = threading.Semaphore(0)  # as this side says, once it has seen frames go by: it is not held up

    def plain(frame: VideoFrame) -> None:
        times.append(frame.timestamp_ms)
        may_return.acquire(timeout=2 * PATIENCE_S)

    async def patient(frame: VideoFrame) -> None:
        times.append(frame.timestamp_ms)
        while not may_return.acquire(blocking=False):
            await asyncio.sleep(0.01)

    await client.connect(on_video_frame=plain if kind == "plain" else patient)
    await client.start_stream("a cat")
    for calls in range(1, 5):
        await until(lambda calls=calls: len(times) == calls)
        enough = client.video_stats.received + 5
        await until(lambda enough=enough: client.video_stats.received >= enough)
        may_return.release()
    await until(lambda: len(times) == 5)
    may_return.release(99)
    assert client.video_stats.dropped >= 4 * 4
    assert min(np.diff(times)) >= 4 * 50


async def test_a_handler_that_never_returns_grows_nothing(client: Odyssey) -> None:
    """What waits for a stuck handler is bounded, and disconnecting does not wait for it."""
    stuck = asyncio.Event()

    async def handler(frame: VideoFrame) -> None:
        await stuck.wait()

    await client.connect(on_video_frame=handler)
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.delivered == 1)
    async with asyncio.timeout(PATIENCE_S):
        await client.disconnect()


async def test_a_handler_that_raises(client: Odyssey, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the video goes on."""
    seen: list[int] = []

    def broken(frame: VideoFrame) -> None:
        seen.append(frame.timestamp_ms)
        raise ValueError("the user's mistake")

    await client.connect(on_video_frame=broken)
    await client.start_stream("a cat")
    await until(lambda: len(seen) >= 3)
    assert caplog.text.count("The video frame handler raised.") >= 2


@pytest.mark.usefixtures("codec")
async def test_snapshots_through_a_bad_network(service: Service, client: Odyssey) -> None:
    """With 3 % of the packets lost and others late, keyframes keep coming."""
    times: list[int] = []
    await client.connect(
        on_video_frame=lambda frame: times.append(frame.timestamp_ms), snapshot_interval_s=0.2
    )
    streamer = await service.streamer()
    streamer.lose(0.03, late=0.03)
    await client.start_stream("a cat")
    await until(lambda: len(times) >= 4)
    assert np.diff(times).max() <= 1500


async def test_the_next_streams_frames(client: Odyssey) -> None:
    """A second stream on the same connection is received like the first."""
    frames: list[VideoFrame] = []
    await client.connect(on_video_frame=frames.append)
    for _ in range(2):
        frames.clear()
        await client.start_stream("a cat")
        await until(lambda: len(frames) >= 3)
        await client.end_stream()
