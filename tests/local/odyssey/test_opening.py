"""Streams that start from an image: it is seen first, exactly, then the world of the prompt."""

import asyncio
import base64
import io
import zlib
from typing import Any

import numpy as np
import pytest
from av import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from bot.local.odyssey.media.frames import to_frame
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.stage import FADE_S, Stage
from bot.local.odyssey.world.travels import LIMIT_WORLDS, Travels
from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.test_stream import picture_url
from tests.local.odyssey.wire import PATIENCE_S, WireClient, connected

SIZE = (320, 176)
PROMPT = "A harbour at dusk with a red fox"
CHANGES = (
    "the fox runs",
    "lanterns glow over the water",
    "It starts to snow!",
    "xyzzy",
    "the fox disappears",
)


def canvas_of(colour: str = "orange") -> Canvas:
    """A picture that looks like no world: stripes."""
    image = Image.new("RGB", SIZE, colour)
    image.paste("black", (80, 0, 160, SIZE[1]))
    return Canvas.from_rgb(image)


def samples(canvas: Canvas) -> bytes:
    """All of a picture."""
    return b"".join(plane.tobytes() for plane in canvas.planes)


def away(one: Canvas, other: Canvas) -> float:
    """The mean difference of two pictures' luma."""
    return float(np.abs(np.asarray(one.y, int) - np.asarray(other.y, int)).mean())


def test_the_picture_is_held_and_then_gives_way() -> None:
    """For half a second it is as it is, then less and less of it; after 3 s the world is as without it."""
    picture = canvas_of()
    opened, plain = Stage(*SIZE), Stage(*SIZE)
    opened.open_with(picture)
    seen = []
    for stage in (opened, plain):
        stage.show(stage.build(imagine(PROMPT)))
    for tick in range(70):
        canvas, world = opened.draw(7 + tick / 20), plain.draw(7 + tick / 20)
        seen.append(away(canvas, world))
        assert (samples(canvas) == samples(picture)) == (tick <= 10)
        assert (samples(canvas) == samples(world)) == (tick >= 60)
    assert seen[10] > 60
    assert seen[10:61] == sorted(seen[10:61], reverse=True)


def test_a_world_goes_on_from_its_own_last_picture() -> None:
    """Started from it with all prompts in one, a stage soon draws what the one before would have drawn on."""
    travels = Travels()
    old, new = Stage(*SIZE, travels), Stage(*SIZE, travels)
    scene, at_s = imagine(PROMPT), 40.0
    old.show(old.build(scene))
    for change in CHANGES:
        for _ in range(40):
            last, at_s = old.draw(at_s), at_s + 0.05
        scene = imagine(change, scene)
        old.show(old.build(scene))
    for _ in range(20):
        last, at_s = old.draw(at_s), at_s + 0.05
    new.open_with(last)
    new.show(new.build(imagine(". ".join([PROMPT, *CHANGES]))))
    began_s, gone_on = at_s, []
    while at_s < began_s + 2:
        gone_on.append((new.draw(at_s), old.draw(at_s)))
        at_s += 0.05
    assert samples(gone_on[0][0]) == samples(last)
    assert max(away(*pair) for pair in gone_on) < 6
    assert samples(gone_on[20][0]) == samples(gone_on[20][1])


def test_a_world_keeps_its_time() -> None:
    """Whenever a stream of it starts, each moment of it is drawn as in any other one."""
    travels, scene = Travels(), imagine("a running fox in the forest in the snow")
    early, late = Stage(*SIZE, travels), Stage(*SIZE, travels)
    for stage in (early, late):
        stage.show(stage.build(scene))
    for tick in range(25):
        early.draw(tick / 20)
    for tick in range(25, 35):
        assert samples(early.draw(tick / 20)) == samples(late.draw(tick / 20))


def test_worlds_that_were_left_long_ago_are_forgotten() -> None:
    """What is remembered of them is bounded."""
    travels = Travels()
    for seed in range(LIMIT_WORLDS + 1):
        travels.note(seed, 1.0 + seed)
    assert (travels.of(0), travels.of(1)) == (0.0, 2.0)


def jpeg_url(frame: VideoFrame) -> str:
    """The data URL that clients make of a picture."""
    buffer = io.BytesIO()
    Image.fromarray(frame.to_ndarray(format="rgb24")).save(buffer, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def luma(frame: VideoFrame) -> NDArray[np.int16]:
    """What is compared."""
    return frame.to_ndarray(format="gray").astype(np.int16)


async def frames(client: WireClient, count: int) -> VideoFrame:
    """The latest picture after so many more."""
    assert client.viewer is not None
    return await client.viewer.wait_for_frames(count)


@pytest.mark.parametrize("portrait", [False, True])
async def test_first_the_picture_then_the_world(service: Service, portrait: bool) -> None:
    """What is decoded first is that picture, in the stream's shape; 3 s later nothing of it is left."""
    size = (704, 1280) if portrait else (1280, 704)
    stage = Stage(*size)
    stage.show(stage.build(imagine("a neon city at night with a dragon")))
    picture = to_frame(stage.draw(1.0))
    async with connected(service.rest) as client:
        await client.start("A cat in a meadow", portrait=portrait, input_image_base64=jpeg_url(picture))
        first = await frames(client, 1)
        assert (first.width, first.height) == size
        assert np.abs(luma(first) - luma(picture)).mean() < 3
        assert np.abs(luma(await frames(client, 6)) - luma(picture)).mean() < 3
        later = luma(await frames(client, 60))
        assert np.abs(later - luma(picture)).mean() > 40
        stage.show(stage.build(imagine("A cat in a meadow")))
        stage.draw(2.0)
        world = luma(to_frame(stage.draw(4.0)))
        assert (
            np.abs(later[: size[1] // 3] - world[: size[1] // 3]).mean() < 25
        )  # the sky, but for its clouds


async def test_the_next_stream_goes_on(service: Service) -> None:
    """From the last picture and the applied prompt with what followed, the world is as it was."""
    async with connected(service.rest) as client:
        applied = (await client.start("A harbour at dusk, a red fox"))["applied_prompt"]
        for change in ("lanterns", "a whale appears"):
            await client.update(change)
        before = await frames(client, 30)
        await client.end()
        url = jpeg_url(before)
        await client.start(f"{applied} lanterns. a whale appears", input_image_base64=url)
        first = await frames(client, 1)
        while first is before:
            first = await frames(client, 1)
        assert np.abs(luma(first) - luma(before)).mean() < 3
        assert np.abs(luma(await frames(client, 40)) - luma(before)).mean() < 12
        await client.end()
        await client.start("A desert at noon")
        assert np.abs(luma(await frames(client, 10)) - luma(before)).mean() > 40


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF", "HEIF"])
async def test_an_image_opens_the_stream(service: Service, kind: str) -> None:
    """The input image, in any format, is the first picture."""
    async with connected(service.rest) as client:
        await client.start("A cat", input_image_base64=picture_url((220, 40, 40), kind))
        frame = await frames(client, 1)
        red, green, blue = frame.to_ndarray(format="rgb24")[:300].reshape(-1, 3).mean(axis=0)
        assert red > 180
        assert green < 90
        assert blue < 90


def test_the_picture_gives_way_to_what_is_asked_for() -> None:
    """Another scene in the opening seconds is there when a scene usually is, and nothing of the picture."""
    opened, plain = Stage(*SIZE), Stage(*SIZE)
    opened.open_with(canvas_of("white"))
    for stage in (opened, plain):
        stage.show(stage.build(imagine("A cat")))
        stage.draw(7.0)
        stage.show(stage.build(imagine("a dark night")))
    for tick in range(1, 20):
        canvas, world = opened.draw(7 + tick / 20), plain.draw(7 + tick / 20)
        assert (samples(canvas) == samples(world)) == (tick >= 1 + FADE_S * 20)


async def test_the_image_gives_way_to_what_is_asked_for(service: Service) -> None:
    """An interaction in the opening seconds is seen, though the image was there first."""
    async with connected(service.rest) as client:
        await client.start("A cat", input_image_base64=picture_url((255, 255, 255)))
        assert luma(await frames(client, 2))[:500].mean() > 240
        await client.update("a dark night")
        while luma(await frames(client, 1))[:500].mean() > 120:
            pass


def huge_png() -> bytes:
    """A few bytes that claim to be a picture of 30,000 by 30,000."""
    header = b"IHDR" + (30_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + header + zlib.crc32(header).to_bytes(4, "big")


def half_a_jpeg() -> bytes:
    """One that was cut off."""
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(buffer, "JPEG")
    return buffer.getvalue()[: buffer.tell() // 2]


def url_of(data: bytes) -> str:
    """A data URL that claims to be of a PNG."""
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("data:image/png;base64,", id="nothing"),
        pytest.param("data:image/png;base64,AAAA", id="three bytes"),
        pytest.param("%%%", id="no base64"),
        pytest.param("data:image/png;base64,äöü", id="no ASCII"),
        pytest.param(7, id="a number"),
        pytest.param({"x": 1}, id="an object"),
        pytest.param(url_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), id="SVG"),
        pytest.param(url_of(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), id="EPS"),
        pytest.param(url_of(huge_png()), id="a bomb"),
        pytest.param(url_of(half_a_jpeg()), id="half a JPEG"),
        pytest.param(url_of(bytes(26 * 1024 * 1024)), id="26 MB"),
    ],
)
@pytest.mark.usefixtures("small_pictures")
async def test_an_image_that_is_none_is_refused(service: Service, image: object) -> None:
    """What is no image, or none that can be taken, is `invalid_image`, and a start without it succeeds."""
    async with connected(service.rest) as client:
        message = {"type": "interactive_stream_start", "prompt": "A cat", "input_image_base64": image}
        await client.socket.send_json(message)
        assert (await client.expect("interactive_stream_error"))["reason"] == "invalid_image"
        assert (await asyncio.wait_for(client.start(), PATIENCE_S))["stream_id"]


@pytest.mark.parametrize("image", ["", "wrapped"])
@pytest.mark.usefixtures("small_pictures")
async def test_an_image_that_is_odd_is_taken(service: Service, image: str) -> None:
    """An empty one counts as none; base64 may be in lines."""
    if image == "wrapped":
        head, _, data = picture_url((10, 200, 10)).partition(",")
        image = f"{head},\n" + "\r\n".join(data[at : at + 76] for at in range(0, len(data), 76))
    async with connected(service.rest) as client:
        message: dict[str, Any] = {"type": "interactive_stream_start", "prompt": "A cat"}
        await client.socket.send_json({**message, "input_image_base64": image})
        await client.expect("stream_started")


@pytest.mark.usefixtures("small_pictures")
async def test_images_can_be_switched_off() -> None:
    """Then the reservation says so, a start from one is refused, and so is a job; one without is taken."""
    async with serving(image_to_video=False) as service:
        _, session = await service.rest.call("POST", "/sessions/request", json={})
        assert session["capabilities"] == {"image_to_video": False}
        url = picture_url((1, 2, 3))
        async with connected(service.rest) as client:
            message = {"type": "interactive_stream_start", "prompt": "A cat", "input_image_base64": url}
            await client.socket.send_json(message)
            assert (await client.expect("interactive_stream_error"))["reason"] == "image_not_supported"
            await client.start()
        script = [{"timestamp_ms": 0, "start": {"prompt": "A cat", "image": url}}]
        status, body = await service.rest.call("POST", "/simulation-jobs", json={"script": script})
        assert (status, body["detail"]) == (400, "A script cannot start from an image here.")
