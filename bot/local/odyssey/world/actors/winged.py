"""What flies by itself: birds, butterflies, bees, bats, dragons. They look to the right."""

import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, RGB, WHITE, mix, shade
from bot.local.odyssey.world.pen import Pen


def bird(pen: Pen, look: Look, coat: RGB = (66, 120, 196), beak: RGB = (246, 170, 60)) -> None:
    """A songbird, in a box of 1.6 by 1.4."""
    coat = look.colour or coat
    flap = math.sin(look.phase * math.tau)
    body_y = 0.8 - flap * 0.04
    pen.polygon([(0.42, body_y), (0.04, body_y - 0.06), (0.1, body_y + 0.12)], shade(coat, 0.7))
    _wing(pen, (0.72, body_y - 0.04), flap, 0.56, shade(coat, 0.72))
    pen.blob(
        [
            (0.34, body_y),
            (0.6, body_y - 0.2),
            (1.0, body_y - 0.18),
            (1.1, body_y + 0.04),
            (0.76, body_y + 0.24),
        ],
        coat,
    )
    pen.ellipse((0.84, body_y + 0.1), 0.2, 0.11, mix(coat, WHITE, 0.7))
    pen.ellipse((1.08, body_y - 0.14), 0.18, 0.17, coat)
    pen.polygon([(1.22, body_y - 0.2), (1.44, body_y - 0.1), (1.22, body_y - 0.06)], beak)
    pen.ellipse((1.13, body_y - 0.17), 0.04, 0.045, INK)
    pen.ellipse((1.145, body_y - 0.185), 0.014, 0.014, WHITE)
    _wing(pen, (0.7, body_y - 0.06), flap, 0.62, shade(coat, 0.88))


def owl(pen: Pen, look: Look) -> None:
    """An owl from the front, in a box of 1.6 by 1.4."""
    coat = look.colour or (150, 112, 80)
    flap = math.sin(look.phase * math.tau)
    for side in (-1, 1):
        tip = (0.8 + side * 0.66, 0.74 - flap * 0.3)
        pen.blob([(0.8 + side * 0.2, 0.56), tip, (0.8 + side * 0.3, 0.98)], shade(coat, 0.74))
    pen.ellipse((0.8, 0.8), 0.36, 0.46, coat)
    pen.ellipse((0.8, 0.96), 0.22, 0.26, mix(coat, WHITE, 0.5))
    for side in (-1, 1):
        pen.polygon([(0.8 + side * 0.1, 0.4), (0.8 + side * 0.34, 0.26), (0.8 + side * 0.32, 0.54)], coat)
        pen.ellipse((0.8 + side * 0.15, 0.6), 0.15, 0.15, (250, 240, 214))
        pen.ellipse((0.8 + side * 0.15, 0.6), 0.07, 0.02 if look.blink else 0.075, INK)
    pen.polygon([(0.74, 0.68), (0.86, 0.68), (0.8, 0.8)], (240, 170, 70))


def crane(pen: Pen, look: Look) -> None:
    """A crane in flight, its neck and legs stretched out, in a box of 2.6 by 1.7."""
    coat = look.colour or (244, 244, 240)
    tips = shade(coat, 0.35)
    flap = math.sin(look.phase * math.tau)
    y = 0.92 - flap * 0.05
    for leg in (0.0, 0.05):
        pen.line([(0.86, y + 0.04 + leg), (0.42, y + 0.1 + leg), (0.04, y + 0.06 + leg)], 0.035, tips)
    _sail(pen, (1.2, y - 0.06), flap * 0.9, shade(coat, 0.78), tips)
    pen.line([(1.46, y - 0.02), (1.8, y + 0.06), (2.14, y - 0.1)], 0.13, coat, 0.07)
    pen.blob([(0.72, y), (1.0, y - 0.15), (1.4, y - 0.14), (1.6, y), (1.3, y + 0.14), (0.94, y + 0.12)], coat)
    pen.polygon([(0.8, y - 0.06), (0.54, y + 0.0), (0.8, y + 0.08)], tips)
    pen.ellipse((2.18, y - 0.11), 0.1, 0.08, coat)
    pen.ellipse((2.17, y - 0.16), 0.07, 0.035, (206, 60, 56))
    pen.polygon([(2.25, y - 0.14), (2.54, y - 0.06), (2.25, y - 0.07)], (120, 116, 96))
    pen.ellipse((2.2, y - 0.12), 0.018, 0.018, INK)
    _sail(pen, (1.24, y - 0.04), flap, coat, tips)


def _sail(pen: Pen, root: tuple[float, float], flap: float, colour: RGB, tips: RGB) -> None:
    """A long wing, its last feathers dark."""
    x, y = root
    lift = 0.74 * flap
    wrist, tip = (x - 0.02, y - lift * 0.62), (x - 0.34, y - lift)
    pen.polygon([wrist, tip, (x - 0.46, y - lift * 0.72), (x - 0.4, y - lift * 0.42)], tips)
    pen.blob(
        [(x + 0.2, y), wrist, (x - 0.24, y - lift * 0.82), (x - 0.4, y - lift * 0.4), (x - 0.26, y)], colour
    )


def butterfly(pen: Pen, look: Look) -> None:
    """A butterfly that opens and shuts its wings, in a box of 1.2 by 1.2."""
    wing = look.colour or (240, 140, 66)
    spread = 0.45 + 0.55 * abs(math.sin(look.phase * math.pi))
    for side in (-1, 1):
        for y, rx, ry, colour in ((0.42, 0.3, 0.3, wing), (0.8, 0.22, 0.22, shade(wing, 0.84))):
            pen.ellipse((0.6 + side * 0.3 * spread, y), rx * spread, ry, shade(wing, 0.5), side * 0.5)
            pen.ellipse((0.6 + side * 0.29 * spread, y), rx * spread * 0.8, ry * 0.8, colour, side * 0.5)
            pen.ellipse((0.6 + side * 0.36 * spread, y), rx * spread * 0.24, ry * 0.24, mix(wing, WHITE, 0.7))
        pen.line([(0.6, 0.34), (0.6 + side * 0.12, 0.1)], 0.02, INK)
    pen.ellipse((0.6, 0.62), 0.055, 0.32, INK)


def bee(pen: Pen, look: Look) -> None:
    """A bee, in a box of 1.2 by 1."""
    flap = abs(math.sin(look.phase * math.tau * 2))
    for x, tilt in ((0.5, 0.5), (0.66, -0.3)):
        pen.ellipse((x, 0.28 - flap * 0.06), 0.16, 0.26, (226, 240, 250), tilt, 200)
    pen.ellipse((0.56, 0.62), 0.34, 0.25, look.colour or (250, 200, 64))
    for x in (0.38, 0.56, 0.72):
        pen.line([(x, 0.43), (x + 0.02, 0.62), (x, 0.81)], 0.075, INK)
    pen.ellipse((0.9, 0.58), 0.17, 0.17, INK)
    pen.ellipse((0.95, 0.54), 0.04, 0.05, WHITE)


def bat(pen: Pen, look: Look) -> None:
    """A bat, in a box of 1.6 by 1."""
    coat = look.colour or (64, 54, 76)
    lift = math.sin(look.phase * math.tau) * 0.22
    for side in (-1, 1):
        points = [(0.8, 0.42), (0.8 + side * 0.4, 0.34 - lift), (0.8 + side * 0.74, 0.5 - lift)]
        scallops = [
            (0.8 + side * 0.5, 0.58 - lift * 0.5),
            (0.8 + side * 0.32, 0.52),
            (0.8 + side * 0.18, 0.66),
        ]
        pen.polygon([*points, *scallops], coat)
        pen.polygon([(0.8 + side * 0.04, 0.34), (0.8 + side * 0.13, 0.14), (0.8 + side * 0.17, 0.38)], coat)
    pen.ellipse((0.8, 0.5), 0.17, 0.2, shade(coat, 1.1))
    for side in (-1, 1):
        pen.ellipse((0.8 + side * 0.07, 0.44), 0.032, 0.038, (250, 220, 90))


def dragon(pen: Pen, look: Look) -> None:
    """A dragon that beats its wings and breathes fire, in a box of 3 by 2."""
    coat = look.colour or (86, 158, 92)
    belly = mix(coat, (250, 230, 150), 0.6)
    flap = math.sin(look.phase * math.tau)
    y = 1.1 - flap * 0.06
    _leather(pen, (1.3, y - 0.2), flap, shade(coat, 0.6))
    tail = [(1.0, y + 0.06), (0.6, y + 0.26), (0.3, y + 0.1), (0.1, y - 0.12)]
    pen.line(tail, 0.34, coat, 0.05)
    pen.polygon([(0.16, y - 0.06), (-0.02, y - 0.3), (0.24, y - 0.16)], (226, 120, 70))
    for x in (1.1, 1.66):
        pen.line([(x, y + 0.2), (x - 0.08, y + 0.5), (x + 0.06, y + 0.56)], 0.16, shade(coat, 0.8), 0.1)
    pen.blob(
        [
            (0.84, y + 0.06),
            (1.1, y - 0.28),
            (1.6, y - 0.3),
            (1.9, y - 0.06),
            (1.66, y + 0.3),
            (1.14, y + 0.32),
        ],
        coat,
    )
    pen.ellipse((1.4, y + 0.2), 0.42, 0.13, belly)
    pen.line([(1.72, y - 0.1), (2.02, y - 0.3), (2.16, y - 0.58)], 0.32, coat, 0.24)
    pen.ellipse((2.24, y - 0.62), 0.25, 0.19, coat)
    pen.ellipse((2.46, y - 0.54), 0.2, 0.11, coat)
    for x in (2.06, 2.18):
        pen.line([(x, y - 0.74), (x - 0.14, y - 0.98)], 0.06, (244, 226, 190), 0.02)
    for step in range(5):
        x, spine = 1.0 + step * 0.17, y - 0.26 - 0.05 * math.sin(step)
        pen.polygon([(x, spine), (x + 0.08, spine - 0.16), (x + 0.16, spine)], (226, 120, 70))
    pen.ellipse((2.28, y - 0.68), 0.055, 0.06, (252, 226, 110))
    pen.ellipse((2.3, y - 0.68), 0.022, 0.045, INK)
    pen.ellipse((2.58, y - 0.58), 0.02, 0.016, INK)
    if 0.1 < look.phase < 0.6:
        reach = 0.2 + 0.22 * math.sin((look.phase - 0.1) * math.tau)
        pen.blob(
            [(2.6, y - 0.5), (2.7 + reach, y - 0.62), (2.74 + reach, y - 0.4), (2.68, y - 0.36)],
            (252, 150, 50),
        )
        pen.ellipse((2.7 + reach * 0.4, y - 0.48), 0.06 + reach * 0.2, 0.05, (255, 232, 130))
    _leather(pen, (1.42, y - 0.16), flap, shade(coat, 0.8))


def _wing(pen: Pen, root: tuple[float, float], flap: float, reach: float, colour: RGB) -> None:
    x, y = root
    tip = (x - 0.26, y - reach * flap)
    pen.blob(
        [(x + 0.2, y), (x + 0.06, y - reach * 0.5 * flap), tip, (x - 0.22, y - reach * 0.3 * flap + 0.06)],
        colour,
    )


def _leather(pen: Pen, root: tuple[float, float], flap: float, colour: RGB) -> None:
    x, y = root
    lift = 0.45 + 0.4 * flap
    elbow, tip = (x - 0.1, y - lift), (x - 0.78, y - lift * 0.86)
    edge = [
        (x - 0.66, y - lift * 0.3),
        (x - 0.42, y - lift * 0.36),
        (x - 0.3, y + 0.02),
        (x - 0.04, y - 0.06),
    ]
    pen.polygon([(x + 0.16, y), elbow, tip, *edge], colour)
    pen.line([(x + 0.1, y), elbow, tip], 0.07, shade(colour, 0.8), 0.03)
