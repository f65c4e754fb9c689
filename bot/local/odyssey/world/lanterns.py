"""Paper lanterns: hung on strings, afloat on water, or risen into the air."""

import functools
import math
from dataclasses import dataclass

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import RGB, WHITE, mix, shade
from bot.local.odyssey.world.materials import halo
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

PAPER: tuple[RGB, ...] = ((255, 150, 76), (255, 196, 104), (240, 104, 84))
CORD: RGB = (40, 34, 46)
# Each string: where it begins and ends and how deep it hangs (shares of the height), how many, how large.
_STRINGS = ((0.05, 0.1, 0.2, 9, 0.062), (-0.02, 0.02, 0.12, 12, 0.042))
_AFLOAT, _RISEN = 14, 10
_KEPT = 12  # of each kind, from scene to scene: those of one picture and a few more


@dataclass(frozen=True, slots=True)
class _Lit:
    """A lantern with the light round it."""

    body: Sprite
    glow: Sprite
    streak: Sprite | None = None

    def stamp(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its centre there."""
        if self.streak is not None:
            self.streak.stamp(canvas, x - self.streak.width / 2, y + self.body.height * 0.3)
        for sprite in (self.glow, self.body):
            sprite.stamp(canvas, x - sprite.width / 2, y - sprite.height / 2)


class Lanterns:
    """All lanterns of a scene. On water they float; elsewhere some of them rise."""

    def __init__(
        self, width: int, height: int, colours: tuple[RGB, ...], seed: int, *, waterline: float | None
    ) -> None:
        chance = seeded(seed)
        unit = min(width, height)
        palette = colours or PAPER
        self._waterline = waterline
        self._cords = [_cord(width, height, *string[:3]) for string in _STRINGS]
        self._hung = [
            (
                [_round(unit * size, palette[number % len(palette)]) for number in range(len(palette))],
                [((slot + 0.5) / count, chance.random()) for slot in range(count)],
                (begin, end, sag),
            )
            for begin, end, sag, count, size in _STRINGS
        ]
        sizes = (0.04, 0.058, 0.082) if waterline is not None else (0.026, 0.036, 0.05)
        make = _boxed if waterline is not None else _risen
        self._loose = [[make(unit * size, colour) for colour in palette] for size in sizes]
        count = _AFLOAT if waterline is not None else _RISEN
        self._places = sorted(
            ((slot + chance.random()) / count, ((slot * 0.618) % 1) ** 1.15, chance.random())
            for slot in range(count)
        )
        self._places.sort(key=lambda place: place[1])

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw them as they are at a moment, far ones first."""
        for number, (across, depth, shift) in enumerate(self._places):
            kinds = self._loose[min(2, int(depth * 3))]
            lantern = kinds[number % len(kinds)]
            if self._waterline is None:
                age = (time_s * 0.02 * (0.6 + depth) + shift) % 1
                x = across + 0.02 * math.sin(time_s * 0.4 + shift * 20)
                y = 0.8 - 0.9 * age
            else:
                x = (across + time_s * 0.006 * (0.4 + depth)) % 1.1 - 0.05
                y = self._waterline + 0.035 + 0.2 * depth + 0.003 * math.sin(time_s * 1.3 + shift * 20)
            lantern.stamp(canvas, x * canvas.width, y * canvas.height)
        for cord, (kinds, places, line) in zip(self._cords, self._hung, strict=True):
            cord.stamp(canvas, 0, 0)
            for number, (across, shift) in enumerate(places):
                sway = 0.004 * math.sin(time_s * 1.1 + shift * 20)
                lantern = kinds[number % len(kinds)]
                x, y = (across + sway) * canvas.width, _hang(across, *line) * canvas.height
                lantern.stamp(canvas, x, y + lantern.body.height * 0.46)


def _hang(across: float, begin: float, end: float, sag: float) -> float:
    return begin + (end - begin) * across + sag * 4 * across * (1 - across) * 0.5


@functools.lru_cache(maxsize=_KEPT)
def _cord(width: int, height: int, begin: float, end: float, sag: float) -> Sprite:
    rows = int(height * (max(begin, end) + sag)) & ~1
    pen = Pen(width / height, rows / height, height)
    points = [(step / 24, _hang(step / 24, begin, end, sag)) for step in range(25)]
    pen.line([(x * width / height, y) for x, y in points], 0.003, CORD)
    return Sprite.from_rgba(pen.finish(relief=0))


@functools.lru_cache(maxsize=_KEPT)
def _round(height_px: float, paper: RGB) -> _Lit:
    """A ribbed ball of paper with a tassel."""
    pen = Pen(1.0, 1.3, height_px / 1.3)
    pen.line([(0.5, 0.0), (0.5, 0.14)], 0.03, CORD)
    pen.line([(0.5, 1.04), (0.5, 1.28)], 0.05, shade(paper, 0.7), 0.02)
    pen.ellipse((0.5, 0.58), 0.46, 0.44, shade(paper, 0.86))
    pen.ellipse((0.5, 0.62), 0.36, 0.36, paper)
    pen.ellipse((0.5, 0.66), 0.22, 0.25, mix(paper, (255, 246, 200), 0.7))
    for rib in (-0.28, -0.1, 0.1, 0.28):
        wide = math.sqrt(1 - (rib / 0.44) ** 2) * 0.45
        pen.line(
            [(0.5 - wide, 0.58 + rib), (0.5, 0.6 + rib), (0.5 + wide, 0.58 + rib)], 0.014, shade(paper, 0.74)
        )
    pen.box(0.34, 0.1, 0.66, 0.19, CORD, 0.03)
    pen.box(0.36, 0.98, 0.64, 1.06, CORD, 0.03)
    return _Lit(Sprite.from_rgba(pen.finish(relief=0)), _light(height_px, paper))


@functools.lru_cache(maxsize=_KEPT)
def _boxed(height_px: float, paper: RGB) -> _Lit:
    """A paper box on a float, with its light on the water."""
    pen = Pen(1.0, 1.1, height_px)
    pen.polygon([(0.04, 0.9), (0.96, 0.9), (0.84, 1.06), (0.16, 1.06)], (92, 62, 46))
    pen.polygon([(0.12, 0.1), (0.88, 0.1), (0.82, 0.92), (0.18, 0.92)], shade(paper, 0.9))
    pen.polygon([(0.22, 0.2), (0.78, 0.2), (0.74, 0.9), (0.26, 0.9)], paper)
    pen.ellipse((0.5, 0.68), 0.22, 0.24, mix(paper, (255, 246, 200), 0.75))
    for x in (0.13, 0.5, 0.87):
        pen.line([(x, 0.08), (0.5 + (x - 0.5) * 0.86, 0.92)], 0.03, shade(paper, 0.62))
    pen.line([(0.1, 0.09), (0.9, 0.09)], 0.04, shade(paper, 0.6))
    streak = halo(64, mix(paper, WHITE, 0.15), 0.75).resize(
        (max(4, int(height_px * 0.9)), max(6, int(height_px * 2.6)))
    )
    return _Lit(Sprite.from_rgba(pen.finish(relief=0)), _light(height_px, paper), Sprite.from_rgba(streak))


@functools.lru_cache(maxsize=_KEPT)
def _risen(height_px: float, paper: RGB) -> _Lit:
    """A sky lantern, open below."""
    pen = Pen(1.0, 1.3, height_px / 1.1)
    outline = [(0.5, 0.04), (0.86, 0.16), (0.9, 0.6), (0.74, 1.14), (0.26, 1.14), (0.1, 0.6), (0.14, 0.16)]
    pen.blob(outline, shade(paper, 0.92))
    pen.blob([(0.5, 0.3), (0.78, 0.6), (0.68, 1.1), (0.32, 1.1), (0.22, 0.6)], paper)
    pen.ellipse((0.5, 1.0), 0.2, 0.16, (255, 248, 210))
    return _Lit(Sprite.from_rgba(pen.finish(relief=0)), _light(height_px, paper))


def _light(height_px: float, paper: RGB) -> Sprite:
    return Sprite.from_rgba(halo(max(4, round(height_px * 1.5)), mix(paper, WHITE, 0.2), 0.62))
