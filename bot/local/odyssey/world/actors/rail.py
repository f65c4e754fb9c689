"""A steam train with a carriage. It looks to the right."""

import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import RGB, mix, shade
from bot.local.odyssey.world.pen import Pen, Point

WIDTH, HEIGHT = 6.2, 1.7
BRASS: RGB = (228, 190, 92)
PANE: RGB = (176, 214, 236)
LIT: RGB = (255, 222, 140)
IRON: RGB = (52, 50, 58)
_ENGINE = 2.9  # where the engine begins
_PANES = [0.26 + index * 0.5 for index in range(4)]
_FOOT = 1.66


def train(pen: Pen, look: Look) -> None:
    """A steam engine with its tender and a carriage, in a box of 6.2 by 1.7."""
    paint = look.colour or (56, 74, 124)
    _puffs(pen, look.phase)
    _carriage(pen, look, mix(paint, (150, 66, 52), 0.7) if look.colour is None else paint)
    pen.box(2.4, 0.78, 2.86, 1.4, shade(paint, 0.8), 0.05)
    pen.blob([(2.42, 0.8), (2.55, 0.66), (2.72, 0.7), (2.84, 0.8)], IRON)
    x = _ENGINE
    pen.box(x, 1.2, x + 2.6, 1.42, IRON, 0.05)
    pen.box(x + 0.04, 0.44, x + 0.92, 1.34, paint, 0.06)
    pen.box(x - 0.04, 0.36, x + 1.0, 0.48, shade(paint, 0.6), 0.05)
    pen.box(x + 0.2, 0.58, x + 0.74, 0.92, shade(paint, 0.6), 0.05)
    pen.box(x + 0.23, 0.61, x + 0.71, 0.89, PANE, 0.04)
    pen.box(x + 0.84, 0.74, x + 2.46, 1.28, paint, 0.24)
    pen.box(x + 0.9, 0.8, x + 2.36, 0.88, mix(paint, (255, 255, 255), 0.22), 0.04)
    for band in (1.2, 1.7, 2.2):
        pen.box(x + band, 0.74, x + band + 0.06, 1.28, BRASS)
    pen.polygon([(x + 2.02, 0.76), (x + 1.96, 0.34), (x + 2.3, 0.34), (x + 2.24, 0.76)], shade(paint, 0.5))
    pen.box(x + 1.92, 0.3, x + 2.34, 0.38, shade(paint, 0.4), 0.03)
    pen.box(x + 1.32, 0.58, x + 1.54, 0.76, BRASS, 0.08)
    pen.ellipse((x + 2.48, 0.9), 0.1, 0.12, BRASS)
    pen.polygon([(x + 2.4, 1.3), (x + 2.76, 1.58), (x + 2.3, 1.58)], (176, 60, 54))
    for wheel, radius in ((0.36, 0.28), (1.02, 0.25), (1.6, 0.25), (2.14, 0.19)):
        _wheel(pen, (x + wheel, _FOOT - radius), radius, look.phase, (150, 56, 50))
    rod = (0.12 * math.cos(look.phase * math.tau), 0.12 * math.sin(look.phase * math.tau))
    pen.line([(x + 0.36 + rod[0], 1.38 + rod[1]), (x + 1.6 + rod[0], 1.41 + rod[1])], 0.05, (196, 204, 214))


def lamps(pen: Pen) -> None:
    """Its lit windows and headlight."""
    for left in _PANES:
        pen.box(left, 0.66, left + 0.34, 1.0, LIT, 0.04)
    pen.box(_ENGINE + 0.23, 0.61, _ENGINE + 0.71, 0.89, LIT, 0.04)
    x = _ENGINE + 2.5
    for ring in range(14):
        share = 1 - ring / 14
        pen.ellipse(
            (x + 0.15 * share, 0.92), 0.5 * share, 0.4 * share, LIT, alpha=round(150 * (1.06 - share) ** 1.8)
        )
    pen.ellipse((x - 0.02, 0.9), 0.09, 0.1, (255, 246, 214))


def _carriage(pen: Pen, look: Look, paint: RGB) -> None:
    pen.box(0.02, 1.26, 2.4, 1.4, IRON, 0.04)
    pen.box(0.06, 0.5, 2.34, 1.32, paint, 0.08)
    pen.box(0.0, 0.4, 2.4, 0.54, shade(paint, 0.6), 0.07)
    pen.box(0.06, 1.1, 2.34, 1.16, BRASS)
    for left in _PANES:
        pen.box(left - 0.03, 0.63, left + 0.37, 1.03, shade(paint, 0.6), 0.05)
        pen.box(left, 0.66, left + 0.34, 1.0, PANE, 0.04)
    for centre in (0.4, 0.86, 1.54, 2.0):
        _wheel(pen, (centre, _FOOT - 0.18), 0.18, look.phase, (120, 124, 132))


def _puffs(pen: Pen, phase: float) -> None:
    """Steam that leaves the chimney and is left behind."""
    for index in range(5):
        age = (phase + index) / 5
        x = _ENGINE + 2.1 - 1.9 * age
        size = 0.08 + 0.16 * age
        y = 0.24 - 0.06 * age + 0.03 * math.sin(index * 2.1)
        pen.ellipse((x, y), size * 1.3, size, (240, 242, 246), alpha=round(190 * (1 - age)))


def _wheel(pen: Pen, centre: Point, radius: float, phase: float, hub: RGB) -> None:
    pen.ellipse(centre, radius, radius, IRON)
    pen.ellipse(centre, radius * 0.76, radius * 0.76, hub)
    pen.ellipse(centre, radius * 0.62, radius * 0.62, shade(hub, 0.6))
    for spoke in range(4):
        angle = phase * math.tau / 2 + spoke * math.tau / 8
        dx, dy = radius * 0.7 * math.cos(angle), radius * 0.7 * math.sin(angle)
        pen.line([(centre[0] - dx, centre[1] - dy), (centre[0] + dx, centre[1] + dy)], 0.025, hub)
    pen.ellipse(centre, radius * 0.2, radius * 0.2, IRON)
