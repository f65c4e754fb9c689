"""The shape of the land: ridges, and the ground below them, as sprites that repeat sideways."""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.colours import RGB, mix
from bot.local.odyssey.world.sprite import Sprite

COARSE = 4  # the ground's soft shading is computed this much smaller
SNOW_STEPS = 34  # of 256 from crest to foot
Ridge = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Paint:
    """The ground's colours, as lit: at the crest, deep down, and of the snow on the crest."""

    crest: RGB
    foot: RGB
    snow: RGB | None = None


@dataclass(slots=True)
class Piece:
    """A layer while props are planted on it: its sprite, the y of its crest at each x, and its place."""

    sprite: Sprite
    profile: Ridge
    top: int

    def crest(self, x: float) -> float:
        """The crest's y in the sprite."""
        return float(self.profile[int(x) % len(self.profile)])

    def trimmed(self) -> tuple[Sprite, int]:
        """The sprite without the empty rows at its top, and how many those were (even)."""
        box = self.sprite.alpha.getbbox() or (0, 0, 0, 0)
        cut = box[1] & ~1
        width, height = self.sprite.width, self.sprite.height
        picture = self.sprite.picture
        half = (0, cut // 2, width // 2, height // 2)
        planes = (picture.y.crop((0, cut, width, height)), picture.u.crop(half), picture.v.crop(half))
        return Sprite.from_canvas(Canvas(*planes), self.sprite.alpha.crop((0, cut, width, height))), cut


def ridge(chance: random.Random, width: int, amplitude_px: float, rough: float) -> Ridge:
    """A line round zero that repeats after `width`. `rough` adds jagged peaks."""
    x = np.arange(width, dtype=np.float32) * (math.tau / width)
    line = np.zeros(width, np.float32)
    for wave in (2, 3, 5):
        line += np.sin(x * wave + chance.uniform(0, math.tau)) / wave
    if rough:
        for wave in (7, 11, 17, 29, 43):
            # The absolute value of a sine has sharp peaks.
            line -= rough * 2.4 * np.abs(np.sin(x * wave + chance.uniform(0, math.tau))) / wave
    line -= line.mean()
    return np.asarray(line / max(0.001, float(np.abs(line).max())) * amplitude_px, np.float32)


def piece_below(crest: Ridge, height: int, paint: Paint, *, headroom_px: int) -> Piece:
    """The ground from a crest down to `height`, with room for props of `headroom_px` above it."""
    top = max(0, int(crest.min()) - headroom_px - 2) & ~1
    profile = crest - top
    width, rows = len(profile), height - top
    shading = _depth(profile, rows, snowy=paint.snow is not None)
    picture = _painted(shading, (width, rows), paint)
    return Piece(Sprite.from_canvas(picture, _opacity(profile, rows)), profile, top)


def _opacity(profile: Ridge, rows: int) -> Image.Image:
    """Opaque below the profile, with a smooth edge."""
    first, last = max(0, int(profile.min()) - 1), min(rows, int(profile.max()) + 2)
    alpha = np.zeros((rows, len(profile)), np.uint8)
    alpha[last:] = 255
    down = np.arange(first, last, dtype=np.float32)[:, None]
    alpha[first:last] = np.clip((down - profile[None, :] + 0.5) * 255, 0, 255)
    return Image.fromarray(alpha)


def _depth(profile: Ridge, rows: int, *, snowy: bool) -> Image.Image:
    """How deep each place lies below the crest, 0 to 255; coarse unless snow is to follow every peak."""
    step = 1 if snowy else COARSE
    # The shading follows the broad shape, else each peak would draw a line down to the foot.
    crest = profile if snowy else _smoothed(profile)[::step]
    reach = max(60.0, rows - float(profile.max()))
    down = np.arange(0, rows, step, dtype=np.float32)[:, None]
    return Image.fromarray(np.clip((down - crest[None, :]) * (255 / reach), 0, 255).astype(np.uint8))


def _smoothed(profile: Ridge) -> Ridge:
    """The profile without its detail: only its slowest waves."""
    spectrum = np.fft.rfft(profile)
    spectrum[6:] = 0
    return np.fft.irfft(spectrum, len(profile)).astype(np.float32)


def _painted(depth: Image.Image, size: tuple[int, int], paint: Paint) -> Canvas:
    ramp = [mix(paint.crest, paint.foot, (step / 255) ** 0.8) for step in range(256)]
    if paint.snow is not None:
        below = ramp[SNOW_STEPS]
        ramp[:SNOW_STEPS] = [mix(paint.snow, below, (step / SNOW_STEPS) ** 3) for step in range(SNOW_STEPS)]
    # Each colour as a block of 2 by 2, so that it has a sample of its own in every plane.
    swatch = Canvas.from_rgb(Image.fromarray(np.array([ramp], np.uint8).repeat(2, 0).repeat(2, 1)))
    luma = list(swatch.y.crop((0, 0, 512, 1)).tobytes()[::2])
    chroma = [list(plane.crop((0, 0, 256, 1)).tobytes()) for plane in (swatch.u, swatch.v)]
    whole = depth.resize(size, Image.Resampling.BILINEAR)
    half = depth.resize((size[0] // 2, size[1] // 2), Image.Resampling.BILINEAR)
    return Canvas(whole.point(luma), half.point(chroma[0]), half.point(chroma[1]))
