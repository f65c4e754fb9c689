"""The latest prompt, small, on the picture's lower edge."""

import functools

import fontpkg  # type: ignore[import-untyped]  # it has neither stubs nor a marker
from PIL import Image, ImageDraw, ImageFont

from bot.local.odyssey.world.sprite import Sprite

LIMIT_CHARS = 90
FONT = str(fontpkg.path("Noto Sans"))
WRITABLE = (("\u0020", "\u052f"), ("\u1e00", "\u1fff"), ("\u2010", "\u203a"), ("\u20a0", "\u20bf"))
"""From and to: Latin, Greek and Cyrillic letters, punctuation and currencies, which the font has."""


def caption(text: str, width: int, height: int) -> tuple[Sprite, int, int] | None:
    """The caption and where its top left corner belongs; None when there is nothing that can be written."""
    shown = _writable(text)
    if not shown:
        return None
    size_px = max(14, min(width, height) // 30)
    font = _font(size_px)
    limit_px = width * 0.86
    while font.getlength(shown) > limit_px and len(shown) > 2:
        shown = shown[:-2].rstrip(" .,…") + "…"
    left, _, right, _ = font.getbbox(shown)
    pad_x, pad_y = int(size_px * 0.7), int(size_px * 0.42)
    size = (int(right - left) + 2 * pad_x, int(size_px * 1.1) + 2 * pad_y)
    image = Image.new("RGBA", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, size[0] * 2 - 1, size[1] * 2 - 1), size[1], fill=(20, 22, 34, 132)
    )
    image = image.reduce(2)
    ImageDraw.Draw(image).text((pad_x - left, pad_y - size_px // 5), shown, (255, 255, 255, 240), font)
    x = (width - image.width) // 2
    return Sprite.from_rgba(image), x, height - image.height - max(12, height // 40)


@functools.cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """Kept, since a letter takes six times as long when it is drawn for the first time."""
    return ImageFont.truetype(FONT, size_px)


def _writable(text: str) -> str:
    """The part of the text that the font can draw, on one line."""
    one_line = " ".join(text.split())[:LIMIT_CHARS]
    kept = (char for char in one_line if char.isprintable() and any(a <= char <= z for a, z in WRITABLE))
    return "".join(kept).strip()
