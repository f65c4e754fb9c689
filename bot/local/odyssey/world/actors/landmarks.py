"""Buildings that one looks at: they stay where they are, and only their light, sails and flags move."""

import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.pen import Pen, Point

STONE, SHADE, DARK = (188, 184, 182), (150, 146, 150), (64, 58, 68)
WHITE, GOLD = (248, 246, 240), (255, 226, 140)


def lighthouse(pen: Pen, look: Look) -> None:
    """A lighthouse on its rock, whose light goes round, in a box of 3.2 by 2.6."""
    band = look.colour or (204, 62, 58)
    reach = math.cos(look.phase * math.tau)
    for side in (-1, 1):
        far = 1.6 + side * 1.5 * abs(reach)
        spread = 0.06 + 0.22 * abs(reach)
        alpha = 96 if side * reach > 0 else 34
        pen.polygon([(1.6, 0.5), (far, 0.5 - spread), (far, 0.5 + spread)], GOLD, alpha)
    pen.blob([(0.8, 2.6), (1.0, 2.28), (1.35, 2.16), (1.85, 2.14), (2.2, 2.3), (2.4, 2.6)], (104, 98, 100))
    pen.polygon([(1.28, 2.2), (1.42, 0.72), (1.78, 0.72), (1.92, 2.2)], WHITE)
    for top, bottom in ((0.98, 1.28), (1.6, 1.9)):
        pen.polygon([*_across(top), *reversed(_across(bottom))], band)
    pen.box(1.52, 1.96, 1.68, 2.2, DARK, 0.06)
    pen.ellipse((1.6, 1.44), 0.05, 0.08, DARK)
    pen.box(1.34, 0.66, 1.86, 0.74, DARK, 0.02)
    pen.box(1.46, 0.38, 1.74, 0.68, GOLD, 0.03)
    pen.line([(1.6, 0.38), (1.6, 0.68)], 0.025, DARK)
    pen.polygon([(1.4, 0.4), (1.6, 0.16), (1.8, 0.4)], band)
    pen.ellipse((1.6, 0.15), 0.035, 0.035, DARK)


def castle(pen: Pen, look: Look) -> None:
    """A castle with two towers, a keep and flags in the wind, in a box of 2.8 by 2.2."""
    flag = look.colour or (196, 66, 84)
    for x, top in ((0.5, 0.72), (1.4, 0.36), (2.3, 0.72)):
        _flag(pen, (x, top - 0.14), flag, look.phase + x)
    pen.box(0.5, 1.2, 2.3, 2.2, SHADE)
    _battlements(pen, 0.76, 2.04, 1.2, SHADE)
    for x, top, half in ((1.4, 0.66, 0.36), (0.5, 1.0, 0.28), (2.3, 1.0, 0.28)):
        pen.box(x - half, top, x + half, 2.2, STONE)
        pen.polygon([(x - half - 0.08, top), (x, top - 0.42), (x + half + 0.08, top)], (104, 88, 128))
        pen.box(x - 0.06, top + 0.2, x + 0.06, top + 0.42, GOLD, 0.05)
    pen.box(1.18, 1.66, 1.62, 2.2, DARK, 0.2)
    pen.box(1.18, 1.94, 1.62, 2.2, DARK)


def windmill(pen: Pen, look: Look) -> None:
    """A windmill whose sails turn, in a box of 2.0 by 2.4."""
    pen.polygon([(0.6, 2.4), (0.76, 1.0), (1.24, 1.0), (1.4, 2.4)], WHITE)
    pen.polygon([(0.66, 1.04), (1.0, 0.62), (1.34, 1.04)], look.colour or (154, 84, 66))
    pen.box(0.88, 1.98, 1.12, 2.4, DARK, 0.08)
    pen.box(0.92, 1.42, 1.08, 1.62, GOLD, 0.03)
    hub = (1.0, 0.98)
    for sail in range(4):
        # A quarter of a turn looks like a whole one: the cycle closes without a jump.
        angle = (look.phase + sail) * math.tau / 4
        along, aside = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        tip = _step(hub, along, 0.92)
        pen.line([hub, tip], 0.045, DARK)
        near = _step(hub, along, 0.24)
        pen.polygon([near, tip, _step(tip, aside, 0.2), _step(near, aside, 0.2)], (232, 222, 204), 220)
    pen.ellipse(hub, 0.07, 0.07, DARK)


def _across(y: float) -> list[Point]:
    """The lighthouse's left and right edge at a height."""
    share = (y - 0.72) / 1.48
    return [(1.42 - 0.14 * share, y), (1.78 + 0.14 * share, y)]


def _battlements(pen: Pen, left: float, right: float, top: float, colour: tuple[int, int, int]) -> None:
    count = 7
    step = (right - left) / count
    for index in range(0, count, 2):
        pen.box(left + index * step, top - 0.12, left + (index + 1) * step, top + 0.02, colour)


def _flag(pen: Pen, foot: Point, colour: tuple[int, int, int], phase: float) -> None:
    x, y = foot
    pen.line([(x, y), (x, y - 0.2)], 0.03, DARK)
    wave = 0.04 * math.sin(phase * math.tau)
    pen.polygon([(x, y - 0.22), (x + 0.3, y - 0.16 + wave), (x, y - 0.08)], colour)


def _step(start: Point, direction: Point, length: float) -> Point:
    return start[0] + direction[0] * length, start[1] + direction[1] * length
