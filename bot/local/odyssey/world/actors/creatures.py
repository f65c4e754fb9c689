"""Creatures of their own kind: penguins, ducks, frogs, dinosaurs, ghosts, snowmen. They look to the right."""

import math

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, WHITE, mix, shade
from bot.local.odyssey.world.pen import Pen, Point


def penguin(pen: Pen, look: Look) -> None:
    """A penguin that waddles, in a box of 1.2 by 1.6."""
    coat = look.colour or (52, 58, 76)
    waddle = math.sin(look.phase * math.tau) * (0.05 if look.pose == "moving" else 0.01)
    for side in (-1, 1):
        lift = max(0.0, side * waddle) * 0.9
        pen.ellipse((0.6 + side * 0.15, 1.5 - lift), 0.16, 0.07, (246, 170, 60))
    pen.ellipse((0.6 + waddle, 0.98), 0.38, 0.52, coat)
    pen.ellipse((0.66 + waddle, 1.06), 0.26, 0.4, (248, 246, 240))
    pen.ellipse((0.62 + waddle * 1.5, 0.42), 0.28, 0.27, coat)
    pen.ellipse((0.72 + waddle * 1.5, 0.48), 0.16, 0.15, (248, 246, 240))
    pen.polygon([(0.84 + waddle, 0.44), (1.04 + waddle, 0.5), (0.84 + waddle, 0.55)], (246, 170, 60))
    for side in (-1, 1):
        shoulder = (0.6 + side * 0.33 + waddle, 0.8)
        pen.line(
            [shoulder, (shoulder[0] + side * 0.09, 1.0), (shoulder[0] + side * 0.02, 1.2)], 0.15, coat, 0.06
        )
    _eye(pen, (0.72 + waddle * 1.5, 0.4), look)


def duck(pen: Pen, look: Look) -> None:
    """A duck, in a box of 1.5 by 1.3."""
    coat = look.colour or (250, 210, 82)
    swing = math.sin(look.phase * math.tau) * (1.0 if look.pose == "moving" else 0.1)
    for side in (-1, 1):
        foot = (0.66 + side * swing * 0.12, 1.24)
        pen.line([(0.66, 1.0), foot, (foot[0] + 0.1, 1.25)], 0.06, (240, 150, 50))
    pen.blob([(0.16, 0.62), (0.4, 0.72), (0.86, 0.6), (1.08, 0.8), (0.8, 1.08), (0.4, 1.04)], coat)
    pen.blob([(0.34, 0.76), (0.66, 0.72), (0.76, 0.88), (0.46, 0.98)], shade(coat, 0.86))
    pen.line([(0.94, 0.72), (1.0, 0.4)], 0.24, coat)
    pen.ellipse((1.02, 0.34), 0.21, 0.2, coat)
    pen.blob([(1.18, 0.3), (1.42, 0.36), (1.4, 0.44), (1.18, 0.44)], (240, 150, 50))
    _eye(pen, (1.09, 0.29), look)


def frog(pen: Pen, look: Look) -> None:
    """A frog that crouches and stretches, in a box of 1.6 by 1.1."""
    coat = look.colour or (104, 176, 78)
    crouch = 0.05 * math.sin(look.phase * math.tau)
    pen.line([(0.4, 0.8), (0.16, 0.7 + crouch), (0.34, 1.02), (0.56, 1.03)], 0.15, shade(coat, 0.8))
    pen.blob(
        [(0.24, 0.84), (0.5, 0.5 + crouch), (1.04, 0.42 + crouch), (1.24, 0.72), (0.9, 0.98), (0.4, 1.0)],
        coat,
    )
    pen.ellipse((0.9, 0.84), 0.26, 0.13, mix(coat, WHITE, 0.6))
    pen.line([(1.0, 0.84), (1.12, 1.02), (1.26, 1.03)], 0.11, coat)
    for x in (0.94, 1.16):
        pen.ellipse((x, 0.38 + crouch), 0.12, 0.12, coat)
        pen.ellipse((x + 0.02, 0.37 + crouch), 0.08, 0.02 if look.blink else 0.08, WHITE)
        pen.ellipse((x + 0.04, 0.37 + crouch), 0.04, 0.015 if look.blink else 0.05, INK)
    pen.line([(0.98, 0.66 + crouch), (1.12, 0.72 + crouch), (1.24, 0.64 + crouch)], 0.025, shade(coat, 0.5))


def dinosaur(pen: Pen, look: Look) -> None:
    """A dinosaur on two legs, in a box of 2.4 by 2."""
    coat = look.colour or (112, 164, 96)
    swing = math.sin(look.phase * math.tau) * (1.0 if look.pose == "moving" else 0.08)
    bob = 0.03 * abs(swing)
    pen.line([(1.0, 1.16 - bob), (0.56, 1.3), (0.08, 1.0 + swing * 0.05)], 0.4, coat, 0.06)
    for side, tone in ((-1, 0.76), (1, 1.0)):
        hip: Point = (1.1, 1.24 - bob)
        foot = (1.14 + side * swing * 0.26, 1.9)
        pen.line([hip, (1.24 + side * swing * 0.16, 1.56), foot], 0.32, shade(coat, tone), 0.18)
        pen.ellipse((foot[0] + 0.1, 1.93), 0.17, 0.06, shade(coat, tone * 0.9))
    body = [(0.8, 1.2), (1.0, 0.86), (1.4, 0.66), (1.62, 0.8), (1.5, 1.3), (1.1, 1.46)]
    pen.blob([(x, y - bob) for x, y in body], coat)
    pen.ellipse((1.36, 1.16 - bob), 0.18, 0.26, mix(coat, (250, 240, 190), 0.6), 0.4)
    pen.line([(1.5, 0.86 - bob), (1.7, 0.5 - bob)], 0.4, coat, 0.32)
    pen.ellipse((1.8, 0.42 - bob), 0.3, 0.23, coat)
    pen.blob([(1.7, 0.3 - bob), (2.2, 0.32 - bob), (2.28, 0.48 - bob), (1.8, 0.6 - bob)], coat)
    jaw = 0.05 + 0.05 * abs(math.sin(look.phase * math.pi))
    pen.blob(
        [(1.74, 0.56 - bob), (2.16, 0.54 + jaw - bob), (2.1, 0.64 + jaw - bob), (1.76, 0.66 - bob)],
        shade(coat, 0.84),
    )
    for x in (1.96, 2.08, 2.2):
        pen.polygon([(x, 0.49 - bob), (x + 0.05, 0.58 - bob), (x + 0.09, 0.49 - bob)], WHITE)
    pen.line([(1.56, 1.0 - bob), (1.76, 1.06 - bob), (1.8, 1.18 - bob)], 0.1, shade(coat, 0.84), 0.06)
    for step in range(6):
        x, y = 0.42 + step * 0.19, 1.14 - step * 0.1 - bob
        pen.polygon([(x, y + 0.06), (x + 0.06, y - 0.1), (x + 0.14, y + 0.02)], (226, 132, 76))
    _eye(pen, (1.84, 0.34 - bob), look)


def ghost(pen: Pen, look: Look) -> None:
    """A friendly ghost that floats, in a box of 1.2 by 1.5."""
    sheet = look.colour or (240, 242, 250)
    wave = look.phase * math.tau
    hem = [(1.04 - 0.11 * step, 1.26 + 0.09 * math.sin(wave + step * 1.6)) for step in range(9)]
    pen.blob([(0.16, 0.7), (0.28, 0.24), (0.6, 0.1), (0.92, 0.24), (1.04, 0.7), *hem], sheet, 225)
    for x in (0.52, 0.8):
        pen.ellipse((x, 0.52), 0.075, 0.02 if look.blink else 0.11, INK)
    pen.ellipse((0.66, 0.76), 0.07, 0.05 + 0.03 * abs(math.sin(wave)), INK)


def snowman(pen: Pen, look: Look) -> None:
    """A snowman with hat and carrot, in a box of 1.2 by 1.8."""
    sway = 0.02 * math.sin(look.phase * math.tau)
    scarf = look.colour or (206, 66, 70)
    snow = (246, 249, 253)
    pen.ellipse((0.6, 1.4), 0.42, 0.37, snow)
    pen.ellipse((0.6 + sway, 0.92), 0.32, 0.29, snow)
    pen.ellipse((0.6 + sway * 2, 0.52), 0.24, 0.23, snow)
    for side in (-1, 1):
        hand = (0.6 + side * 0.54, 0.7 + side * sway * 2)
        pen.line([(0.6 + side * 0.26, 0.9), hand], 0.035, (112, 80, 56))
    pen.line([(0.4 + sway, 0.7), (0.6 + sway, 0.75), (0.8 + sway, 0.7)], 0.1, scarf)
    pen.line([(0.74 + sway, 0.74), (0.78 + sway, 0.96)], 0.1, scarf, 0.07)
    x = 0.6 + sway * 2
    pen.box(x - 0.26, 0.3, x + 0.26, 0.36, INK, 0.02)
    pen.box(x - 0.16, 0.06, x + 0.16, 0.33, INK, 0.03)
    pen.box(x - 0.16, 0.24, x + 0.16, 0.3, scarf)
    pen.polygon([(x + 0.06, 0.5), (x + 0.34, 0.55), (x + 0.06, 0.58)], (244, 140, 56))
    for y in (0.86, 1.0, 1.3):
        pen.ellipse((0.66 + sway, y), 0.03, 0.03, INK)
    _eye(pen, (x + 0.06, 0.46), look)


def _eye(pen: Pen, at: Point, look: Look) -> None:
    if look.blink or look.pose == "lying":
        pen.line([(at[0] - 0.045, at[1]), (at[0], at[1] + 0.02), (at[0] + 0.045, at[1])], 0.024, INK)
        return
    pen.ellipse(at, 0.045, 0.055, INK)
    pen.ellipse((at[0] + 0.016, at[1] - 0.02), 0.016, 0.018, WHITE)
