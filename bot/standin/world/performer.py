"""Subjects on the stage: their pictures, drawn once, and where they are at each moment."""

from __future__ import annotations

import functools
import math
import random
from dataclasses import dataclass

from PIL import Image

from bot.standin.world.actors.catalogue import KINDS
from bot.standin.world.actors.kind import Kind, Look, Pose
from bot.standin.world.canvas import Canvas
from bot.standin.world.chance import seeded
from bot.standin.world.colours import NAMED, RGB
from bot.standin.world.light import Light
from bot.standin.world.pen import Pen
from bot.standin.world.scene import Actor
from bot.standin.world.sprite import Sprite

FRAMES = 10
FEET = 0.9  # where subjects stand, from the top: above the caption
STILL_ACTIONS = frozenset({"sit", "sleep", "look", "eat", "wave", "sing", "stretch"})
FAST_ACTIONS = frozenset({"run", "chase"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one of a kind belongs: its place on the canvas (shares), its size, and its place in the cycle."""

    x: float
    y: float
    scale: float
    shift: float


@dataclass(frozen=True, slots=True)
class Room:
    """Where a kind performs: the shorter side as a share of the height; in the air; under water."""

    unit_share: float
    airborne: bool
    wet: bool


class Performer:
    """All subjects of one kind in a scene."""

    def __init__(
        self, actor: Actor, width: int, height: int, light: Light, seed: int, *, lane: float, wet: bool
    ) -> None:
        self._actor = actor
        self._kind = KINDS[actor.kind]
        self._unit = min(width, height)
        self.airborne = (
            self._kind.habitat == "air" or actor.action == "fly" or (wet and self._kind.habitat != "ground")
        )
        room = Room(self._unit / height, self.airborne, wet)
        self._marks = _marks(actor, self._kind, seeded(seed), lane, room)
        self._frames = [_pictures(actor, round(self._unit * mark.scale), light) for mark in self._marks]
        self._phase = seeded(seed + 1).uniform(0, math.tau)

    @property
    def pace(self) -> float:
        """How fast the land passes to go with this subject, in shorter sides a second."""
        action = self._actor.action
        if action in STILL_ACTIONS or action in ("dance", "spin", "jump", "launch"):
            return 0.0
        speed = self._kind.speed * self._kind.width / self._kind.height * self._kind.size * 0.62
        return speed * (2.6 if action in FAST_ACTIONS else 1.0)

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Stamp all of them as they are at a moment."""
        for index, mark in enumerate(self._marks):
            phase = time_s / self._cycle_s + mark.shift
            number = int(phase * FRAMES) % FRAMES
            x, y, faces_left = self._place(mark, time_s)
            sprite = self._frames[index][number]
            if faces_left:
                sprite = sprite.mirrored()
            sprite.stamp(canvas, x * canvas.width - sprite.width / 2, y * canvas.height - sprite.height)

    @property
    def _cycle_s(self) -> float:
        action = self._actor.action
        if action in FAST_ACTIONS:
            return self._kind.cycle_s * 0.5
        return self._kind.cycle_s * (2.4 if action in STILL_ACTIONS else 1.0)

    def _place(self, mark: Mark, time_s: float) -> tuple[float, float, bool]:
        """Centre of the feet, as shares of the canvas, and whether it looks to the left."""
        t = time_s + mark.shift * 7 + self._phase
        x, y, left = mark.x, mark.y, False
        action = self._actor.action
        if self.airborne:
            x += 0.1 * math.sin(t * 0.42)
            y += 0.035 * math.sin(t * 1.1)
        elif self._kind.habitat == "water":
            x += 0.07 * math.sin(t * 0.3)
            y += 0.012 * math.sin(t * 1.3)
            left = math.cos(t * 0.3) < -0.2
        elif action not in STILL_ACTIONS and self._kind.speed:
            x += 0.05 * math.sin(t * 0.5)
        if action == "jump":
            y -= 0.16 * abs(math.sin(t * 2.6))
        elif action == "dance":
            x += 0.05 * math.sin(t * 3.2)
            y -= 0.03 * abs(math.sin(t * 6.4))
            left = math.sin(t * 1.6) < 0
        elif action == "launch":
            y += 0.3 - 1.3 * ((time_s * 0.16 + mark.shift) % 1) ** 1.6
        elif action == "spin":
            left = math.sin(t * 7) < 0
        elif action in FAST_ACTIONS:
            x += 0.08 * math.sin(t * 0.9)
            y -= 0.012 * abs(math.sin(t * 9))
        elif action == "swim" and self._kind.habitat == "ground":
            y += 0.01 * math.sin(t * 3)
        return x, y, left


@functools.lru_cache(maxsize=8)
def _pictures(actor: Actor, height_px: int, light: Light) -> tuple[Sprite, ...]:
    """The cycle of a subject as lit. The last few are kept."""
    return tuple(_frame(actor, height_px, light, index) for index in range(FRAMES))


def _frame(actor: Actor, height_px: int, light: Light, index: int) -> Sprite:
    pose: Pose = "moving"
    if actor.action == "sleep":
        pose = "lying"
    elif actor.action in STILL_ACTIONS:
        pose = "still"
    colour = NAMED.get(actor.colour) if actor.colour is not None else None
    image = _drawing(actor.kind, height_px, pose, colour, index)
    if actor.action == "spin":
        squeezed = max(2, int(image.width * abs(math.cos(index / FRAMES * math.pi))))
        turned = Image.new("RGBA", image.size)
        turned.paste(image.resize((squeezed, image.height)), ((image.width - squeezed) // 2, 0))
        image = turned
    return Sprite.from_rgba(image, (1, 1, 1) if KINDS[actor.kind].glows else _softened(light))


@functools.lru_cache(maxsize=60)
def _drawing(name: str, height_px: int, pose: Pose, colour: RGB | None, index: int) -> Image.Image:
    """One frame in neutral light; the same subject stays on stage through many changes of the scene."""
    kind = KINDS[name]
    pen = Pen(kind.width, kind.height, height_px / kind.height)
    kind.draw(pen, Look(index / FRAMES, pose, colour, blink=index == FRAMES - 1))
    return pen.finish()


def _softened(light: Light) -> tuple[float, float, float]:
    """Subjects take on less of the light's colour than the land, so that they stay readable at night."""
    red, green, blue = (0.3 + 0.7 * factor for factor in light.ambient)
    return red, green, blue


def _marks(actor: Actor, kind: Kind, chance: random.Random, lane: float, room: Room) -> list[Mark]:
    """Places for `count` subjects round the lane; more of them are smaller and more spread out."""
    crowd = 1.0 if actor.count == 1 else max(0.42, 0.92 - 0.07 * actor.count)
    marks = []
    for index in range(actor.count):
        aside = (index - (actor.count - 1) / 2) / actor.count
        depth = chance.uniform(-1, 1) if actor.count > 1 else 0.0
        scale = kind.size * crowd * actor.size * (1 + 0.12 * depth)
        base = FEET + 0.035 * depth
        if room.airborne:
            # High up, but with its head inside the picture.
            base = max((0.6 if room.wet else 0.5) + 0.16 * depth, scale * room.unit_share + 0.1)
        elif kind.habitat == "water":
            base = 0.86 + 0.05 * depth
        marks.append(Mark(lane + aside * 0.7, base, scale, chance.random()))
    return sorted(marks, key=lambda mark: mark.y)
