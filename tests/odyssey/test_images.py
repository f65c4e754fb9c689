"""A stream that begins from an image."""

from __future__ import annotations

import base64
import io
import random
from pathlib import Path

import pytest
from PIL import Image

from bot.odyssey import Odyssey, OdysseyStreamError
from bot.odyssey.images import image_data_url

from .service import Service


def picture(kind: str = "PNG", size: tuple[int, int] = (400, 100), **options: object) -> bytes:
    """Red on the left half, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data_url: str) -> Image.Image:
    head, _, rest = data_url.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(rest)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF", "HEIF"])
def test_it_fills_the_frame(kind: str) -> None:
    """Each format is scaled to the stream's size with its middle kept, whatever its own shape."""
    for portrait, size in ((True, (704, 1280)), (False, (1280, 704))):
        image = opened(image_data_url(picture(kind), portrait=portrait))
        assert image.size == size
        left, right = image.getpixel((5, 300)), image.getpixel((size[0] - 5, 300))
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        assert left[0] > 150 > left[2]
        assert right[2] > 150 > right[0]


async def test_it_goes_over_signalling(service: Service, client: Odyssey, tmp_path: Path) -> None:
    """Path, bytes and data URL are the same image; the start goes over the websocket."""
    path = tmp_path / "world.png"
    path.write_bytes(picture())
    url = "data:image/png;base64," + base64.b64encode(picture()).decode()
    await client.connect()
    streamer = await service.streamer()
    sent = set()
    for image in (path, str(path), picture(), url):
        await client.start_stream("a cat", portrait=False, image=image)
        message = await streamer.next("interactive_stream_start")
        assert message["via"] == "signalling"
        sent.add(message["input_image_base64"])
        await client.end_stream()
    assert len(sent) == 1
    assert opened(sent.pop()).size == (1280, 704)


async def test_a_long_prompt_goes_over_signalling(service: Service, client: Odyssey) -> None:
    """A start longer than the channel's limit goes over the websocket too; the limit is 16 KiB if unknown."""
    service.behaviour.max_message_size = 2000
    await client.connect()
    streamer = await service.streamer()
    for length, way in ((1000, None), (2000, "signalling")):
        await client.start_stream("x" * length)
        assert (await streamer.next("interactive_stream_start")).get("via") == way
        await client.end_stream()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"not an image", "image_unreadable"),
        (b"", "image_unreadable"),
        (picture()[:60], "image_unreadable"),
        (picture("HEIF")[:-40], "image_unreadable"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image_unreadable"),
        ("/nowhere/at/all.png", "image_unreadable"),
        ("data:image/png;base64,!!!", "image_unreadable"),
        ("data:text/html,hello", "image_unreadable"),
        (b"\0" * (25 * 2**20 + 1), "image_too_large"),
    ],
)
def test_bad_images(source: str | bytes, code: str) -> None:
    """What is no image, or too large, is a typed error before anything is sent."""
    with pytest.raises(OdysseyStreamError) as error:
        image_data_url(source, portrait=True)
    assert error.value.code == code


def test_a_broken_avif() -> None:
    """However its bytes are damaged, it is unreadable or a picture: nothing else is raised."""
    whole, chance = picture("AVIF"), random.Random(1)
    unreadable = 0
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(4):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            image_data_url(bytes(broken), portrait=False)
        except OdysseyStreamError:
            unreadable += 1
    assert unreadable > 10


def test_a_bomb() -> None:
    """A small file that unpacks to a huge picture is refused before it is unpacked."""
    header = picture("BMP", (8, 8))
    bomb = header[:18] + (60_000).to_bytes(4, "little") * 2 + header[26:]
    with pytest.raises(OdysseyStreamError) as error:
        image_data_url(bomb, portrait=True)
    assert error.value.code == "image_too_large"
