"""What things are made of: gives a drawn picture the look of glass, paper, stone, …"""

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bot.local.odyssey.world.colours import RGB

Field = NDArray[np.floating]
"""Rows by columns, 0 to 1."""

SHINING = frozenset({"glow", "neon"})
"""Materials that give light, so that the night does not darken them."""
HALO: RGB = (255, 236, 170)
NEON: RGB = (255, 70, 190)


def in_material(
    image: Image.Image, material: str, colour: RGB | None = None, *, own: bool = False
) -> Image.Image:
    """An RGBA picture as if made of the material (of `vocabulary.MATERIALS`).

    It is in the colour, or in its `own` ones, or in the material's.
    """
    pixels = np.asarray(image, np.float32) / 255
    rgb, alpha = pixels[..., :3], pixels[..., 3]
    body = _Body(image, rgb @ np.array((0.299, 0.587, 0.114), np.float32), alpha)
    tint = rgb if own else None if colour is None else _triple(colour)
    shade, opacity = _LOOKS[material](body, rgb, tint)
    out = np.dstack([np.clip(shade, 0, 1), np.clip(opacity, 0, 1) * alpha])
    return Image.fromarray((out * 255).astype(np.uint8))


class _Body:
    """A picture's brightness and shape."""

    def __init__(self, image: Image.Image, luma: Field, alpha: Field) -> None:
        self.luma, self.alpha = luma, alpha
        self._image = image
        self._unit = max(2.0, min(image.size) / 24)
        self.x, self.y = _places(*luma.shape)

    def rim(self) -> Field:
        """1 at the outline, falling off to 0 inside."""
        soft = self._image.getchannel("A").filter(ImageFilter.BoxBlur(self._unit))
        return np.asarray(np.clip(2 - 2 * np.asarray(soft, np.float32) / 255, 0, 1) ** 0.8, np.float32)

    def seams(self) -> Field:
        """Bright where the drawing's own colours meet."""
        grey = self._image.convert("RGB").convert("L").filter(ImageFilter.BoxBlur(1))
        found = grey.filter(ImageFilter.FIND_EDGES).filter(ImageFilter.BoxBlur(0.7))
        return np.asarray(np.clip(np.asarray(found, np.float32) / 60, 0, 1), np.float32)

    def gleam(self, width: float = 0.035) -> Field:
        """Slanted bands of reflected light."""
        return _gleam(*self.luma.shape, width)


@functools.lru_cache(maxsize=4)
def _places(rows: int, columns: int) -> tuple[Field, Field]:
    """Where each pixel is, across and down, in heights."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / rows
    return x, y


@functools.lru_cache(maxsize=4)
def _gleam(rows: int, columns: int, width: float) -> Field:
    x, y = _places(rows, columns)
    slant = x + 0.55 * y
    bands = np.zeros_like(x)
    for at, strength, wide in ((0.0, 0.9, 1.0), (0.13, 0.55, 0.4)):
        bands += strength * np.exp(-(((slant - at) % 0.9 - 0.45) ** 2) / (2 * (width * wide) ** 2))
    return np.clip(bands, 0, 1)


Look = Callable[[_Body, Field, Field | None], tuple[Field, Field]]


def _glass(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    return _clear(body, rgb, _triple((140, 210, 240)) if colour is None else colour, 0.46)


def _ice(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    return _clear(body, rgb * 0, _triple((150, 200, 250)) if colour is None else colour, 0.58)


def _clear(body: _Body, rgb: Field, tint: Field, least: float) -> tuple[Field, Field]:
    rim, seams, gleam = body.rim(), body.seams(), body.gleam()
    light = np.clip(0.42 * rim**2 + 0.2 * seams + 0.9 * gleam, 0, 1)[..., None]
    own = 0.85 * tint + 0.15 * rgb
    shade = own * (0.7 + 0.42 * body.luma[..., None]) * (1 - light) + light
    return shade, least + 0.5 * rim + 0.25 * seams + 0.6 * gleam


def _paper(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    sheet = _triple((250, 244, 228)) if colour is None else 0.75 * colour + 0.25
    tones = np.round(body.luma * 4) / 4
    # Folds: two families of slanted creases, each facet a little lighter or darker than its neighbour.
    across, along = (body.x + body.y) * 4.5, (body.x - 0.8 * body.y) * 3.5
    facets = (np.floor(across) + np.floor(along)) % 2
    crease = np.minimum(np.abs(across % 1 - 0.5), np.abs(along % 1 - 0.5))
    folds = 0.09 * (facets - 0.5) - 0.12 * np.clip(1 - crease * 40, 0, 1)
    bright = 0.78 + 0.25 * tones + folds - 0.22 * body.seams()
    return sheet * bright[..., None], np.ones_like(body.luma)


def _stone(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    rock = _triple((170, 166, 160)) if colour is None else 0.6 * colour + 0.25
    grain = _grain(body.luma.shape, 2)
    cracks = np.clip(1 - np.abs(_grain(body.luma.shape, 22) - 0.5) * 30, 0, 1)
    bright = 0.5 + 0.42 * body.luma + 0.2 * (grain - 0.5) - 0.22 * cracks
    return rock * bright[..., None], np.ones_like(body.luma)


def _wood(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    plank = _triple((186, 130, 80)) if colour is None else 0.6 * colour + 0.15
    bend = 0.05 * np.sin(body.x * 9)
    rings = 0.5 + 0.5 * np.sin((body.y + bend) * 95 + 5 * _grain(body.luma.shape, 30))
    return plank * (0.55 + 0.4 * body.luma + 0.16 * rings)[..., None], np.ones_like(body.luma)


def _metal(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    steel = _triple((196, 206, 220)) if colour is None else colour
    bands = 0.5 + 0.5 * np.sin(body.y * 11 + 2.4 * body.luma)
    light = (0.8 * body.gleam(0.05))[..., None]
    shade = steel * (0.36 + 0.3 * body.luma + 0.5 * bands)[..., None]
    return shade * (1 - light) + light, np.ones_like(body.luma)


def _glow(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    warm = _triple(HALO) if colour is None else 0.7 * colour + 0.3
    light = (0.3 + 0.5 * body.rim())[..., None]
    return rgb * 1.1 * (1 - light) + warm * light + 0.06, np.ones_like(body.luma)


def _neon(body: _Body, rgb: Field, colour: Field | None) -> tuple[Field, Field]:
    tube = _triple(NEON) if colour is None else colour
    line = np.clip(body.rim() * 1.5 - 0.25, 0, 1) ** 2 + 0.7 * body.seams()
    line = np.clip(line, 0, 1)[..., None]
    shade = tube * (0.16 + 0.12 * body.luma[..., None]) * (1 - line) + (0.62 * tube + 0.42) * line
    return shade, 0.72 + 0.28 * line[..., 0]


_LOOKS: dict[str, Look] = {
    "glass": _glass,
    "ice": _ice,
    "paper": _paper,
    "stone": _stone,
    "wood": _wood,
    "metal": _metal,
    "glow": _glow,
    "neon": _neon,
}


def patched(first: Image.Image, second: Image.Image) -> Image.Image:
    """One drawing in two colours: patches of the second on the first."""
    spots = _grain((first.height, first.width), max(6, first.height // 4), seed=5)
    mask = Image.fromarray((np.clip((spots - 0.5) * 14 + 0.5, 0, 1) * 255).astype(np.uint8))
    return Image.composite(second, first, mask)


def halo(radius_px: int, colour: RGB, strength: float = 0.7) -> Image.Image:
    """A round soft light of that radius."""
    rows, columns = np.mgrid[0 : radius_px * 2, 0 : radius_px * 2].astype(np.float32)
    away = np.hypot(columns - radius_px + 0.5, rows - radius_px + 0.5) / radius_px
    light = np.clip(1 - away, 0, 1) ** 2 * strength
    out = Image.new("RGBA", (radius_px * 2, radius_px * 2), colour)
    out.putalpha(Image.fromarray((light * 255).astype(np.uint8)))
    return out


@functools.lru_cache(maxsize=8)
def _grain(shape: tuple[int, ...], size_px: int, seed: int = 3) -> Field:
    """Smooth noise, 0 to 1, whose spots are about `size_px` across. The same each time."""
    rows, columns = shape[0] // size_px + 2, shape[1] // size_px + 2
    coarse = np.random.default_rng(seed).uniform(0, 255, (rows, columns)).astype(np.uint8)
    fine = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float32) / 255


def _triple(colour: RGB) -> Field:
    return np.array(colour, np.float32) / 255
