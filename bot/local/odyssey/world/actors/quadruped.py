"""Four-legged animals, all drawn from one skeleton. They look to the right."""

import math
from dataclasses import dataclass
from typing import Literal

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.colours import INK, RGB, WHITE, mix, shade
from bot.local.odyssey.world.pen import Pen

Ears = Literal["pointed", "floppy", "round", "long", "horse", "none"]
Tail = Literal["cat", "dog", "bushy", "horse", "tuft", "stub", "curl", "none"]


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions in a box of 2.2 by 1.6 units; a leg's foot is at 1.54."""

    coat: RGB
    belly: RGB | None = None
    length: float = 0.95
    girth: float = 0.27
    leg: float = 0.45
    leg_width: float = 0.13
    head: float = 0.24
    neck: float = 0.2
    snout: float = 0.12
    ears: Ears = "pointed"
    tail: Tail = "cat"
    extra: Literal["", "mane", "horn", "trunk", "stripes", "spots", "wool", "antlers", "lion", "patches"] = ""


BUILDS: dict[str, Build] = {
    "cat": Build(
        (232, 150, 72), (252, 226, 196), 0.8, 0.25, 0.36, 0.12, 0.25, 0.1, 0.06, "pointed", "cat", "stripes"
    ),
    "dog": Build((186, 128, 76), (240, 216, 184), 0.86, 0.25, 0.42, 0.13, 0.23, 0.16, 0.15, "floppy", "dog"),
    "fox": Build(
        (226, 104, 44), (252, 240, 226), 0.86, 0.22, 0.38, 0.11, 0.21, 0.12, 0.17, "pointed", "bushy"
    ),
    "wolf": Build(
        (120, 126, 138), (214, 216, 220), 0.94, 0.26, 0.46, 0.13, 0.23, 0.15, 0.18, "pointed", "bushy"
    ),
    "horse": Build((142, 88, 54), None, 1.0, 0.28, 0.54, 0.13, 0.19, 0.32, 0.2, "horse", "horse", "mane"),
    "unicorn": Build((248, 244, 250), None, 1.0, 0.27, 0.5, 0.12, 0.19, 0.26, 0.18, "horse", "horse", "horn"),
    "cow": Build(
        (246, 242, 236), (250, 220, 210), 1.1, 0.34, 0.42, 0.15, 0.23, 0.12, 0.19, "floppy", "tuft", "patches"
    ),
    "sheep": Build((246, 242, 232), None, 0.9, 0.36, 0.34, 0.11, 0.18, 0.12, 0.12, "floppy", "stub", "wool"),
    "pig": Build((244, 168, 174), None, 0.96, 0.34, 0.28, 0.14, 0.24, 0.06, 0.15, "pointed", "curl"),
    "bear": Build((120, 80, 54), (164, 118, 82), 1.0, 0.4, 0.36, 0.2, 0.27, 0.1, 0.15, "round", "stub"),
    "panda": Build((246, 244, 240), None, 0.96, 0.38, 0.34, 0.2, 0.28, 0.1, 0.12, "round", "stub", "patches"),
    "rabbit": Build(
        (206, 188, 168), (250, 244, 236), 0.62, 0.25, 0.26, 0.13, 0.21, 0.1, 0.06, "long", "stub"
    ),
    "deer": Build(
        (188, 126, 76), (246, 226, 200), 0.88, 0.23, 0.54, 0.09, 0.17, 0.26, 0.15, "horse", "stub", "antlers"
    ),
    "lion": Build(
        (226, 172, 92), (248, 222, 172), 1.0, 0.29, 0.44, 0.15, 0.24, 0.16, 0.13, "round", "tuft", "lion"
    ),
    "tiger": Build(
        (236, 146, 54), (252, 240, 226), 1.02, 0.28, 0.42, 0.15, 0.24, 0.12, 0.12, "round", "cat", "stripes"
    ),
    "elephant": Build(
        (146, 150, 164), None, 1.04, 0.44, 0.44, 0.21, 0.31, 0.08, 0.04, "none", "tuft", "trunk"
    ),
    "mouse": Build((176, 168, 172), (240, 220, 220), 0.56, 0.23, 0.2, 0.08, 0.2, 0.06, 0.12, "round", "cat"),
}

FOOT = 1.54


def draw(pen: Pen, build: Build, look: Look) -> None:
    """Draw one moment of the animal."""
    coat = look.colour or build.coat
    belly = build.belly if build.belly is not None and look.colour is None else shade(coat, 1.22)
    dark = shade(coat, 0.72)
    swing = math.sin(look.phase * math.tau)
    leg = build.leg * (0.35 if look.pose == "lying" else 1.0)
    hip = FOOT - leg
    bob = 0.025 * math.sin(look.phase * math.tau * 2) if look.pose == "moving" else 0.0
    if look.pose == "lying":
        bob = 0.012 * swing
    middle_y = hip - build.girth * 0.55 + bob
    left, right = 0.92 - build.length / 2, 0.92 + build.length / 2
    _tail(pen, build, coat, (left + 0.04, middle_y - build.girth * 0.3), swing)
    for x, share in ((left + 0.2, -swing), (right - 0.14, swing)):
        _leg(pen, (x, hip - 0.06), leg, build.leg_width, dark, share if look.pose == "moving" else 0.15)
    head = (right + build.neck * 0.5 + 0.06, middle_y - build.girth * 0.75 - build.neck)
    if look.pose == "lying":
        head = (right + 0.1, middle_y + 0.02)
    if build.extra == "lion":
        pen.ellipse((head[0] - 0.06, head[1] + 0.03), build.head * 1.7, build.head * 1.75, (168, 96, 46))
    neck_foot = (right - 0.14, middle_y - 0.02)
    pen.line(
        [neck_foot, ((neck_foot[0] + head[0]) / 2 + 0.02, (neck_foot[1] + head[1]) / 2), head],
        0.36,
        coat,
        0.22,
    )
    if build.extra == "mane":
        pen.line(
            [(neck_foot[0] - 0.1, neck_foot[1] - 0.2), (head[0] - 0.14, head[1] - 0.08)],
            0.16,
            shade(coat, 0.5),
        )
    if build.extra == "horn":
        for shift, hair in ((0.0, (240, 150, 196)), (0.07, (166, 140, 230)), (0.13, (130, 196, 236))):
            start = (neck_foot[0] - 0.12 + shift, neck_foot[1] - 0.2 - shift)
            pen.line([start, (head[0] - 0.18 + shift, head[1] - 0.06)], 0.09, hair)
    _body(pen, build, coat, belly, (left, right), middle_y)
    for x, share in ((left + 0.12, swing), (right - 0.22, -swing)):
        _leg(pen, (x, hip - 0.06), leg, build.leg_width, coat, share if look.pose == "moving" else 0.0)
    _head(pen, build, coat, belly, head, look)


def _body(pen: Pen, build: Build, coat: RGB, belly: RGB, ends: tuple[float, float], y: float) -> None:
    left, right = ends
    girth = build.girth
    if build.extra == "wool":
        for step in range(11):
            x = left + (right - left) * step / 10
            pen.ellipse((x, y - girth * 0.35 * math.sin(step * 0.7)), 0.17, girth * 0.9, shade(coat, 0.97))
    outline = [
        (left, y - girth * 0.2),
        (left + 0.14, y - girth),
        ((left + right) / 2, y - girth * 0.86),
        (right - 0.12, y - girth),
        (right + 0.02, y - girth * 0.1),
        (right - 0.14, y + girth * 0.9),
        ((left + right) / 2, y + girth * 0.74),
        (left + 0.12, y + girth * 0.92),
    ]
    pen.blob(outline, coat)
    pen.ellipse(
        ((left + right) / 2, y + girth * 0.56), build.length * 0.26, girth * 0.18, mix(coat, belly, 0.6)
    )
    if build.extra == "stripes":
        for step in range(5):
            x = left + 0.16 + step * (right - left - 0.3) / 4
            stripe = [(x, y - girth * 0.92), (x + 0.03, y - girth * 0.5), (x + 0.01, y - girth * 0.12)]
            pen.line(stripe, 0.05, shade(coat, 0.66), 0.012)
    if build.extra == "patches":
        for x, dy, radius in (
            (left + 0.2, -0.3, 0.17),
            (right - 0.34, -0.1, 0.15),
            ((left + right) / 2, -0.5, 0.1),
        ):
            pen.ellipse((x, y + girth * dy), radius, radius * 0.8, (58, 52, 56))


def _leg(pen: Pen, hip: tuple[float, float], length: float, width: float, colour: RGB, swing: float) -> None:
    knee = (hip[0] + swing * 0.09, hip[1] + length * 0.52)
    foot = (hip[0] + swing * 0.2, FOOT - width * 0.35 - max(0.0, swing) * 0.05)
    pen.line([hip, knee, foot], width * 1.2, colour, width * 0.86)
    pen.ellipse((foot[0] + 0.03, foot[1] + 0.01), width * 0.56, width * 0.36, shade(colour, 0.86))


def _head(pen: Pen, build: Build, coat: RGB, belly: RGB, at: tuple[float, float], look: Look) -> None:
    x, y = at
    size = build.head
    _ears(pen, build, coat, at)
    if build.extra == "antlers":
        for side in (-0.02, 0.1):
            pen.line([(x + side, y - size * 0.7), (x + side - 0.1, y - size * 1.8)], 0.035, (120, 88, 60))
            pen.line(
                [(x + side - 0.06, y - size * 1.3), (x + side + 0.08, y - size * 1.7)], 0.03, (120, 88, 60)
            )
    pen.ellipse((x, y), size * 1.04, size, coat)
    if build.snout > 0.08:
        muzzle = (x + size * 0.75 + build.snout * 0.4, y + size * 0.26)
        pen.ellipse(muzzle, size * 0.45 + build.snout * 0.55, size * 0.5, coat)
        pen.ellipse((muzzle[0], muzzle[1] + size * 0.14), size * 0.4 + build.snout * 0.4, size * 0.32, belly)
        nose = (muzzle[0] + size * 0.36 + build.snout * 0.46, muzzle[1] - size * 0.12)
    else:
        pen.ellipse((x + size * 0.5, y + size * 0.32), size * 0.52, size * 0.4, belly)
        nose = (x + size * 0.92, y + size * 0.12)
    if build.extra == "trunk":
        sway = 0.05 * math.sin(look.phase * math.tau)
        pen.line([(x + 0.2, y + 0.08), (x + 0.4, y + 0.34), (x + 0.42 + sway, y + 0.72)], 0.2, coat, 0.1)
        pen.ellipse((x - 0.16, y + 0.02), 0.25, 0.32, shade(coat, 0.86))
        pen.line([(x + 0.16, y + 0.22), (x + 0.36, y + 0.4)], 0.06, WHITE, 0.02)
    else:
        pen.ellipse(nose, 0.045, 0.036, INK if build.tail != "curl" else (210, 120, 132))
    if build.extra == "horn":
        pen.polygon(
            [(x - 0.02, y - size * 0.9), (x + 0.1, y - size * 0.9), (x + 0.2, y - 0.62)], (250, 214, 120)
        )
    if build.extra == "patches" and build.ears == "round":
        pen.ellipse((x + size * 0.3, y - size * 0.12), size * 0.3, size * 0.34, (58, 52, 56))
    eye = (x + size * 0.34, y - size * 0.16)
    if look.pose == "lying" or look.blink:
        pen.line([(eye[0] - 0.05, eye[1]), (eye[0], eye[1] + 0.025), (eye[0] + 0.05, eye[1])], 0.024, INK)
    else:
        pen.ellipse(eye, 0.052, 0.062, INK)
        pen.ellipse((eye[0] + 0.018, eye[1] - 0.022), 0.018, 0.02, WHITE)
    if build.tail == "cat" and build.snout < 0.1:
        for dy in (-0.02, 0.03):
            pen.line(
                [(nose[0] - 0.08, nose[1] + 0.08), (nose[0] + 0.12, nose[1] + 0.07 + dy * 2)], 0.01, WHITE
            )


def _ears(pen: Pen, build: Build, coat: RGB, at: tuple[float, float]) -> None:
    x, y = at
    size = build.head
    inner = mix(coat, (250, 190, 180), 0.5)
    for side, tone in ((0.34, 0.84), (-0.36, 1.0)):
        base = x + side * size
        colour = shade(coat, tone)
        if build.ears == "pointed":
            tip = (base - size * 0.1, y - size * 1.55)
            pen.polygon(
                [(base - size * 0.42, y - size * 0.55), tip, (base + size * 0.4, y - size * 0.6)], colour
            )
            pen.polygon(
                [
                    (base - size * 0.2, y - size * 0.7),
                    (tip[0], tip[1] + size * 0.3),
                    (base + 0.04, y - size * 0.7),
                ],
                inner,
            )
        elif build.ears == "floppy":
            pen.ellipse((base - size * 0.36, y - size * 0.2), size * 0.3, size * 0.62, shade(coat, 0.72), 0.5)
        elif build.ears == "round":
            ear = (58, 52, 56) if build.extra == "patches" else colour
            pen.ellipse((base - size * 0.1, y - size * 0.85), size * 0.36, size * 0.36, ear)
        elif build.ears == "long":
            pen.ellipse((base - size * 0.25, y - size * 1.6), size * 0.26, size * 0.95, colour, -0.2)
            pen.ellipse((base - size * 0.25, y - size * 1.55), size * 0.13, size * 0.7, inner, -0.2)
        elif build.ears == "horse":
            pen.ellipse((base - size * 0.2, y - size * 0.98), size * 0.2, size * 0.42, colour, -0.25)


def _tail(pen: Pen, build: Build, coat: RGB, at: tuple[float, float], swing: float) -> None:
    x, y = at
    if build.tail == "cat":
        pen.line(
            [(x, y), (x - 0.22, y - 0.02), (x - 0.3, y - 0.3), (x - 0.2 + swing * 0.08, y - 0.52)],
            0.1,
            coat,
            0.07,
        )
    elif build.tail == "dog":
        pen.line([(x, y), (x - 0.16, y - 0.14), (x - 0.2 + swing * 0.12, y - 0.38)], 0.1, coat, 0.05)
    elif build.tail == "bushy":
        pen.blob(
            [(x + 0.04, y), (x - 0.2, y - 0.1), (x - 0.52, y + 0.08 + swing * 0.06), (x - 0.26, y + 0.2)],
            coat,
        )
        tip = (x - 0.46, y + 0.08 + swing * 0.055)
        pen.ellipse(tip, 0.09, 0.06, WHITE, 0.3)
    elif build.tail == "horse":
        hair = (240, 150, 196) if build.extra == "horn" else shade(coat, 0.5)
        pen.line([(x, y), (x - 0.16, y + 0.1), (x - 0.2 + swing * 0.08, y + 0.5)], 0.13, hair, 0.05)
    elif build.tail == "tuft":
        pen.line([(x, y), (x - 0.14, y + 0.12), (x - 0.14 + swing * 0.06, y + 0.42)], 0.05, coat)
        pen.ellipse((x - 0.14 + swing * 0.06, y + 0.44), 0.06, 0.08, shade(coat, 0.55))
    elif build.tail == "stub":
        pen.ellipse((x - 0.04, y), 0.1, 0.09, shade(coat, 1.1))
    elif build.tail == "curl":
        pen.line([(x, y), (x - 0.12, y - 0.06), (x - 0.1, y - 0.16), (x - 0.03, y - 0.1)], 0.04, coat)
