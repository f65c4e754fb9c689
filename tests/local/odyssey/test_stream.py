"""A stream from start to end, over the data channels, to clients of both codecs."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import itertools
import threading
import time
from typing import Any

import pytest
from PIL import Image

from bot.local.odyssey.stream import LiveStream
from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.wire import PATIENCE_S, connected, only_codec


def picture_url(colour: tuple[int, int, int], kind: str = "PNG") -> str:
    """A data URL of a plain picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (1280, 704), colour).save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


@pytest.mark.parametrize(("portrait", "size"), [(True, (704, 1280)), (False, (1280, 704))])
async def test_a_stream_runs_and_reacts(service: Service, portrait: bool, size: tuple[int, int]) -> None:
    """Start, interact and end are each answered, and pictures of the right size arrive."""
    async with connected(service.rest) as client:
        started = await client.start("A cat in a meadow", portrait=portrait)
        assert started["stream_id"]
        assert len(started["applied_prompt"]) > len("A cat in a meadow")
        assert client.viewer is not None
        frame = await client.viewer.wait_for_frames(5)
        assert (frame.width, frame.height) == size
        assert await client.update("It rains") == {"type": "update_acknowledged", "prompt": "It rains"}
        await client.end()


@pytest.mark.parametrize("codec", ["H264", "VP8"])
@pytest.mark.usefixtures("small_pictures")
async def test_each_codec_is_served(service: Service, codec: str) -> None:
    """A client that can do only one of the two codecs gets video in it."""
    async with connected(service.rest, codec=codec) as client:
        await client.start()
        assert client.viewer is not None
        await client.viewer.wait_for_frames(8)
        (video,) = client.pc.getReceivers()
        stats = await video.getStats()
        assert any(report.type == "inbound-rtp" and report.packetsReceived > 8 for report in stats.values())
        remote = only_codec(client.pc.localDescription.sdp, codec)
        assert f"{codec}/90000" in remote


async def test_several_streams_on_one_connection(service: Service) -> None:
    """Streams on one connection have their own IDs, and video goes on in the second one."""
    async with connected(service.rest) as client:
        assert client.viewer is not None
        ids = set()
        for portrait in (False, True):
            ids.add((await client.start(portrait=portrait))["stream_id"])
            frame = await client.viewer.wait_for_frames(6)
            while frame.width != (704 if portrait else 1280):
                frame = await client.viewer.wait_for_frames(1)
            await client.end()
        assert len(ids) == 2


@pytest.mark.usefixtures("small_pictures")
async def test_a_start_may_come_over_signalling(service: Service) -> None:
    """With an image the start goes over the websocket; the stream starts just the same."""
    async with connected(service.rest) as client:
        await client.socket.send_json(
            {
                "type": "interactive_stream_start",
                "prompt": "A castle",
                "portrait": False,
                "input_image_base64": picture_url((200, 30, 30)),
                "broadcast": False,
            }
        )
        assert (await client.expect("stream_started"))["stream_id"]


@pytest.mark.usefixtures("small_pictures")
async def test_a_prompt_can_be_applied_as_it_is(service: Service) -> None:
    """With `bypass_vlm_expansion` the applied prompt is the prompt itself."""
    async with connected(service.rest) as client:
        started = await client.start("A cat", bypass_vlm_expansion=True)
        assert started["applied_prompt"] == "A cat"


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"type": "update", "prompt": "rain"}], "no_active_stream"),
        ([{"type": "interactive_stream_end"}], "no_active_stream"),
        ([{"type": "interactive_stream_start", "prompt": 5}], "invalid_prompt"),
        ([{"type": "interactive_stream_start"}], "invalid_prompt"),
        ([{"type": "interactive_stream_start", "prompt": "x" * 9000}], "invalid_prompt"),
        ([{"type": "interactive_stream_start", "prompt": "a"}] * 2, "stream_already_active"),
        (
            [{"type": "interactive_stream_start", "prompt": "a"}, {"type": "update", "prompt": " "}],
            "invalid_prompt",
        ),
        ([{"type": "interactive_stream_start", "prompt": "a"}, {"type": "update"}], "invalid_prompt"),
    ],
)
@pytest.mark.usefixtures("small_pictures")
async def test_what_cannot_be_done_is_a_stream_error(
    service: Service, messages: list[dict[str, Any]], reason: str
) -> None:
    """A command that makes no sense is answered with `interactive_stream_error`; the connection goes on."""
    async with connected(service.rest) as client:
        for message in messages:
            await client.send(**message)
        error = await client.expect("interactive_stream_error")
        assert error["reason"] == reason
        assert error["message"]
        assert client.channel is not None
        assert client.channel.readyState == "open"


@pytest.mark.parametrize("garbage", ["{", "[]", "\x00", "7", b"\xff\x00", '{"type": {}}', "[" * 9000])
@pytest.mark.usefixtures("small_pictures")
async def test_garbage_on_the_data_channel_does_no_harm(service: Service, garbage: str | bytes) -> None:
    """After garbage of any kind a stream can still be started."""
    async with connected(service.rest) as client:
        assert client.channel is not None
        client.channel.send(garbage)
        assert (await client.start())["stream_id"]


@pytest.mark.usefixtures("small_pictures")
async def test_an_empty_prompt_starts_a_stream(service: Service) -> None:
    """The published client's default prompt is the empty one."""
    async with connected(service.rest) as client:
        assert (await client.start(""))["applied_prompt"]


@pytest.mark.usefixtures("small_pictures")
async def test_a_stream_ends_at_its_limit() -> None:
    """At the limit: the protocol's reason and message, the connection is closed, there is a recording."""
    async with serving(stream_limit_s=0.8) as service:
        async with connected(service.rest) as client:
            began_at_s = time.monotonic()
            started = await client.start()
            error = await client.expect("interactive_stream_error")
            lasted_s = time.monotonic() - began_at_s
            assert error == {
                "type": "interactive_stream_error",
                "reason": "session_timeout",
                "message": "Stream ended: credit lease expired",
            }
            await asyncio.wait_for(client.closed.wait(), PATIENCE_S)
            assert client.socket.close_code == 1000
        recording = await service.rest.recording(started["stream_id"])
        assert lasted_s >= 0.8
        assert 0 < recording["duration_seconds"] <= lasted_s + 0.05  # the last frame's own time


@pytest.mark.usefixtures("small_pictures")
async def test_an_ended_stream_is_let_go(service: Service) -> None:
    """When its recording is complete nothing of a stream stays: no thread, and none of its pictures."""
    async with connected(service.rest) as client:
        for _ in range(2):
            started = await client.start(broadcast=True)
            await client.expect("broadcast_ready")
            await client.end()
            await service.rest.recording(started["stream_id"])
        while any(thread.name.startswith("stream-") for thread in threading.enumerate()):
            await asyncio.sleep(0.01)  # a thread ends a moment after its work
        gc.collect()
        assert not [found for found in gc.get_objects() if isinstance(found, LiveStream)]


@pytest.mark.usefixtures("small_pictures")
async def test_a_busy_client_does_not_stretch_the_limit() -> None:
    """Messages that keep the stream busy do not put off its end."""
    async with serving(stream_limit_s=0.6) as service, connected(service.rest) as client:
        await client.start()

        async def keep_busy() -> None:
            for number in itertools.count():
                await client.send(type="update", prompt=f"night and rain {number}")
                await asyncio.sleep(0.02)

        busy = asyncio.create_task(keep_busy(), name="busy")
        assert (await client.expect("interactive_stream_error"))["reason"] == "session_timeout"
        busy.cancel()
        await asyncio.wait([busy])
        await asyncio.wait_for(client.closed.wait(), PATIENCE_S)


@pytest.mark.usefixtures("small_pictures")
async def test_other_connections_go_on(service: Service) -> None:
    """A client that vanishes in mid-stream disturbs nobody else."""
    async with connected(service.rest) as steady:
        await steady.start()
        async with connected(service.rest) as fleeting:
            await fleeting.start()
            await fleeting.vanish()
        assert steady.viewer is not None
        await steady.viewer.wait_for_frames(10)
        await steady.update("snow")
