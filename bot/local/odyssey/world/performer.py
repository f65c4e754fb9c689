"""Subjects on the stage: where they are at each moment, and what they leave below them."""

import math
from dataclasses import replace

from bot.local.odyssey.world.actors.catalogue import KINDS
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.looks import FRAMES, STILL_ACTIONS, Pond, pictures, reflections, shadow, shine
from bot.local.odyssey.world.placing import Mark, Spot, is_afloat, is_airborne, marks_of
from bot.local.odyssey.world.scene import Actor

FAST_ACTIONS = frozenset({"run", "chase"})
# Who swims, and how much of its height is above the water.
_SWIMMERS = {"whale": 0.62, "fish": 0.62, "jellyfish": 0.62, "duck": 0.86}
_SHADE = 20  # the luma of a shadow


class Performer:
    """All subjects of one kind in a scene."""

    def __init__(self, actor: Actor, width: int, height: int, light: Light, seed: int, spot: Spot) -> None:
        self._actor = actor
        self._kind = KINDS[actor.kind]
        unit = min(width, height)
        self.airborne = is_airborne(actor, spot)
        self.afloat = is_afloat(actor, spot)
        # What is wide stays in the picture, even while it sways.
        half = 0.5 * self._kind.size * actor.size * self._kind.width / self._kind.height * unit / width + 0.1
        # Of what is too wide its head is seen, which looks to the right.
        spot = replace(spot, lane=min(max(spot.lane, half), 1 - half))
        self._marks = marks_of(actor, self._kind, seeded(seed), spot, unit / height, airborne=self.airborne)
        sizes = [round(unit * mark.scale) for mark in self._marks]
        looks = [_one_of(actor, index) for index in range(len(sizes))]
        self._frames = [pictures(look, size, light) for look, size in zip(looks, sizes, strict=True)]
        above = _SWIMMERS.get(actor.kind) if self.afloat else None
        if above is not None:
            self._frames = [tuple(sprite.sunk(above) for sprite in frames) for frames in self._frames]
        self._shine = shine(actor, max(sizes))
        mirrored = self.afloat and spot.afloat is not None and above is None
        self._mirror = [reflections(actor, size, light) for size in sizes] if mirrored else []
        self._pond = (
            Pond(self._frames[0][0].width * 2, light) if self.afloat and spot.afloat is None else None
        )
        grounded = not self.airborne and not self.afloat
        self._shadow = shadow(round(self._frames[0][0].width * 0.92), 0.62) if grounded else None
        self._phase = seeded(seed + 1).uniform(0, math.tau)

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
        elif self.afloat:
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
