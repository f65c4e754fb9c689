"""Subjects on the stage: where they are at each moment, and what they leave below them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from bot.standin.world.actors.catalogue import KINDS
from bot.standin.world.actors.kind import Kind
from bot.standin.world.canvas import Canvas
from bot.standin.world.chance import seeded
from bot.standin.world.light import Light
from bot.standin.world.looks import FRAMES, STILL_ACTIONS, Pond, pictures, reflections, shadow, shine
from bot.standin.world.scene import Actor

FEET = 0.9  # where the nearest subjects stand, from the top: above the caption
FAR_FEET, FAR_SIZE = 0.835, 0.78  # where the farthest ones stand, and what is left of their size
TRACK = 0.89  # where wheels stand on the rails
FAST_ACTIONS = frozenset({"run", "chase"})
_LIFTING = frozenset({"fly", "rise"})
_DIVERS = frozenset({"whale", "fish", "jellyfish"})
_OWN_GROUND = frozenset({"lighthouse", "duck"})
_SHADE = 20  # the luma of a shadow


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a kind performs.

    `lane` and `depth`: from left to right and from near to far, 0 to 1. `wet`: under water. `afloat`: the
    place has water to float on.
    """

    lane: float = 0.5
    depth: float = 0.0
    wet: bool = False
    afloat: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one of a kind belongs: its place on the canvas (shares), its size, and its place in the cycle."""

    x: float
    y: float
    scale: float
    shift: float


class Performer:
    """All subjects of one kind in a scene."""

    def __init__(self, actor: Actor, width: int, height: int, light: Light, seed: int, spot: Spot) -> None:
        self._actor = actor
        self._kind = KINDS[actor.kind]
        unit = min(width, height)
        self.airborne = is_airborne(actor, wet=spot.wet, afloat=spot.afloat)
        self._floats = self._kind.habitat == "water" and not self.airborne and not spot.wet
        # What is wide stays in the picture, even while it sways.
        half = 0.5 * self._kind.size * actor.size * self._kind.width / self._kind.height * unit / width + 0.1
        # Of what is too wide its head is seen, which looks to the right.
        spot = replace(spot, lane=min(max(spot.lane, half), 1 - half))
        self._marks = _marks(actor, self._kind, seeded(seed), spot, unit / height, airborne=self.airborne)
        sizes = [round(unit * mark.scale) for mark in self._marks]
        looks = [_one_of(actor, index) for index in range(len(sizes))]
        self._frames = [pictures(look, size, light) for look, size in zip(looks, sizes, strict=True)]
        dives = self._floats and actor.kind in _DIVERS
        if dives:
            self._frames = [tuple(sprite.sunk(0.62) for sprite in frames) for frames in self._frames]
        self._shine = shine(actor, max(sizes))
        mirrored = self._floats and spot.afloat and not dives
        self._mirror = [reflections(actor, size, light) for size in sizes] if mirrored else []
        self._pond = Pond(self._frames[0][0].width * 2, light) if self._floats and not spot.afloat else None
        grounded = not self.airborne and not self._floats
        self._shadow = shadow(round(self._frames[0][0].width * 0.92), 0.62) if grounded else None
        self._phase = seeded(seed + 1).uniform(0, math.tau)

    @property
    def kind(self) -> str:
        """Of what kind its subjects are."""
        return self._actor.kind

    @property
    def stands(self) -> bool:
        """Whether it needs ground below it. What swims there, or is built on a rock of its own, does not."""
        swims = self._floats or self._actor.action == "swim" or self._actor.kind in _OWN_GROUND
        return not self.airborne and not swims

    @property
    def nearness(self) -> float:
        """Where it stands, from the top: what is lower is nearer, and what flies is before what stands."""
        return self._marks[-1].y + self.airborne

    @property
    def pace(self) -> float:
        """How fast the land passes to go with this subject, in shorter sides a second."""
        action = self._actor.action
        if action in STILL_ACTIONS or action in ("dance", "circle", "spin", "jump", "launch", "land", "rise"):
            return 0.0
        speed = self._kind.speed * self._kind.width / self._kind.height * self._kind.size * 0.62
        return speed * (2.6 if action in FAST_ACTIONS else 0.3 if action == "pass" else 1.0)

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Stamp all of them as they are at a moment."""
        for index, mark in enumerate(self._marks):
            phase = time_s / self._cycle_s + mark.shift
            number = int(phase * FRAMES) % FRAMES
            x, y, lift, faces_left = self._place(mark, time_s)
            sprite = self._frames[index][number]
            left, foot = x * canvas.width - sprite.width / 2, y * canvas.height
            if self._shadow is not None:
                self._cast_shadow(canvas, x * canvas.width, foot, lift)
            if self._pond is not None:
                self._pond.stamp(canvas, mark.x * canvas.width, mark.y * canvas.height - sprite.height * 0.06)
            foot -= lift * canvas.height
            if self._mirror:
                mirrored = self._mirror[index][number]
                mirrored = mirrored.mirrored() if faces_left else mirrored
                mirrored.stamp(canvas, left, foot - sprite.height * 0.1)
            if self._shine is not None:
                middle = foot - sprite.height / 2
                self._shine.stamp(
                    canvas, x * canvas.width - self._shine.width / 2, middle - self._shine.height / 2
                )
            sprite = sprite.mirrored() if faces_left else sprite
            sprite.stamp(canvas, left, foot - sprite.height)

    def _cast_shadow(self, canvas: Canvas, x: float, foot: float, lift: float) -> None:
        if self._shadow is None or lift > 0.3:
            return
        mask = self._shadow
        if lift > 0.02:
            mask = shadow(max(8, round(mask.width * (1 - lift * 2)) & ~7), 0.4)
        left, top = round(x - mask.width / 2), round(foot - mask.height * 0.56)
        canvas.y.paste(_SHADE, (left, top, left + mask.width, top + mask.height), mask)

    @property
    def _cycle_s(self) -> float:
        action = self._actor.action
        if action in FAST_ACTIONS:
            return self._kind.cycle_s * 0.5
        return self._kind.cycle_s * (2.4 if action in STILL_ACTIONS else 1.0)

    def _place(self, mark: Mark, time_s: float) -> tuple[float, float, float, bool]:
        """Centre of the feet as shares of the canvas, how high above them it is, and if it looks left."""
        t = time_s + mark.shift * 7 + self._phase
        x, y, lift, left = mark.x, mark.y, 0.0, False
        action = self._actor.action
        if self.airborne:
            x += 0.1 * math.sin(t * 0.42)
            y += 0.035 * math.sin(t * 1.1)
        elif self._floats:
            x += 0.07 * math.sin(t * 0.3)
            y += 0.012 * math.sin(t * 1.3)
            left = math.cos(t * 0.3) < -0.2
        elif action not in STILL_ACTIONS and self._kind.speed:
            x += 0.05 * math.sin(t * 0.5)
        if action == "jump":
            lift = 0.16 * abs(math.sin(t * 2.6))
        elif action == "dance":
            x += 0.05 * math.sin(t * 3.2)
            lift = 0.03 * abs(math.sin(t * 6.4))
            left = math.sin(t * 1.6) < 0
        elif action == "circle":
            x += 0.16 * math.cos(t * 1.1)
            y += 0.045 * math.sin(t * 1.1)
            lift = 0.02 * abs(math.sin(t * 5))
            left = math.sin(t * 1.1) > 0
        elif action == "launch":
            lift = 1.3 * ((time_s * 0.16 + mark.shift) % 1) ** 1.6 - 0.3 * self.airborne
        elif action == "rise":
            lift = 0.2 * (1 - math.cos(time_s * 0.5)) - 0.1
        elif action == "land":
            lift = 0.4 * (0.5 + 0.5 * math.cos(time_s * 0.5)) ** 2
        elif action == "pass":
            x += 1.8 * ((0.5 + time_s * 0.06) % 1) - 0.9
        elif action == "spin":
            left = math.sin(t * 7) < 0
        elif action in FAST_ACTIONS:
            x += 0.08 * math.sin(t * 0.9)
            lift = 0.012 * abs(math.sin(t * 9))
        elif action == "swim" and self._kind.habitat == "ground":
            y += 0.01 * math.sin(t * 3)
        return x, y, lift, left


def _one_of(actor: Actor, index: int) -> Actor:
    """How one of several looks: "red and white cranes" are some of them red and some white."""
    if actor.count == 1 or actor.second is None:
        return actor
    return replace(actor, colour=actor.second if index % 2 else actor.colour, second=None)


def is_airborne(actor: Actor, *, wet: bool, afloat: bool) -> bool:
    """Whether a subject is off the ground, or swims freely under water."""
    habitat = KINDS[actor.kind].habitat
    if wet:
        return habitat != "ground"
    if actor.action == "land":
        return False
    # Without water, what swims floats through the air as if there were.
    swims = habitat == "water" and not afloat and actor.kind != "boat"
    return habitat == "air" or actor.aloft or actor.action in _LIFTING or swims


def _marks(
    actor: Actor, kind: Kind, chance: random.Random, spot: Spot, unit_share: float, *, airborne: bool
) -> list[Mark]:
    """Places for `count` subjects round the lane; more of them are smaller and more spread out."""
    crowd = 1.0 if actor.count == 1 else max(0.42, 0.92 - 0.07 * actor.count)
    flock = airborne and kind.habitat == "air" and actor.count > 3
    crowd = max(crowd, 0.8) if flock else crowd
    marks = []
    for index in range(actor.count):
        aside = (index - (actor.count - 1) / 2) / actor.count
        depth = chance.uniform(-1, 1) if actor.count > 1 else 0.0
        scale = kind.size * crowd * actor.size * (1 + 0.12 * depth) * (1 - (1 - FAR_SIZE) * spot.depth)
        base = FEET + (FAR_FEET - FEET) * spot.depth + 0.035 * depth
        if flock:  # a wedge that flies to the right, its leader first
            rank, side = (index + 1) // 2, 1 if index % 2 else -1
            aside, base = 0.36 - 0.2 * rank, 0.38 + 0.085 * rank * side + 0.012 * depth
        elif airborne:
            # High up, but with its head inside the picture.
            base = max((0.6 if spot.wet else 0.5) + 0.16 * depth, scale * unit_share + 0.1)
        elif kind.habitat == "water" and not spot.wet:
            base = (0.86 if spot.afloat else FEET) + 0.05 * depth
        elif actor.kind == "train":
            base = TRACK
        marks.append(Mark(spot.lane + aside * 0.7, base, scale, chance.random()))
    return sorted(marks, key=lambda mark: mark.y)
