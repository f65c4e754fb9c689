"""What people hand in as pictures."""

import asyncio
import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from bot.broadcast.errors import BroadcastError, Code, PictureTooLarge
from bot.broadcast.picture import Picture
from bot.worlds import pictures
from bot.worlds.pictures import PictureProcess

TOO_LARGE = PictureTooLarge(limit_mb=25, limit_megapixels=80)
RED, BLUE, GREY = (255, 0, 0), (0, 0, 255), (128, 128, 128)

pillow_heif.register_heif_opener()


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def halves(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def png(width: int, height: int, *, bits: int, colour: int, data: bytes) -> bytes:
    """A PNG of these dimensions, with whatever in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def image_of(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.jpeg))
    assert image.format == "JPEG"
    assert image.size == ((704, 1280) if picture.portrait else (1280, 704))
    assert not image.getexif(), "where it was taken is nobody's business"
    return image


def like(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


async def refusal(raw: bytes, reader: PictureProcess | None = None) -> object:
    with pytest.raises(BroadcastError) as caught:
        await (reader or PictureProcess()).read(raw)
    return caught.value.why


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
async def test_each_kind_fills_the_frame(kind: str) -> None:
    """In its own shape, with its middle kept."""
    picture = await PictureProcess().read(saved(halves(), kind))
    assert not picture.portrait
    image = image_of(picture)
    assert like(image, (10, 350), RED)
    assert like(image, (1270, 350), BLUE)


@pytest.mark.parametrize(
    ("size", "said", "portrait"),
    [
        ((300, 400), None, True),
        ((400, 300), None, False),
        ((300, 300), None, False),
        ((400, 300), True, True),
    ],
)
async def test_its_shape_is_its_own_unless_one_is_named(
    size: tuple[int, int], said: bool | None, portrait: bool
) -> None:
    """A square is wide."""
    picture = await PictureProcess().read(saved(halves(size), "PNG"), portrait=said)
    assert picture.portrait is portrait
    image_of(picture)


async def test_a_picture_taken_on_its_side_is_turned_upright() -> None:
    """As its EXIF says, and so it is an upright one, which keeps nothing of the EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = await PictureProcess().read(saved(halves(), "JPEG", exif=exif))
    assert picture.portrait
    image = image_of(picture)
    assert like(image, (350, 10), RED)
    assert like(image, (350, 1270), BLUE)


async def test_what_is_transparent_stands_on_a_neutral_ground() -> None:
    """Whatever the colour is that nobody sees."""
    clear = Image.new("RGBA", (400, 300), (255, 0, 0, 0))
    assert like(image_of(await PictureProcess().read(saved(clear, "PNG"))), (600, 350), GREY)


async def test_sixteen_bits_of_grey_are_as_light_as_eight() -> None:
    """Half of the way from black to white is grey, and not white."""
    deep = Image.fromarray(np.full((300, 400), 32896, np.uint16))
    assert like(image_of(await PictureProcess().read(saved(deep, "PNG"))), (600, 350), GREY)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_of_one_that_moves_the_first_picture_is_taken(kind: str) -> None:
    """A hundred frames are no more work than one."""
    others = [Image.new("RGB", (400, 300), BLUE)] * 100
    raw = saved(Image.new("RGB", (400, 300), RED), kind, save_all=True, append_images=others)
    assert like(image_of(await PictureProcess().read(raw)), (600, 350), RED)


BOMBS = {
    "60,000 x 60,000 in one bit": png(60_000, 60_000, bits=1, colour=0, data=zlib.compress(bytes(7501), 9)),
    "2 billion wide": png(2**31 - 1, 1, bits=8, colour=2, data=b""),
    "a GIF": b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;",
    "a wide, low one": png(80_000_001, 1, bits=1, colour=0, data=zlib.compress(bytes(10_000_002))),
}


@pytest.mark.parametrize("bomb", list(BOMBS))
async def test_a_bomb_is_refused_by_its_dimensions(bomb: str) -> None:
    """Before it is unpacked, and as what it is: too large."""
    assert len(BOMBS[bomb]) < 20_000
    assert await refusal(BOMBS[bomb]) == TOO_LARGE


NO_PICTURES = {
    "nothing": b"",
    "a web page": b"<!doctype html><html><body><img src=x></body></html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "half a JPEG": saved(halves(), "JPEG")[:600],
    "half a PNG": saved(halves(), "PNG")[:200],
    "half a HEIC": saved(halves(), "HEIF")[:-60],
    "the head of a WebP": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    "another kind": saved(halves(), "TIFF"),
    "PostScript, which runs": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    "no size": png(0, 0, bits=8, colour=2, data=b""),
    "noise": bytes(range(256)) * 400,
}


@pytest.mark.parametrize("name", list(NO_PICTURES))
async def test_what_is_no_picture_is_refused(name: str) -> None:
    """By what is in it: nobody asks what it is called."""
    assert await refusal(NO_PICTURES[name]) is Code.NO_PICTURE


async def test_no_more_than_25_mb_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what is said to be larger, nor what turns out to be: no process is started for it."""
    monkeypatch.setattr(pictures, "_run", None)
    reader = PictureProcess()
    reader.check_size(25 * 1024**2)
    with pytest.raises(BroadcastError) as caught:
        reader.check_size(25 * 1024**2 + 1)
    assert caught.value.why == TOO_LARGE
    assert await refusal(bytes(25 * 1024**2 + 1), reader) == TOO_LARGE


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.subprocess.Process]:
    """Those that were started."""
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def listened(*arguments: str, **options: object) -> asyncio.subprocess.Process:
        started.append(await start(*arguments, **options))  # type: ignore[arg-type]  # handed on as they are
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", listened)
    return started


async def test_what_takes_too_long_is_given_up(processes: list[asyncio.subprocess.Process]) -> None:
    """Its process is gone when the refusal comes."""
    reader = PictureProcess(timeout_s=0.05)
    assert await refusal(saved(halves(), "PNG"), reader) is Code.PICTURE_TAKES_TOO_LONG
    assert [process.returncode for process in processes] == [-9]


async def test_one_that_breaks_what_reads_it_is_no_picture(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator is told how the process ended, and the next picture is read as ever."""
    reader = PictureProcess()
    with monkeypatch.context() as broken:
        broken.setattr(pictures, "MODULE", "tests.no_such_module")
        assert await refusal(saved(halves(), "PNG"), reader) is Code.NO_PICTURE
    assert "No module named" in caplog.text
    image_of(await reader.read(saved(halves(), "PNG")))


async def test_only_one_is_read_at_a_time(processes: list[asyncio.subprocess.Process]) -> None:
    """Whoever comes second waits: when its process starts, the first one is over."""
    reader, raw = PictureProcess(), saved(halves(), "PNG")
    reading = asyncio.gather(reader.read(raw), reader.read(raw))
    while len(processes) < 2:
        await asyncio.sleep(0)
    assert processes[0].returncode == 0
    await reading
