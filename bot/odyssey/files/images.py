"""The image that a stream starts from, as the service takes it.

Protocol page, "Limits": 25 MB at most; JPEG, PNG, WebP, GIF, BMP, HEIC, HEIF or AVIF; the client makes it
fill 1280x704 or 704x1280, cutting the middle out.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from bot.odyssey.base.errors import OdysseyStreamError

ImageSource = str | bytes | Path
"""A path, the file's bytes, or a `data:` URL."""

MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 80_000_000
LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)
JPEG_QUALITY = 90
GROUND = "#808080"

_DATA_URL = re.compile(r"data:image/[\w.+-]+(;[\w.+=-]+)*;base64,", re.IGNORECASE)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF", "HEIF")

pillow_heif.register_heif_opener()  # Pillow reads no HEIC or HEIF by itself


def image_data_url(source: ImageSource, *, portrait: bool) -> str:
    """The image as a JPEG data URL of the stream's size. Blocks: reads, decodes and scales.

    Raises `OdysseyStreamError` (codes `image_too_large`, `image_unreadable`).
    """
    raw = _read(source)
    if len(raw) > MAX_IMAGE_BYTES:
        raise _too_large()
    try:
        fitted = ImageOps.fit(_decoded(raw), PORTRAIT if portrait else LANDSCAPE, Image.Resampling.LANCZOS)
    except OdysseyStreamError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # decoders raise nearly anything for a broken file
        raise _unreadable() from error
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


def _decoded(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_large()
        return _as_rgb(ImageOps.exif_transpose(opened))


def _as_rgb(image: Image.Image) -> Image.Image:
    """As people see it in a viewer: 16 bits of grey scaled to 8, and what is transparent on a neutral ground,
    since the colour below it is arbitrary."""
    if image.mode.startswith("I"):  # Pillow's own conversion makes white of all above 255
        image = Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, GROUND)
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _read(source: ImageSource) -> bytes:
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
