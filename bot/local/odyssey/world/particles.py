"""Small things in the air: hearts, leaves, bubbles, fireworks. Where each is depends on time alone."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import INK, RGB, WHITE
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

Motion = Callable[[float, float, float], tuple[float, float]]

FADE_STEPS = 4


@dataclass(frozen=True, slots=True)
class Swarm:
    """Particles that live again and again, each at its own time of its own life."""

    sprites: tuple[tuple[Sprite, ...], ...]  # per appearance, from faint to opaque
    seeds: tuple[tuple[float, float, float], ...]
    life_s: float
    motion: Motion  # (seed x, seed y, age 0..1) -> place as shares of the canvas

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Stamp all of them as they are at a moment."""
        for index, (across, down, start) in enumerate(self.seeds):
            age = (time_s / self.life_s + start) % 1
            strength = min(1.0, 6 * age, 5 * (1 - age))
            faded = self.sprites[index % len(self.sprites)][min(FADE_STEPS - 1, int(strength * FADE_STEPS))]
            x, y = self.motion(across, down, age)
            faded.stamp(canvas, x * canvas.width - faded.width / 2, y * canvas.height - faded.height / 2)


def swarm(name: str, unit: int, seed: int, colours: tuple[RGB, ...] = ()) -> Swarm:
    """The swarm of that name (a key of `SWARMS`) for a canvas whose shorter side is `unit` pixels.

    With colours, its particles have those instead of their own.
    """
    draw, count, size, life_s, motion = SWARMS[name]
    chance = seeded(seed)
    appearances = []
    for variant in range(4):
        pen = Pen(1, 1, max(6, unit * size * (0.8 + 0.16 * variant)))
        draw(pen, variant)
        image = pen.finish(relief=0)
        if colours:
            image = _recoloured(image, colours[variant % len(colours)])
        whole = Sprite.from_rgba(image)
        appearances.append(tuple(whole.faded((step + 1) / FADE_STEPS) for step in range(FADE_STEPS)))
    seeds = tuple((chance.random(), chance.random(), chance.random()) for _ in range(count))
    return Swarm(tuple(appearances), seeds, life_s, motion)


def _recoloured(image: Image.Image, colour: RGB) -> Image.Image:
    """In shades of one colour: what was bright in the drawing stays brighter than what was dark."""
    luma = image.convert("RGB").convert("L")
    used = luma.tobytes()
    low, span = min(used), max(1, max(used) - min(used))
    shades = [
        [min(255, round(channel * (0.72 + 0.4 * (v - low) / span))) for v in range(256)] for channel in colour
    ]
    painted = Image.merge("RGB", [luma.point([max(0, value) for value in table]) for table in shades])
    painted.putalpha(image.getchannel("A"))
    return painted


def _heart(pen: Pen, _: int) -> None:
    left, right = [(0.08, 0.5), (0.16, 0.14), (0.42, 0.14)], [(0.58, 0.14), (0.84, 0.14), (0.92, 0.5)]
    pen.blob([(0.5, 0.95), *left, (0.5, 0.3), *right], (240, 84, 120))


def _note(pen: Pen, variant: int) -> None:
    colour = ((72, 64, 130), (206, 84, 120), (60, 130, 150), (230, 150, 60))[variant]
    pen.ellipse((0.3, 0.78), 0.2, 0.15, colour, -0.3)
    pen.line([(0.47, 0.74), (0.47, 0.12)], 0.08, colour)
    pen.line([(0.47, 0.14), (0.72, 0.28), (0.76, 0.46)], 0.1, colour, 0.04)


def _sparkle(pen: Pen, variant: int) -> None:
    colour = (WHITE, (255, 240, 170), (220, 214, 255), (255, 224, 240))[variant]
    for turn in (0.0, math.pi / 2):
        c, s = math.cos(turn), math.sin(turn)
        points = [
            (0.5, 0.0),
            (0.09, 0.09),
            (0.0, 0.5),
            (-0.09, 0.09),
            (-0.5, 0.0),
            (-0.09, -0.09),
            (0.0, -0.5),
            (0.09, -0.09),
        ]
        pen.polygon([(0.5 + x * c - y * s, 0.5 + x * s + y * c) for x, y in points], colour)
    pen.ellipse((0.5, 0.5), 0.18, 0.18, colour, alpha=200)


def _leaf(pen: Pen, variant: int) -> None:
    colour = ((222, 122, 48), (200, 74, 44), (232, 170, 62), (150, 150, 60))[variant]
    tilt = variant * 0.8
    pen.ellipse((0.5, 0.5), 0.44, 0.2, colour, tilt)
    pen.line([(0.5 - 0.4 * math.cos(tilt), 0.5 - 0.4 * math.sin(tilt)), (0.9, 0.7)], 0.05, (120, 84, 50))


def _petal(pen: Pen, variant: int) -> None:
    pen.ellipse(
        (0.5, 0.5),
        0.42,
        0.24,
        ((252, 206, 222), (246, 176, 200), WHITE, (250, 220, 230))[variant],
        variant * 0.7,
    )


def _firefly(pen: Pen, _: int) -> None:
    for radius, alpha in ((0.48, 46), (0.34, 80), (0.2, 160), (0.11, 255)):
        pen.ellipse((0.5, 0.5), radius, radius, (252, 240, 140), alpha=alpha)


def _bubble(pen: Pen, _: int) -> None:
    pen.ellipse((0.5, 0.5), 0.46, 0.46, (206, 236, 246), alpha=90)
    pen.ellipse((0.36, 0.34), 0.12, 0.08, WHITE, -0.6, 220)


def _confetti(pen: Pen, variant: int) -> None:
    colours: tuple[RGB, ...] = ((236, 84, 90), (246, 200, 70), (86, 180, 120), (90, 140, 226))
    c, s = math.cos(variant), math.sin(variant)
    corners = [(-0.36, -0.2), (0.36, -0.2), (0.36, 0.2), (-0.36, 0.2)]
    pen.polygon([(0.5 + x * c - y * s, 0.5 + x * s + y * c) for x, y in corners], colours[variant])


def _zed(pen: Pen, _: int) -> None:
    for shift, colour in ((0.03, INK), (0.0, WHITE)):
        path = [(0.25, 0.2), (0.75, 0.2), (0.25, 0.8), (0.75, 0.8)]
        for first, second in itertools.pairwise(path):
            pen.line(
                [(first[0] + shift, first[1] + shift), (second[0] + shift, second[1] + shift)], 0.13, colour
            )


def _burst(pen: Pen, variant: int) -> None:
    colours: tuple[RGB, ...] = ((255, 120, 110), (255, 214, 110), (130, 220, 255), (210, 150, 255))
    for ring, count in ((0.47, 20), (0.32, 14), (0.16, 8)):
        for step in range(count):
            angle = step * math.tau / count + ring
            tip = (0.5 + ring * math.cos(angle), 0.5 + ring * math.sin(angle))
            pen.line(
                [(0.5 + (tip[0] - 0.5) * 0.8, 0.5 + (tip[1] - 0.5) * 0.8), tip],
                0.012,
                colours[variant],
                0.022,
            )


def _flame(pen: Pen, variant: int) -> None:
    pen.blob([(0.5, 0.02), (0.8, 0.5), (0.72, 0.92), (0.28, 0.92), (0.2, 0.5)], (250, 130, 46), 230)
    pen.blob(
        [(0.5, 0.34), (0.66, 0.64), (0.6, 0.9), (0.4, 0.9), (0.34, 0.64)], (255, 226, 120), 240 - variant * 10
    )


def _streak(pen: Pen, _: int) -> None:
    pen.line([(0.95, 0.2), (0.05, 0.75)], 0.05, WHITE, 0.004)


def _rise(x: float, y: float, age: float) -> tuple[float, float]:
    return 0.3 + 0.4 * x + 0.03 * math.sin(age * 9 + x * 20), 0.74 - 0.5 * age - 0.1 * y


def _float(x: float, y: float, age: float) -> tuple[float, float]:
    return x + 0.05 * math.sin(age * math.tau + y * 9), 0.35 + 0.55 * y + 0.04 * math.cos(
        age * math.tau * 2 + x * 7
    )


def _stay(x: float, y: float, age: float) -> tuple[float, float]:
    return x, 0.76 + 0.2 * y


def _fall(x: float, y: float, age: float) -> tuple[float, float]:
    return x * 1.3 - 0.25 + 0.18 * age + 0.04 * math.sin(age * 12 + y * 9), -0.06 + 1.1 * age


def _blow(x: float, y: float, age: float) -> tuple[float, float]:
    return -0.1 + 1.25 * age, 0.2 + 0.66 * y + 0.08 * math.sin(age * 11 + x * 9)


def _bubble_up(x: float, y: float, age: float) -> tuple[float, float]:
    return x + 0.015 * math.sin(age * 20 + y * 9), 1.04 - 1.1 * age


def _bloom(x: float, y: float, age: float) -> tuple[float, float]:
    return 0.1 + 0.8 * x, 0.08 + 0.34 * y + 0.03 * age * age


def _burn(x: float, y: float, age: float) -> tuple[float, float]:
    return 0.18 + 0.64 * x + 0.02 * math.sin(age * 9 + y * 20), 0.93 - 0.16 * age * (0.5 + y)


def _shoot(x: float, y: float, age: float) -> tuple[float, float]:
    return 1.1 - 1.4 * age + 0.4 * x, 0.02 + 0.2 * y + 0.42 * age


# Drawing, how many, size as a share of the shorter side, life in seconds, motion.
SWARMS: dict[str, tuple[Callable[[Pen, int], None], int, float, float, Motion]] = {
    "hearts": (_heart, 14, 0.05, 4.0, _rise),
    "notes": (_note, 12, 0.055, 4.0, _rise),
    "zzz": (_zed, 4, 0.05, 3.6, _rise),
    "sparkles": (_sparkle, 34, 0.034, 2.4, _float),
    "glints": (_sparkle, 22, 0.05, 2.0, _stay),
    "fireflies": (_firefly, 26, 0.04, 5.0, _float),
    "leaves": (_leaf, 26, 0.034, 6.0, _fall),
    "petals": (_petal, 30, 0.026, 7.0, _fall),
    "confetti": (_confetti, 60, 0.022, 4.0, _fall),
    "gusts": (_leaf, 16, 0.03, 2.2, _blow),
    "bubbles": (_bubble, 26, 0.034, 6.0, _bubble_up),
    "fireworks": (_burst, 7, 0.3, 1.8, _bloom),
    "flames": (_flame, 30, 0.1, 1.2, _burn),
    "meteors": (_streak, 9, 0.24, 2.6, _shoot),
}
