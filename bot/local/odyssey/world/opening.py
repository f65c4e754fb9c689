"""The input image: the picture that a stream opens with."""

from __future__ import annotations

import base64
import binascii
import io

import pillow_heif
from PIL import Image, ImageOps

from bot.local.odyssey.world.colours import RGB

LIMIT_PIXELS = 80_000_000
LIMIT_BYTES = 25 * 1024 * 1024  # protocol page, "Limits"

pillow_heif.register_heif_opener()  # Pillow reads no HEIC or HEIF by itself


class OpeningError(ValueError):
    """The input image cannot be used; the message says why."""


def opening_picture(data_url: str, width: int, height: int) -> Image.Image:
    """The image of a data URL (or of bare base64), made to fill the size and cut at its centre."""
    try:
        data = base64.b64decode(data_url.partition(",")[2] or data_url, validate=True)
    except (binascii.Error, ValueError) as error:
        raise OpeningError("The input image is not valid base64.") from error
    if len(data) > LIMIT_BYTES:
        raise OpeningError("The input image is larger than 25 MB.")
    try:
        upright = _upright(data)
    except Exception as error:  # Pillow's decoders raise whatever broken data makes them trip over
        raise OpeningError("The input image is of no known format, broken, or too large.") from error
    return ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)


def mean_colour(image: Image.Image) -> RGB:
    """The colour of the whole image, which the world takes on."""
    red, green, blue = image.resize((1, 1), Image.Resampling.BOX).tobytes()
    return red, green, blue


def _upright(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > LIMIT_PIXELS:
            raise ValueError("too many pixels")
        return ImageOps.exif_transpose(image).convert("RGB")
