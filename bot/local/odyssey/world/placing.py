"""Where subjects belong: on the ground, in the air or on the water; from left to right, from near to far."""

import random
from dataclasses import dataclass

from bot.local.odyssey.world.actors.catalogue import KINDS
from bot.local.odyssey.world.actors.kind import Kind
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.scene import Actor, Scene

FEET = 0.9  # where the nearest subjects stand, from the top: above the caption
FAR_FEET, FAR_SIZE = 0.835, 0.78  # where the farthest ones stand, and what is left of their size
TRACK = 0.89  # where wheels stand on the rails
AFLOAT, AFLOAT_BEHIND = 0.86, 0.8  # where boats float; and where they do when there is a shore or quay
OPEN_WATER = frozenset({"sea", "harbour"})  # places with a surface to float on
# Where subjects stand from left to right, by how many there are, and how far back each of them is.
_LANES = {0: (), 1: (0.5,), 2: (0.34, 0.7), 3: (0.5, 0.2, 0.8), 4: (0.42, 0.16, 0.68, 0.88)}
_DEPTHS = (0.0, 0.7, 0.35, 1.0)
_LIFTING = frozenset({"fly", "rise"})
_OWN_GROUND = frozenset({"lighthouse"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a kind performs.

    `lane` and `depth`: from left to right and from near to far, 0 to 1. `wet`: under water. `afloat`:
    how far down, as a share, the place's water carries what floats; None if there is none.
    """

    lane: float = 0.5
    depth: float = 0.0
    wet: bool = False
    afloat: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one of a kind belongs: its place on the canvas (shares), its size, and its place in the cycle."""

    x: float
    y: float
    scale: float
    shift: float


def spots(scene: Scene) -> list[Spot]:
    """Where a scene's subjects belong: the first of them near the middle, buildings at the back."""
    chance = seeded(scene.seed)
    alone = len(scene.actors) == 1
    lanes = _LANES.get(len(scene.actors), _LANES[4])
    if alone:
        lanes = (chance.choice((0.42, 0.46, 0.54, 0.58)),)
    if chance.random() < 0.5:
        lanes = tuple(1 - lane for lane in lanes)
    level = scene.place in OPEN_WATER or scene.place == "room"
    found = []
    for index, (actor, lane) in enumerate(zip(scene.actors, lanes, strict=False)):
        depth = 0.0 if level or actor.kind == "train" else _DEPTHS[index]
        if KINDS[actor.kind].speed == 0.0 and scene.place != "room":
            depth = 0.5 if alone else 1.0
        found.append(Spot(lane, depth, scene.place == "underwater", _water(scene)))
    return found


def needs_ground(actor: Actor, scene: Scene) -> bool:
    """Whether a subject has to be given ground. What flies, swims, or has a rock of its own has not."""
    spot = Spot(wet=scene.place == "underwater", afloat=AFLOAT if scene.place in OPEN_WATER else None)
    swims = is_afloat(actor, spot) or actor.action == "swim" or actor.kind in _OWN_GROUND
    return not is_airborne(actor, spot) and not swims


def _water(scene: Scene) -> float | None:
    """Where a scene's water carries what floats."""
    if scene.place not in OPEN_WATER:
        return None
    shore = scene.place == "harbour" or any(needs_ground(actor, scene) for actor in scene.actors)
    return AFLOAT_BEHIND if shore else AFLOAT


def is_afloat(actor: Actor, spot: Spot) -> bool:
    """Whether a subject floats on water, be it a pond."""
    at_home = KINDS[actor.kind].habitat == "water" or (actor.kind == "duck" and spot.afloat is not None)
    return at_home and not is_airborne(actor, spot) and not spot.wet


def is_airborne(actor: Actor, spot: Spot) -> bool:
    """Whether a subject is off the ground, or swims freely under water."""
    habitat = KINDS[actor.kind].habitat
    if spot.wet:
        return habitat != "ground"
    if actor.action == "land":
        return False
    # Without water, what swims floats through the air as if there were.
    swims = habitat == "water" and spot.afloat is None and actor.kind != "boat"
    return habitat == "air" or actor.aloft or actor.action in _LIFTING or swims


def marks_of(
    actor: Actor, kind: Kind, chance: random.Random, spot: Spot, unit_share: float, *, airborne: bool
) -> list[Mark]:
    """Places for `count` subjects round the lane; more of them are smaller and more spread out."""
    crowd = 1.0 if actor.count == 1 else max(0.42, 0.92 - 0.07 * actor.count)
    flock = airborne and kind.habitat == "air" and actor.count > 3
    crowd = max(crowd, 0.8) if flock else crowd
    marks: list[Mark] = []
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
            base = (FEET if spot.afloat is None else spot.afloat) + 0.05 * depth
        elif actor.kind == "train":
            base = TRACK
        marks.append(Mark(spot.lane + aside * 0.7, base, scale, chance.random()))
    return sorted(marks, key=lambda mark: mark.y)
