"""The image that a stream starts from, as the service takes it.

Protocol page, "Limits": 25 MB at most; JPEG, PNG, WebP, GIF, BMP, HEIC, HEIF or AVIF; the client makes it
fill 1280x704 or 704x1280, cutting the middle out.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from pathlib import Path

import pillow_heif
from PIL import Image, ImageOps

from bot.odyssey.errors import OdysseyStreamError

ImageSource = str | bytes | Path
"""A path, the file's bytes, or a `data:` URL."""

MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 80_000_000
LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)
JPEG_QUALITY = 90

_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
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
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_large()
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        fitted = ImageOps.fit(upright, PORTRAIT if portrait else LANDSCAPE, Image.Resampling.LANCZOS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:  # the last of broken AVIF
        raise _unreadable() from error
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


def _read(source: ImageSource) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str) and source.startswith("data:"):
        match = _DATA_URL.match(source)
        if match is None:
            raise _unreadable()
        if len(source) > MAX_IMAGE_BYTES * 4 // 3 + 100:
            raise _too_large()
        try:
            return base64.b64decode(source[match.end() :], validate=True)
        except binascii.Error as error:
            raise _unreadable() from error
    path = Path(source)
    try:
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise _too_large()
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise OdysseyStreamError("The image file cannot be read.", code="image_unreadable") from error


def _too_large() -> OdysseyStreamError:
    return OdysseyStreamError("The image is larger than 25 MB or 80 megapixels.", code="image_too_large")


def _unreadable() -> OdysseyStreamError:
    return OdysseyStreamError(
        "The image cannot be read; use JPEG, PNG, WebP, GIF, BMP, HEIC, HEIF or AVIF.",
        code="image_unreadable",
    )
