"""Northern lights: curtains of rays that drift, brighten and fade, without any hard edge."""

import functools
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import RGB, luminous, turn
from bot.local.odyssey.world.sprite import Sprite

GREEN: RGB = (80, 240, 160)
_COARSE = 8  # computed this much smaller, for it is soft
_FOOT = 0.62  # how far down the lowest curtain reaches, as a share of the height
_STEPS = 4  # of brightness


class Aurora:
    """Two curtains, one behind the other, that move against each other."""

    def __init__(self, width: int, height: int, colours: tuple[RGB, ...], seed: int) -> None:
        first = luminous(colours[0]) if colours else GREEN
        second = luminous(colours[-1]) if len(colours) > 1 else turn(first, 0.13, 0.9)
        self._curtains = [
            _curtain(width, height, *pair, seed + i)
            for i, pair in enumerate(((first, second), (second, first)))
        ]

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the curtains as they are at a moment."""
        for index, shades in enumerate(self._curtains):
            strength = 0.5 + 0.5 * math.sin(time_s * 0.55 + index * 2.4)
            curtain = shades[min(_STEPS - 1, int(strength * _STEPS))]
            span = curtain.width - canvas.width
            sway = 0.5 + 0.5 * math.sin(time_s * (0.13 + 0.05 * index) + index * 1.9)
            curtain.stamp(canvas, -(round(span * sway) & ~1), 0)


@functools.lru_cache(maxsize=4)
def _curtain(width: int, height: int, low: RGB, high: RGB, seed: int) -> tuple[Sprite, ...]:
    """A curtain wider than the picture, from the picture's top edge down, in several strengths."""
    columns, rows = int(width * 1.5) // _COARSE, int(height * _FOOT) // _COARSE
    chance = seeded(seed)
    x = np.arange(columns, dtype=np.float32) / columns
    shifts = [chance.uniform(0, math.tau) for _ in range(6)]
    foot = 0.66 + 0.12 * np.sin(x * 7 + shifts[0]) + 0.06 * np.sin(x * 17 + shifts[1])
    reach = 0.34 + 0.12 * np.sin(x * 5 + shifts[2]) + 0.05 * np.sin(x * 31 + shifts[3])
    rays = 0.62 + 0.22 * np.sin(x * 61 + 4 * np.sin(x * 9) + shifts[4]) + 0.16 * np.sin(x * 113 + shifts[5])
    veil = 0.45 + 0.55 * np.sin(x * 4.2 + shifts[0]) ** 2
    light = _profile(foot, reach, rows) * (rays * veil)[None, :]
    # It ends softly on every side, the picture's top and its own ends too.
    light *= np.clip(np.minimum(x, 1 - x) * 9, 0, 1)[None, :]
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    share = np.clip((foot[None, :] - down) / (reach[None, :] * 1.5), 0, 1)[..., None]
    ramp = np.array(low, np.float32) * (1 - share) + np.array(high, np.float32) * share
    size = (columns * _COARSE & ~1, rows * _COARSE & ~1)
    # Enlarged as planes, of which two are small.
    half = (size[0] // 2, size[1] // 2)
    coarse = Canvas.from_rgb(Image.fromarray(ramp.astype(np.uint8)).resize((columns * 2, rows * 2)))
    picture = Canvas(*(p.resize(to) for p, to in zip(coarse.planes, (size, half, half), strict=True)))
    alpha = Image.fromarray((np.clip(light, 0, 1) * 250).astype(np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    whole = Sprite.from_canvas(picture, alpha)
    return tuple(whole.faded(0.72 + 0.28 * step / (_STEPS - 1)) for step in range(_STEPS))


def _profile(foot: NDArray[np.floating], reach: NDArray[np.floating], rows: int) -> NDArray[np.floating]:
    """Brightness down each column: brightest a little above the foot, fading upwards for long."""
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    above = foot[None, :] - down
    up = np.exp(-np.clip(above, 0, None) / (reach[None, :] * 0.62))
    below = np.exp(-((np.clip(-above, 0, None) / 0.1) ** 2))
    edge = np.clip(down * 5, 0, 1) * np.clip((1 - down) * 7, 0, 1)
    return np.asarray(np.where(above > 0, up, below) * edge, np.float32)
