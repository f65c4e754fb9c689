"""Flowers and wheat, large enough to be what a picture is about."""

import math
import random

from bot.local.odyssey.world.colours import RGB, shade
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.materials import SHINING, in_material
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

TALLEST = 0.26  # of the shorter side
PETALS: tuple[RGB, ...] = (
    (236, 92, 112),
    (246, 196, 76),
    (150, 112, 214),
    (250, 244, 238),
    (240, 132, 62),
    (226, 112, 176),
    (98, 146, 226),
)
GLASS_PETALS: tuple[RGB, ...] = (
    (255, 92, 156),
    (84, 190, 255),
    (160, 110, 255),
    (255, 196, 70),
    (60, 226, 190),
    (255, 130, 96),
    (120, 140, 255),
)
STEM: RGB = (74, 138, 72)
_DIM = 0.55  # as much of the night as flowers take on, for they are to be seen


def flower(
    light: Light, height_px: float, kind: int, colours: tuple[RGB, ...], material: str | None
) -> Sprite:
    """A flower of one of several kinds, in one of the colours."""
    clear = material in ("glass", "ice")
    palette = colours or (GLASS_PETALS if clear else PETALS)
    petal = palette[kind % len(palette)]
    pen = Pen(0.62, 1.0, height_px)
    stem = (150, 214, 190) if clear else STEM
    pen.line([(0.31, 0.99), (0.29, 0.7), (0.31, 0.3)], 0.035, stem, 0.026)
    for side in (-1, 1):
        leaf = [
            (0.3, 0.92),
            (0.31 + side * 0.14, 0.72),
            (0.31 + side * 0.22, 0.62),
            (0.31 + side * 0.05, 0.8),
        ]
        pen.blob(leaf, shade(stem, 0.9 if side < 0 else 1.1))
    (_tulip, _daisy, _bell)[kind % 3](pen, petal)
    image = pen.finish(relief=0.06, round_=True)
    if material is not None:
        image = in_material(image, material, own=clear or bool(colours))
    if material in SHINING:
        return Sprite.from_rgba(image)
    red, green, blue = ((1 - _DIM) + _DIM * factor for factor in light.ambient)
    return Sprite.from_rgba(image, (red, green, blue))


def wheat(chance: random.Random, light: Light, height_px: float, grain: RGB) -> Sprite:
    """Some stalks with full ears."""
    pen = Pen(0.7, 1.0, height_px)
    for _ in range(5):
        foot, lean = chance.uniform(0.2, 0.5), chance.uniform(-0.14, 0.14)
        top = chance.uniform(0.1, 0.34)
        tone = shade(grain, chance.uniform(0.8, 1.08))
        pen.line([(foot, 1.0), (foot + lean * 0.4, 0.6), (foot + lean, top)], 0.028, shade(tone, 0.84), 0.02)
        for step in range(4):
            y = top + 0.05 * step
            for side in (-1, 1):
                pen.ellipse((foot + lean + side * 0.03, y), 0.022, 0.05, tone, side * 0.5)
    return Sprite.from_rgba(pen.finish(relief=0.12), light.ambient)


def _tulip(pen: Pen, petal: RGB) -> None:
    outer = [(0.31, 0.4), (0.13, 0.32), (0.14, 0.08), (0.24, 0.16), (0.31, 0.04), (0.38, 0.16), (0.48, 0.08)]
    pen.polygon([*outer, (0.49, 0.32)], shade(petal, 0.82))
    pen.blob([(0.31, 0.41), (0.17, 0.3), (0.2, 0.12), (0.31, 0.05), (0.42, 0.12), (0.45, 0.3)], petal)
    pen.blob([(0.31, 0.39), (0.25, 0.28), (0.31, 0.1), (0.37, 0.28)], shade(petal, 1.16))


def _daisy(pen: Pen, petal: RGB) -> None:
    for step in range(9):
        angle = step * math.tau / 9
        place = (0.31 + 0.155 * math.cos(angle), 0.24 + 0.155 * math.sin(angle))
        pen.ellipse(place, 0.125, 0.06, petal if step % 2 else shade(petal, 0.88), angle)
    pen.ellipse((0.31, 0.24), 0.085, 0.085, (248, 204, 84))
    pen.ellipse((0.33, 0.22), 0.04, 0.04, (255, 232, 150))


def _bell(pen: Pen, petal: RGB) -> None:
    """Bells that hang from a bent stem."""
    pen.line([(0.31, 0.34), (0.32, 0.14), (0.44, 0.1), (0.5, 0.18)], 0.024, shade(STEM, 1.1))
    pen.line([(0.31, 0.3), (0.22, 0.2), (0.14, 0.26)], 0.02, shade(STEM, 1.1))
    for x, y, size in ((0.49, 0.17, 1.0), (0.14, 0.25, 0.85), (0.31, 0.3, 0.7)):
        wide, tall = 0.1 * size, 0.2 * size
        skirt = [(x - wide * 1.15, y + tall), (x - wide * 0.4, y + tall * 0.86), (x, y + tall * 1.06)]
        pen.blob(
            [
                (x, y),
                (x - wide * 0.8, y + tall * 0.3),
                *skirt,
                (x + wide * 1.15, y + tall),
                (x + wide * 0.8, y + tall * 0.3),
            ],
            petal,
        )
        pen.ellipse((x - wide * 0.3, y + tall * 0.45), wide * 0.22, tall * 0.26, shade(petal, 1.3))
