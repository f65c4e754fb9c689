"""Vehicles of road, water, air and space. They look to the right; rockets look up."""

import itertools
import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, RGB, WHITE, mix, shade
from bot.local.odyssey.world.pen import Pen

GLASS: RGB = (176, 214, 236)
STEEL: RGB = (196, 204, 214)


def car(pen: Pen, look: Look) -> None:
    """A small car, in a box of 2.2 by 1.1."""
    paint = look.colour or (214, 66, 60)
    bob = 0.012 * math.sin(look.phase * math.tau * 2)
    pen.blob(
        [(0.5, 0.52 + bob), (0.74, 0.14 + bob), (1.4, 0.12 + bob), (1.74, 0.52 + bob)], shade(paint, 0.92)
    )
    pen.polygon([(0.7, 0.48 + bob), (0.86, 0.22 + bob), (1.08, 0.2 + bob), (1.08, 0.48 + bob)], GLASS)
    pen.polygon([(1.15, 0.48 + bob), (1.15, 0.2 + bob), (1.36, 0.21 + bob), (1.58, 0.48 + bob)], GLASS)
    pen.box(0.1, 0.46 + bob, 2.1, 0.88 + bob, paint, 0.2)
    pen.box(0.1, 0.74 + bob, 2.1, 0.88 + bob, shade(paint, 0.74), 0.07)
    pen.ellipse((2.03, 0.6 + bob), 0.08, 0.07, (255, 240, 180))
    pen.ellipse((0.15, 0.6 + bob), 0.06, 0.06, (250, 110, 90))
    for x in (0.56, 1.64):
        _wheel(pen, (x, 0.88), 0.2, look.phase)


def bus(pen: Pen, look: Look) -> None:
    """A bus, in a box of 2.8 by 1.4."""
    paint = look.colour or (246, 186, 60)
    pen.box(0.08, 0.1, 2.72, 1.2, paint, 0.16)
    pen.box(0.08, 0.86, 2.72, 0.96, shade(paint, 0.7))
    for index in range(5):
        pen.box(0.22 + index * 0.46, 0.24, 0.58 + index * 0.46, 0.64, GLASS, 0.05)
    pen.box(2.5, 0.24, 2.72, 0.72, GLASS, 0.05)
    for x in (0.7, 2.1):
        _wheel(pen, (x, 1.18), 0.2, look.phase)


def car_lamps(pen: Pen) -> None:
    """A car's headlight and tail light."""
    _beam(pen, (2.03, 0.6))
    pen.ellipse((0.15, 0.6), 0.07, 0.07, (255, 90, 70))


def bus_lamps(pen: Pen) -> None:
    """A bus's lit windows and headlight."""
    for index in range(5):
        pen.box(0.22 + index * 0.46, 0.24, 0.58 + index * 0.46, 0.64, (255, 222, 140), 0.05)
    _beam(pen, (2.62, 1.02))


def bicycle(pen: Pen, look: Look) -> None:
    """A bicycle, in a box of 1.8 by 1.1."""
    paint = look.colour or (60, 140, 190)
    for x in (0.42, 1.38):
        _wheel(pen, (x, 0.72), 0.36, look.phase, None)
    frame = [(0.42, 0.72), (0.68, 0.34), (1.24, 0.34), (0.86, 0.74), (0.42, 0.72)]
    for first, second in itertools.pairwise(frame):
        pen.line([first, second], 0.06, paint)
    pen.line([(0.68, 0.34), (0.86, 0.74)], 0.06, paint)
    pen.line([(1.38, 0.72), (1.2, 0.18), (1.34, 0.12)], 0.06, shade(paint, 0.7))
    pen.line([(0.56, 0.24), (0.78, 0.22)], 0.09, INK)


def boat(pen: Pen, look: Look) -> None:
    """A sailing boat that rocks, in a box of 2 by 2.2."""
    paint = look.colour or (186, 78, 62)
    sway = 0.06 * math.sin(look.phase * math.tau)
    pen.line([(0.94 + sway, 0.12), (0.94, 1.72)], 0.055, (128, 94, 66))
    pen.blob([(1.0 + sway, 0.16), (1.46 + sway * 0.6, 0.86), (1.62, 1.5), (1.0, 1.5)], (252, 246, 232))
    pen.blob(
        [(0.88 + sway, 0.36), (0.56 + sway * 0.6, 0.96), (0.36, 1.46), (0.88, 1.46)], mix(paint, WHITE, 0.55)
    )
    pen.polygon([(0.94 + sway, 0.02), (0.94 + sway, 0.16), (1.18 + sway, 0.1)], paint)
    pen.blob([(0.12, 1.62), (1.0, 1.66), (1.9, 1.58), (1.62, 2.02), (0.9, 2.1), (0.36, 2.0)], paint)
    pen.line([(0.14, 1.66), (1.0, 1.7), (1.86, 1.62)], 0.075, (250, 240, 220))


def plane(pen: Pen, look: Look) -> None:
    """An aeroplane, in a box of 2.4 by 1.2."""
    paint = look.colour or (232, 96, 76)
    pen.polygon([(0.2, 0.5), (0.04, 0.1), (0.3, 0.1), (0.6, 0.5)], paint)
    pen.polygon([(1.1, 0.5), (0.86, 0.16), (1.06, 0.16), (1.5, 0.5)], shade(STEEL, 0.86))
    pen.blob([(0.1, 0.5), (0.9, 0.36), (1.8, 0.36), (2.22, 0.56), (1.9, 0.76), (0.9, 0.78)], (246, 246, 248))
    pen.line([(0.2, 0.62), (1.2, 0.68), (2.1, 0.64)], 0.08, paint)
    for x in (0.9, 1.1, 1.3, 1.5):
        pen.ellipse((x, 0.52), 0.05, 0.055, GLASS)
    pen.polygon([(1.8, 0.4), (2.02, 0.44), (2.08, 0.54), (1.8, 0.54)], GLASS)
    pen.polygon([(1.3, 0.66), (0.7, 1.12), (0.96, 1.12), (1.7, 0.68)], STEEL)


def helicopter(pen: Pen, look: Look) -> None:
    """A helicopter, in a box of 2.2 by 1.3."""
    paint = look.colour or (66, 138, 190)
    spin = math.cos(look.phase * math.tau * 3)
    pen.polygon([(0.9, 0.56), (0.12, 0.5), (0.12, 0.6), (0.9, 0.8)], paint)
    pen.ellipse((0.14, 0.5), 0.05, 0.18, STEEL)
    pen.ellipse((1.3, 0.7), 0.6, 0.34, paint)
    pen.blob([(1.36, 0.46), (1.7, 0.48), (1.86, 0.74), (1.4, 0.76)], GLASS)
    pen.line([(1.24, 0.4), (1.24, 0.22)], 0.07, STEEL)
    pen.line([(1.24 - 0.84 * spin, 0.2), (1.24 + 0.84 * spin, 0.2)], 0.05, shade(STEEL, 0.7))
    pen.line([(0.86, 1.16), (1.3, 1.2), (1.8, 1.14)], 0.06, STEEL)
    for x in (1.06, 1.5):
        pen.line([(x, 0.98), (x, 1.18)], 0.05, STEEL)


def rocket(pen: Pen, look: Look) -> None:
    """A rocket with a flame, in a box of 1 by 2.2."""
    paint = look.colour or (222, 74, 66)
    flare = 0.14 * math.sin(look.phase * math.tau * 2)
    pen.blob(
        [(0.36, 1.6), (0.64, 1.6), (0.58, 1.94 + flare), (0.5, 2.14 + flare), (0.42, 1.94 + flare)],
        (250, 160, 56),
    )
    pen.blob([(0.42, 1.6), (0.58, 1.6), (0.5, 1.94 + flare)], (255, 232, 140))
    for side in (-1, 1):
        pen.polygon([(0.5 + side * 0.2, 1.12), (0.5 + side * 0.46, 1.7), (0.5 + side * 0.16, 1.58)], paint)
    pen.blob(
        [(0.5, 0.08), (0.74, 0.6), (0.76, 1.2), (0.66, 1.62), (0.34, 1.62), (0.24, 1.2), (0.26, 0.6)],
        (244, 244, 248),
    )
    pen.blob([(0.5, 0.06), (0.68, 0.42), (0.5, 0.48), (0.32, 0.42)], paint)
    pen.ellipse((0.5, 0.82), 0.15, 0.15, STEEL)
    pen.ellipse((0.5, 0.82), 0.11, 0.11, GLASS)
    pen.box(0.32, 1.46, 0.68, 1.6, shade(STEEL, 0.7), 0.05)


def balloon(pen: Pen, look: Look) -> None:
    """A hot-air balloon, in a box of 1.6 by 2.2."""
    paint = look.colour or (226, 92, 74)
    stripe = mix(paint, (255, 240, 200), 0.72)
    outline = [
        (0.8, 0.06),
        (1.36, 0.34),
        (1.5, 0.8),
        (1.2, 1.28),
        (0.94, 1.56),
        (0.66, 1.56),
        (0.4, 1.28),
        (0.1, 0.8),
        (0.24, 0.34),
    ]
    pen.blob(outline, paint)
    pen.blob(
        [(0.8, 0.06), (1.12, 0.4), (1.16, 0.84), (0.9, 1.55), (0.7, 1.55), (0.44, 0.84), (0.48, 0.4)], stripe
    )
    pen.blob(
        [(0.8, 0.06), (0.94, 0.4), (0.96, 0.84), (0.84, 1.55), (0.76, 1.55), (0.64, 0.84), (0.66, 0.4)], paint
    )
    for x in (0.66, 0.94):
        pen.line([(x, 1.54), (0.8 + (x - 0.8) * 0.8, 1.88)], 0.02, (120, 92, 70))
    pen.box(0.62, 1.86, 0.98, 2.14, (168, 120, 76), 0.05)


def ufo(pen: Pen, look: Look) -> None:
    """A flying saucer with running lights, in a box of 2 by 1.2."""
    hull = look.colour or (158, 172, 196)
    pen.ellipse((1.0, 0.44), 0.42, 0.36, (178, 232, 240))
    pen.ellipse((1.0, 0.46), 0.13, 0.19, (132, 206, 120))
    pen.ellipse((1.0, 0.66), 0.92, 0.24, hull)
    pen.ellipse((1.0, 0.6), 0.78, 0.15, shade(hull, 1.25))
    for index in range(7):
        on = (index + int(look.phase * 8)) % 3 == 0
        angle = math.pi * (index + 0.5) / 7
        place = (1.0 - 0.8 * math.cos(angle), 0.68 + 0.16 * math.sin(angle))
        pen.ellipse(place, 0.06, 0.05, (255, 230, 120) if on else (226, 110, 120))


def _beam(pen: Pen, place: tuple[float, float]) -> None:
    for size, alpha in ((0.17, 40), (0.13, 90), (0.09, 160)):
        pen.ellipse(place, size, size, (255, 236, 170), alpha=alpha)
    pen.ellipse(place, 0.06, 0.06, (255, 250, 226))


def _wheel(
    pen: Pen, centre: tuple[float, float], radius: float, phase: float, hub: RGB | None = STEEL
) -> None:
    """A wheel whose spokes turn; without a hub it is a bicycle's."""
    if hub is not None:
        pen.ellipse(centre, radius, radius, (52, 50, 58))
        pen.ellipse(centre, radius * 0.55, radius * 0.55, hub)
    else:
        turns = [step * math.tau / 24 for step in range(25)]
        rim = [(centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)) for turn in turns]
        pen.line(rim, 0.08, (52, 50, 58))
    for spoke in range(4):
        angle = phase * math.tau + spoke * math.tau / 4
        reach = radius * (0.45 if hub is not None else 0.95)
        end = (centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle))
        pen.line([centre, end], 0.022, (90, 92, 102))
