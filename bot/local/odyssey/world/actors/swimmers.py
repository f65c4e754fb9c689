"""What lives in the water. They look to the right."""

import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, WHITE, mix, shade
from bot.local.odyssey.world.pen import Pen


def fish(pen: Pen, look: Look) -> None:
    """A striped fish, in a box of 1.6 by 1."""
    coat = look.colour or (246, 140, 60)
    wag = math.sin(look.phase * math.tau) * 0.1
    pen.polygon([(0.46, 0.5), (0.08, 0.2 + wag), (0.2, 0.5 + wag), (0.08, 0.82 + wag)], shade(coat, 0.8))
    pen.polygon([(0.7, 0.26), (0.9, 0.06), (1.1, 0.28)], shade(coat, 0.84))
    pen.blob([(0.38, 0.5), (0.72, 0.24), (1.16, 0.28), (1.44, 0.5), (1.16, 0.74), (0.72, 0.76)], coat)
    for x in (0.7, 1.0):
        pen.line([(x, 0.28), (x + 0.05, 0.5), (x, 0.74)], 0.09, WHITE)
    pen.polygon([(0.9, 0.56), (0.74, 0.72 + wag * 0.6), (0.96, 0.7)], shade(coat, 0.78))
    pen.ellipse((1.22, 0.44), 0.075, 0.08, WHITE)
    pen.ellipse((1.24, 0.44), 0.04, 0.045, INK)


def whale(pen: Pen, look: Look) -> None:
    """A whale with a spout, in a box of 2.6 by 1.6."""
    coat = look.colour or (74, 116, 164)
    wag = math.sin(look.phase * math.tau) * 0.08
    pen.polygon([(0.4, 0.96), (0.02, 0.52 + wag), (0.22, 0.6 + wag), (0.36, 0.42 + wag), (0.62, 0.9)], coat)
    body = [(0.3, 0.94), (0.9, 0.6), (1.7, 0.5), (2.36, 0.74), (2.42, 1.1), (1.9, 1.42), (1.0, 1.32)]
    pen.blob(body, coat)
    pen.blob([(1.1, 1.3), (1.8, 1.14), (2.4, 1.06), (2.2, 1.32), (1.8, 1.41)], mix(coat, WHITE, 0.72))
    pen.blob([(1.5, 1.16), (1.3, 1.5 + wag), (1.24, 1.4)], shade(coat, 0.8))
    pen.ellipse((2.12, 0.94), 0.055, 0.06, INK)
    pen.ellipse((2.135, 0.92), 0.018, 0.02, WHITE)
    spout = (226, 242, 250)
    rise = 0.1 * abs(math.sin(look.phase * math.pi))
    pen.line([(1.8, 0.5), (1.8, 0.24 - rise)], 0.05, spout)
    for side in (-1, 1):
        pen.line(
            [(1.8, 0.24 - rise), (1.8 + side * 0.14, 0.14 - rise), (1.8 + side * 0.24, 0.26)],
            0.05,
            spout,
            0.02,
        )


def jellyfish(pen: Pen, look: Look) -> None:
    """A jellyfish, in a box of 1 by 1.4."""
    coat = look.colour or (236, 150, 214)
    pulse = 1 + 0.08 * math.sin(look.phase * math.tau)
    for x in (0.28, 0.42, 0.58, 0.72):
        sway = 0.06 * math.sin(look.phase * math.tau + x * 9)
        pen.line([(x, 0.5), (x + sway, 0.86), (x - sway, 1.3)], 0.045, shade(coat, 0.86), 0.015)
    pen.blob([(0.12, 0.54), (0.22, 0.2), (0.5, 0.08 / pulse), (0.78, 0.2), (0.88, 0.54), (0.5, 0.6)], coat)
    pen.ellipse((0.42, 0.26), 0.16, 0.09, mix(coat, WHITE, 0.5), -0.3)


def turtle(pen: Pen, look: Look) -> None:
    """A turtle, in a box of 1.8 by 1."""
    shell = look.colour or (98, 136, 78)
    skin = (150, 178, 104)
    swing = math.sin(look.phase * math.tau) * 0.1
    for x, direction in ((0.5, 1), (1.16, -1)):
        pen.line([(x, 0.72), (x + swing * direction, 0.94)], 0.17, shade(skin, 0.84))
    pen.line([(1.24, 0.64), (1.5, 0.5)], 0.22, skin)
    pen.ellipse((1.54, 0.46), 0.17, 0.15, skin)
    pen.ellipse((1.6, 0.42), 0.03, 0.036, INK)
    pen.blob([(0.2, 0.76), (0.34, 0.36), (0.82, 0.14), (1.24, 0.36), (1.38, 0.76)], shell)
    for x, y in ((0.56, 0.5), (0.86, 0.36), (1.1, 0.56), (0.8, 0.62)):
        pen.ellipse((x, y), 0.11, 0.09, shade(shell, 0.8))
    pen.line([(0.2, 0.76), (0.8, 0.8), (1.38, 0.76)], 0.08, shade(skin, 0.92))
