"""A stream that begins from an image."""

import base64
import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.odyssey import Odyssey, OdysseyStreamError
from bot.odyssey.files.images import fit_image, image_data_url
from tests.odyssey.service import Service


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


def test_what_was_fitted_is_sent_as_it_is() -> None:
    """Neither scaled nor encoded again, unless it is of the other shape."""
    fitted = fit_image(picture(), portrait=True)
    assert image_data_url(fitted, portrait=True).endswith(base64.b64encode(fitted.jpeg).decode())
    assert opened(image_data_url(fitted, portrait=False)).size == (1280, 704)


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


def colour(image: bytes, at: tuple[int, int], *, portrait: bool = False) -> tuple[int, ...]:
    """A point's colour in what would be sent."""
    found = opened(image_data_url(image, portrait=portrait)).getpixel(at)
    assert isinstance(found, tuple)
    return found


def ramp(mode: str) -> bytes:
    """A grey ramp from black to white, of 16 bits or of 8."""
    values = np.linspace(0, 65535, 1280).astype(np.uint16)
    rows = np.tile(values, (704, 1))
    out = io.BytesIO()
    Image.fromarray(rows if mode == "I;16" else (rows >> 8).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def test_sixteen_bits_of_grey() -> None:
    """Look like the same picture with eight."""
    deep, plain = (np.asarray(opened(image_data_url(ramp(mode), portrait=False))) for mode in ("I;16", "L"))
    assert abs(int(deep.mean()) - 128) <= 1
    assert np.abs(deep.astype(int) - plain).max() <= 3


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("RGBA", "GIF"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("RGB", "PNG"),
    ],
)
def test_what_is_transparent_is_neutral(mode: str, kind: str) -> None:
    """The colour below it is arbitrary, and not shown."""
    image = Image.new("RGBA", (1280, 704), (255, 0, 0, 0))
    if mode == "LA":
        image = Image.new("LA", (1280, 704), (255, 0))
    out = io.BytesIO()
    if mode == "RGB":
        Image.new("RGB", (1280, 704), "red").save(out, "PNG", transparency=(255, 0, 0))
    elif mode == "P":
        palette = image.convert("P")
        palette.save(out, kind, transparency=palette.getpixel((0, 0)))
    else:
        image.save(out, kind)
    red, green, blue = colour(out.getvalue(), (600, 300))
    assert max(red, green, blue) - min(red, green, blue) <= 3
    assert 100 <= red <= 160


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("L", "JPEG"), ("P", "BMP")]
)
def test_other_modes(mode: str, kind: str) -> None:
    """Keep their colours."""
    out = io.BytesIO()
    Image.new("RGB", (1280, 704), "white").convert(mode).save(out, kind)
    assert min(colour(out.getvalue(), (600, 300))) > 250


def test_a_picture_taken_upright() -> None:
    """Is turned as its EXIF says."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture("JPEG", exif=exif)
    top, bottom = (colour(turned, (350, y), portrait=True) for y in (100, 1200))
    assert top[0] > 150 > top[2]
    assert bottom[2] > 150 > bottom[0]
