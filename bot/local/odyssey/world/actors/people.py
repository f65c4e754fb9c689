"""People, drawn from one figure with different hair, hats and clothes. They look to the right."""

import math
from dataclasses import dataclass
from typing import Literal

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, RGB, WHITE, shade
from bot.local.odyssey.world.pen import Pen


@dataclass(frozen=True, slots=True)
class Figure:
    """What a person wears, in a box of 1.1 by 2 units."""

    clothes: RGB
    trousers: RGB = (70, 82, 120)
    skin: RGB = (240, 196, 160)
    hair: RGB = (92, 62, 44)
    hat: Literal["", "helmet", "pointed", "crown", "visor", "antenna", "pirate", "long hair"] = ""
    skirt: bool = False
    held: Literal["", "sword", "staff"] = ""


FIGURES: dict[str, Figure] = {
    "person": Figure((222, 96, 78)),
    "woman": Figure((206, 74, 110), (206, 74, 110), hat="long hair", hair=(126, 74, 46), skirt=True),
    "child": Figure((246, 196, 70), (92, 140, 200), hair=(206, 150, 76)),
    "knight": Figure((176, 184, 198), (142, 150, 166), hat="helmet", held="sword"),
    "wizard": Figure(
        (92, 80, 172), (78, 66, 150), hair=(236, 236, 240), hat="pointed", skirt=True, held="staff"
    ),
    "king": Figure((178, 44, 62), (120, 32, 50), hair=(150, 100, 60), hat="crown", skirt=True),
    "astronaut": Figure((240, 242, 246), (226, 230, 238), hat="visor"),
    "robot": Figure((150, 172, 190), (112, 130, 150), skin=(186, 204, 218), hat="antenna"),
    "pirate": Figure((232, 228, 214), (60, 58, 74), hair=(44, 38, 40), hat="pirate", held="sword"),
}


def draw(pen: Pen, figure: Figure, look: Look) -> None:
    """Draw one moment of the person."""
    clothes = look.colour or figure.clothes
    trousers = look.colour and shade(look.colour, 0.8) if figure.skirt else None
    trousers = trousers or figure.trousers
    moving = look.pose == "moving"
    swing = math.sin(look.phase * math.tau) * (1.0 if moving else 0.12)
    bob = 0.03 * abs(math.cos(look.phase * math.tau)) if moving else 0.012 * swing
    hip, shoulder, head = (0.5, 1.3 - bob), (0.52, 0.8 - bob), (0.56, 0.46 - bob)
    _arm(pen, shoulder, -swing, shade(clothes, 0.8), figure.skin)
    for direction, tone in ((-1, 0.78), (1, 1.0)):
        stride = swing * direction
        foot = (hip[0] + stride * 0.26, 1.92 - max(0.0, stride) * 0.06)
        knee = (hip[0] + stride * 0.15 + 0.04, 1.62)
        pen.line([hip, knee, foot], 0.19, shade(trousers, tone), 0.15)
        pen.ellipse((foot[0] + 0.07, foot[1] + 0.02), 0.14, 0.07, shade((70, 54, 50), tone))
    torso = [(0.36, 0.78), (0.66, 0.76), (0.7, 1.1), (0.66, 1.36), (0.36, 1.36), (0.32, 1.08)]
    pen.blob([(x, y - bob) for x, y in torso], clothes)
    if figure.skirt:
        hem = 1.84 if figure.hat == "pointed" else 1.66
        points = [(0.38, 1.2), (0.66, 1.2), (0.82 + swing * 0.04, hem), (0.24 + swing * 0.04, hem)]
        pen.polygon([(x, y - bob) for x, y in points], clothes)
    if figure.held:
        _held(pen, figure, (shoulder[0] + 0.34 + swing * 0.1, 1.16 - bob))
    _arm(pen, shoulder, swing if not figure.held else 0.9, shade(clothes, 0.92), figure.skin)
    _head(pen, figure, head, look)


def _arm(pen: Pen, shoulder: tuple[float, float], swing: float, sleeve: RGB, skin: RGB) -> None:
    x, y = shoulder
    elbow, hand = (x + swing * 0.12, y + 0.26), (x + swing * 0.32 + 0.05, y + 0.44)
    pen.line([(x, y + 0.04), elbow, hand], 0.14, sleeve, 0.11)
    pen.ellipse(hand, 0.07, 0.07, skin)


def _head(pen: Pen, figure: Figure, at: tuple[float, float], look: Look) -> None:
    x, y = at
    if figure.hat == "long hair":
        pen.blob(
            [(x - 0.26, y - 0.2), (x + 0.1, y - 0.3), (x + 0.02, y + 0.3), (x - 0.34, y + 0.5)], figure.hair
        )
    pen.ellipse((x, y), 0.25, 0.27, figure.skin)
    if figure.hat == "visor":
        pen.ellipse((x, y), 0.33, 0.33, (242, 244, 248))
        pen.ellipse((x + 0.08, y), 0.23, 0.21, (54, 70, 110))
        pen.ellipse((x + 0.14, y - 0.08), 0.07, 0.04, (190, 210, 240), -0.5)
        return
    if figure.hat not in ("antenna", "helmet"):
        hair = [
            (x - 0.27, y + 0.02),
            (x - 0.24, y - 0.22),
            (x, y - 0.33),
            (x + 0.22, y - 0.22),
            (x + 0.02, y - 0.14),
        ]
        pen.blob([*hair, (x - 0.16, y + 0.08)], figure.hair)
    eye = (x + 0.12, y - 0.01)
    if look.blink or look.pose == "lying":
        pen.line([(eye[0] - 0.04, eye[1]), (eye[0] + 0.04, eye[1])], 0.024, INK)
    else:
        pen.ellipse(eye, 0.032, 0.042, INK)
    pen.line(
        [(x + 0.08, y + 0.13), (x + 0.14, y + 0.15), (x + 0.19, y + 0.12)], 0.02, shade(figure.skin, 0.6)
    )
    _hat(pen, figure, at)


def _hat(pen: Pen, figure: Figure, at: tuple[float, float]) -> None:
    x, y = at
    if figure.hat == "helmet":
        dome = [(-0.29, 0.2), (-0.28, -0.2), (0.0, -0.35), (0.26, -0.2), (0.2, -0.06)]
        pen.blob([(x + dx, y + dy) for dx, dy in dome], (168, 178, 194))
        pen.line([(x, y - 0.32), (x - 0.2, y - 0.46), (x - 0.36, y - 0.3)], 0.09, (206, 60, 60), 0.03)
    elif figure.hat == "pointed":
        pen.ellipse((x, y - 0.2), 0.38, 0.09, shade(figure.clothes, 0.8))
        pen.polygon([(x - 0.25, y - 0.2), (x - 0.14, y - 0.44), (x + 0.24, y - 0.2)], figure.clothes)
        pen.polygon([(x - 0.2, y - 0.3), (x - 0.16, y - 0.46), (x + 0.16, y - 0.3)], figure.clothes)
        pen.blob([(x + 0.1, y + 0.16), (x + 0.26, y + 0.14), (x + 0.2, y + 0.6)], (240, 240, 244))
    elif figure.hat == "crown":
        points = [
            (-0.22, -0.18),
            (-0.26, -0.44),
            (-0.12, -0.32),
            (0.0, -0.46),
            (0.12, -0.32),
            (0.26, -0.44),
            (0.22, -0.18),
        ]
        pen.polygon([(x + dx, y + dy) for dx, dy in points], (248, 208, 92))
    elif figure.hat == "antenna":
        pen.line([(x, y - 0.26), (x, y - 0.4)], 0.03, (120, 140, 160))
        pen.ellipse((x, y - 0.42), 0.05, 0.05, (250, 110, 90))
        pen.ellipse((x + 0.1, y - 0.02), 0.1, 0.1, (90, 220, 230))
        pen.ellipse((x + 0.12, y - 0.04), 0.035, 0.035, WHITE)
    elif figure.hat == "pirate":
        pen.blob(
            [
                (x - 0.4, y - 0.16),
                (x - 0.2, y - 0.32),
                (x, y - 0.44),
                (x + 0.2, y - 0.32),
                (x + 0.4, y - 0.16),
            ],
            INK,
        )
        pen.ellipse((x, y - 0.28), 0.05, 0.05, WHITE)


def _held(pen: Pen, figure: Figure, hand: tuple[float, float]) -> None:
    x, y = hand
    if figure.held == "sword":
        pen.polygon(
            [(x - 0.03, y), (x + 0.05, y), (x + 0.16, y - 0.66), (x + 0.1, y - 0.66)], (220, 226, 236)
        )
        pen.line([(x - 0.08, y - 0.02), (x + 0.14, y + 0.01)], 0.05, (190, 150, 70))
    else:
        pen.line([(x + 0.02, y - 0.62), (x - 0.02, 1.9)], 0.05, (128, 92, 62))
        pen.ellipse((x + 0.03, y - 0.66), 0.09, 0.09, (140, 226, 250))
