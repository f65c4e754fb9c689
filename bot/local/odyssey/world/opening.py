"""The input image: the picture that a stream opens with."""

import base64
import binascii
import io
import math

import pillow_heif
from PIL import Image, ImageChops, ImageOps, ImageStat

from bot.local.odyssey.world.canvas import Canvas

LIMIT_PIXELS = 80_000_000
LIMIT_BYTES = 25 * 1024 * 1024  # this and the formats: protocol page, "Limits"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF", "AVIF")

HOLD_S, BLEND_S = 0.5, 2.5
# A picture that the world itself was seen in is a little old: it is what has moved since then that fades.
ALIKE_HOLD_S, ALIKE_BLEND_S = 0.1, 0.6
# What has moved for a second makes up to 20 of it, another time of day 35 and another place 50 or more.
ALIKE = 24.0

pillow_heif.register_heif_opener()  # Pillow reads no HEIC or HEIF by itself


class OpeningError(ValueError):
    """The input image cannot be used; the message says why."""


class Opening:
    """A picture that a stage begins with: held for a moment, exactly, and then blended into the world."""

    def __init__(self, picture: Canvas) -> None:
        self.picture = picture
        self._hold_s, self._blend_s = HOLD_S, BLEND_S

    def meet(self, world: Canvas) -> None:
        """Know the world that it gives way to: to one that it is a picture of, it gives way quickly."""
        if _unlikeness(self.picture, world) < ALIKE:
            self._hold_s, self._blend_s = ALIKE_HOLD_S, ALIKE_BLEND_S

    def share_of_world(self, since_s: float) -> float:
        """How much of the world is to be seen so long after the start: 0 at first, in the end 1."""
        progress = min(1.0, max(0.0, (since_s - self._hold_s) / self._blend_s))
        return 0.5 - 0.5 * math.cos(math.pi * progress)


def opening_picture(data_url: str, width: int, height: int) -> Image.Image:
    """The image of a data URL (or of bare base64), made to fill the size and cut at its centre.

    Slow: it may be of 80 megapixels. Raises OpeningError.
    """
    text = data_url.partition(",")[2] or data_url
    if len(text) > LIMIT_BYTES * 3 // 2:
        raise OpeningError("The input image is larger than 25 MB.")
    try:
        data = base64.b64decode("".join(text.split()), validate=True)  # some encoders wrap lines
    except (binascii.Error, ValueError) as error:
        raise OpeningError("The input image is not valid base64.") from error
    if len(data) > LIMIT_BYTES:
        raise OpeningError("The input image is larger than 25 MB.")
    try:
        upright = _upright(data)
    except Exception as error:  # Pillow's decoders raise whatever broken data makes them trip over
        raise OpeningError("The input image is of no known format, broken, or too large.") from error
    return ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)


def _unlikeness(one: Canvas, other: Canvas) -> float:
    """How far the large areas of two pictures are apart: the mean differences of their planes, added up."""
    pairs = zip(one.planes, other.planes, (64, 32, 32), strict=True)
    differences = (ImageChops.difference(a.reduce(cell), b.reduce(cell)) for a, b, cell in pairs)
    return float(sum(ImageStat.Stat(difference).mean[0] for difference in differences))


def _upright(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > LIMIT_PIXELS:
            raise ValueError("too many pixels")
        return ImageOps.exif_transpose(image).convert("RGB")
