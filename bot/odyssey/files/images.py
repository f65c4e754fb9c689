"""The image that a stream starts from, as the service takes it.

Protocol page, "Limits": 25 MB at most; JPEG, PNG, WebP, GIF, BMP, HEIC, HEIF or AVIF; the client makes it
fill 1280x704 or 704x1280, cutting the middle out.
"""

import base64
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from bot.odyssey.base.errors import OdysseyStreamError
from bot.odyssey.base.types import VideoFrame


class FittedImage(NamedTuple):
    """A JPEG of a stream's size."""

    jpeg: bytes
    portrait: bool


ImageSource = str | bytes | Path | FittedImage
"""A path, the file's bytes, a `data:` URL, or what was fitted already, which is sent as it is."""

MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_IMAGE_PIXELS = 80_000_000
LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)
JPEG_QUALITY = 90
GROUND = "#808080"

_DATA_URL = re.compile(r"data:image/[\w.+-]+(;[\w.+=-]+)*;base64,", re.IGNORECASE)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF", "HEIF")

pillow_heif.register_heif_opener()  # Pillow reads no HEIC or HEIF by itself


def image_data_url(source: ImageSource, *, portrait: bool) -> str:
    """The image as a JPEG data URL of the stream's size. Blocks and raises as `fit_image`."""
    if not isinstance(source, FittedImage) or source.portrait != portrait:
        source = fit_image(source, portrait=portrait)
    return f"data:image/jpeg;base64,{base64.b64encode(source.jpeg).decode()}"


def fit_image(source: ImageSource, *, portrait: bool | None = None) -> FittedImage:
    """The image as a JPEG of the stream's size; of an animated one, the first picture.

    It is upright or wide as it is itself, if nothing is said. Blocks: reads, decodes and scales. Raises
    `OdysseyStreamError` (codes `image_too_large`, `image_unreadable`).
    """
    raw = _read(source)
    if len(raw) > MAX_IMAGE_BYTES:
        raise _too_large()
    try:
        return _fitted(_decoded(raw), portrait)
    except OdysseyStreamError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _too_large() from error
    except Exception as error:  # decoders raise nearly anything for a broken file
        raise _unreadable() from error


def fit_frame(frame: VideoFrame) -> FittedImage:
    """A received picture, for another stream to start from. Blocks."""
    return _fitted(Image.fromarray(frame.data), None)


def _fitted(image: Image.Image, portrait: bool | None) -> FittedImage:
    if portrait is None:
        portrait = image.height > image.width
    size = PORTRAIT if portrait else LANDSCAPE
    # Scaled before anything else is done to it: large images then take little memory and time.
    if image.size != size:
        image = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    _on_ground(image).save(out, "JPEG", quality=JPEG_QUALITY)
    return FittedImage(out.getvalue(), portrait)


def _decoded(raw: bytes) -> Image.Image:
    """Upright, in a mode that can be scaled."""
    with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_IMAGE_PIXELS:
            raise _too_large()
        opened.draft(None, (max(LANDSCAPE), max(LANDSCAPE)))  # a JPEG is decoded at no more than it takes
        return _scalable(ImageOps.exif_transpose(opened))


def _scalable(image: Image.Image) -> Image.Image:
    """As people see it in a viewer: 16 bits of grey are scaled to 8."""
    if image.mode.startswith("I"):  # Pillow's own conversion makes white of all above 255
        return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _on_ground(image: Image.Image) -> Image.Image:
    """What is transparent, on a neutral ground: the colour below it is arbitrary."""
    if image.mode == "RGB":
        return image
    if image.mode != "RGBA":
        return image.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", image.size, GROUND), image).convert("RGB")


def _read(source: ImageSource) -> bytes:
    if isinstance(source, FittedImage):
        return source.jpeg
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str) and source[:5].lower() == "data:":
        match = _DATA_URL.match(source)
        if match is None:
            raise _unreadable()
        if len(source) > MAX_IMAGE_BYTES * 4 // 3 + 100:
            raise _too_large()
        try:
            return base64.b64decode(source[match.end() :], validate=True)
        except ValueError as error:  # not base64, or not even ASCII
            raise _unreadable() from error
    try:
        path = Path(source)
        if not path.is_file():  # to read a device or a pipe might never end
            raise _unreadable()
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise _too_large()
        return path.read_bytes()
    except (OSError, ValueError, TypeError) as error:
        raise OdysseyStreamError("The image file cannot be read.", code="image_unreadable") from error


def _too_large() -> OdysseyStreamError:
    return OdysseyStreamError("The image is larger than 25 MB or 80 megapixels.", code="image_too_large")


def _unreadable() -> OdysseyStreamError:
    return OdysseyStreamError(
        "The image cannot be read; use JPEG, PNG, WebP, GIF, BMP, HEIC, HEIF or AVIF.",
        code="image_unreadable",
    )
