"""The pictures of a subject: its cycle in its colours, its material and the scene's light; and its shadow."""

import functools
from typing import NamedTuple

from PIL import Image

from bot.local.odyssey.world.actors.catalogue import KINDS
from bot.local.odyssey.world.actors.kind import Look, Pose
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.colours import NAMED, RGB
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.materials import HALO, NEON, SHINING, halo, in_material, patched
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.scene import Actor
from bot.local.odyssey.world.sprite import Sprite

FRAMES = 10
STILL_ACTIONS = frozenset({"sit", "sleep", "look", "eat", "wave", "sing", "stretch"})
DARK = 0.72  # below this brightness, lamps are lit


class Dress(NamedTuple):
    """What a subject is covered with."""

    colour: str | None
    second: str | None
    material: str | None
    lit: bool


@functools.lru_cache(maxsize=8)
def pictures(actor: Actor, height_px: int, light: Light) -> tuple[Sprite, ...]:
    """The cycle of a subject as lit. The last few are kept."""
    return tuple(_frame(actor, height_px, light, index) for index in range(FRAMES))


@functools.lru_cache(maxsize=8)
def reflections(actor: Actor, height_px: int, light: Light) -> tuple[Sprite, ...]:
    """The same upside down and faint, as still water shows them."""
    return tuple(sprite.flipped().faded(0.26) for sprite in pictures(actor, height_px, light))


@functools.lru_cache(maxsize=8)
def shadow(width_px: int, strength: float) -> Image.Image:
    """The soft shadow below a subject that wide, as a mask."""
    size = (max(8, width_px), max(4, width_px // 6))
    return halo(64, (0, 0, 0), strength).getchannel("A").resize(size, Image.Resampling.BILINEAR)


@functools.lru_cache(maxsize=4)
def shine(actor: Actor, height_px: int) -> Sprite | None:
    """The light round a subject that gives light."""
    if not _shines(actor):
        return None
    colour = NAMED[actor.colour] if actor.colour else NEON if actor.material == "neon" else HALO
    return Sprite.from_rgba(halo(round(height_px * 0.95), colour, 0.75))


class Pond:
    """A little water for what floats where there is none."""

    def __init__(self, width_px: int, light: Light) -> None:
        pen = Pen(2, 0.44, width_px / 2)
        pen.ellipse((1, 0.22), 0.99, 0.21, light.on((120, 150, 120)), alpha=120)
        pen.ellipse((1, 0.22), 0.95, 0.19, light.on((70, 140, 190)))
        pen.ellipse((0.8, 0.17), 0.5, 0.05, light.on((150, 200, 230)), alpha=150)
        self._sprite = Sprite.from_rgba(pen.finish(relief=0))

    def stamp(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its centre there."""
        self._sprite.stamp(canvas, x - self._sprite.width / 2, y - self._sprite.height / 2)


def _frame(actor: Actor, height_px: int, light: Light, index: int) -> Sprite:
    pose: Pose = "moving"
    if actor.action == "sleep":
        pose = "lying"
    elif actor.action in STILL_ACTIONS:
        pose = "still"
    dress = Dress(actor.colour, actor.second, actor.material, actor.lit)
    image = _dressed(actor.kind, height_px, pose, dress, index)
    if actor.action == "spin":
        squeezed = max(2, int(image.width * abs(_turn(index))))
        turned = Image.new("RGBA", image.size)
        turned.paste(image.resize((squeezed, image.height)), ((image.width - squeezed) // 2, 0))
        image = turned
    kind = KINDS[actor.kind]
    shines = kind.glows or _shines(actor)
    sprite = Sprite.from_rgba(image, (1, 1, 1) if shines else _softened(light))
    lamps = _lamps(actor.kind, height_px)
    if lamps is not None and sum(light.ambient) / 3 < DARK and actor.action != "spin":
        sprite.plant(lamps, 0, 0)
    return sprite


@functools.lru_cache(maxsize=4)
def _lamps(name: str, height_px: int) -> Sprite | None:
    kind = KINDS[name]
    if kind.lamps is None:
        return None
    pen = Pen(kind.width, kind.height, height_px / kind.height)
    kind.lamps(pen)
    return Sprite.from_rgba(pen.finish(relief=0))


def _turn(index: int) -> float:
    return 1 - 4 * abs(index / FRAMES - 0.5) if index else 1.0


@functools.lru_cache(maxsize=60)
def _dressed(name: str, height_px: int, pose: Pose, dress: Dress, index: int) -> Image.Image:
    """One frame in neutral light; the same subject stays on stage through many changes of the scene."""
    colour = NAMED[dress.colour] if dress.colour is not None else None
    image = _drawing(name, height_px, pose, colour, index)
    if dress.second is not None:
        image = patched(image, _drawing(name, height_px, pose, NAMED[dress.second], index))
    if dress.material is not None:
        image = in_material(image, dress.material, colour)
    return in_material(image, "glow", colour) if dress.lit else image


def _shines(actor: Actor) -> bool:
    return actor.lit or actor.material in SHINING


def _drawing(name: str, height_px: int, pose: Pose, colour: RGB | None, index: int) -> Image.Image:
    kind = KINDS[name]
    pen = Pen(kind.width, kind.height, height_px / kind.height)
    kind.draw(pen, Look(index / FRAMES, pose, colour, blink=index == FRAMES - 1))
    return pen.finish(round_=True)


def _softened(light: Light) -> tuple[float, float, float]:
    """Subjects take on less of the light's colour than the land, so that they stay readable at night."""
    red, green, blue = (0.3 + 0.7 * factor for factor in light.ambient)
    return red, green, blue
