"""Builds the set of a scene: everything slow happens here, so that drawing it is only stamping."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from bot.local.odyssey.world import weather
from bot.local.odyssey.world.aurora import Aurora
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.caption import caption
from bot.local.odyssey.world.colours import RGB, mix
from bot.local.odyssey.world.ground import Layer, Site
from bot.local.odyssey.world.land import survey
from bot.local.odyssey.world.lanterns import Lanterns
from bot.local.odyssey.world.light import Light, light_of
from bot.local.odyssey.world.particles import SWARMS, swarm
from bot.local.odyssey.world.performer import Performer
from bot.local.odyssey.world.placing import OPEN_WATER, needs_ground, spots
from bot.local.odyssey.world.room import Window
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sentences import sentences
from bot.local.odyssey.world.sky import Clouds, Planet, paint_sky
from bot.local.odyssey.world.sprite import Sprite
from bot.local.odyssey.world.water import Glints, LightRays
from bot.local.odyssey.world.waterside import WATERLINE

_GROWN = frozenset({"flowers", "wheat"})
_MAGENTA: RGB = (190, 50, 160)
_RUST: RGB = (206, 104, 64)
_CAMERA_PACE = {"left": -0.22, "right": 0.22, "zoom out": 0.03}


class Drawable(Protocol):
    """A part of the picture that knows how it looks at any moment."""

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the part as it is at `time_s`."""


@dataclass(frozen=True, slots=True)
class Set:
    """All that was prepared for a scene. `pace`: how fast the land passes, in shorter sides a second."""

    scene: Scene
    sky: Canvas
    behind: tuple[Drawable, ...]
    layers: tuple[Layer, ...]
    water: tuple[Drawable, ...]
    middle: tuple[Drawable, ...]
    front: tuple[Drawable, ...]
    caption: tuple[Sprite, int, int] | None
    pace: float

    def draw(self, canvas: Canvas, time_s: float, travelled_px: float) -> None:
        """Draw everything but sky and caption, from far to near."""
        for part in self.behind:
            part.draw(canvas, time_s)
        self._pass(canvas, travelled_px, before_water=False)
        for part in self.water:
            part.draw(canvas, time_s)
        self._pass(canvas, travelled_px, before_water=True)
        for part in (*self.middle, *self.front):
            part.draw(canvas, time_s)

    def _pass(self, canvas: Canvas, travelled_px: float, *, before_water: bool) -> None:
        for layer in self.layers:
            if layer.before_water == before_water:
                layer.strip.stamp(canvas, travelled_px * layer.pace, layer.y)


def build_set(scene: Scene, width: int, height: int) -> Set:
    """Prepare a scene for a picture of this size."""
    light = _light(scene)
    wet = scene.place == "underwater"
    performers = _performers(scene, light, width, height)
    indoors = scene.place == "room"
    outside = [performer for performer in performers if indoors and performer.airborne]
    inside = [performer for performer in performers if performer not in outside]
    swarms = [
        swarm(name, min(width, height), scene.seed, scene.paints.of(name).colours)
        for name in scene.effects
        if name in SWARMS
    ]
    pace = max((performer.pace for performer in performers if not indoors), default=0.012)
    floating = [performer for performer in inside if performer.afloat and scene.place in OPEN_WATER]
    standing = {actor.kind for actor in scene.actors if needs_ground(actor, scene)}
    site = Site.of(
        scene,
        width,
        height,
        shore=bool(standing) or not _GROWN.isdisjoint(scene.things),
        rails="train" in standing and not indoors,
    )
    return Set(
        scene=scene,
        sky=paint_sky(width, height, light, scene.seed, night=scene.time == "night", disc=not wet),
        behind=tuple(_behind(scene, light, width, height)),
        layers=survey(site, light),
        water=(*_water(scene, light, width, height), *floating, *_lanterns(scene, width, height)),
        middle=(
            *outside,
            *_weather(scene, light, width, height, wanted=indoors),
            *([Window(width, height, light, night=scene.time in ("night", "dusk"))] if indoors else []),
            *(performer for performer in inside if performer not in floating),
        ),
        front=(
            *_front_clouds(scene, light, width, height),
            *swarms,
            *_glints(scene, width, height),
            *_weather(scene, light, width, height, wanted=not indoors),
        ),
        caption=caption(sentences(scene.caption)[-1], width, height),
        pace=_CAMERA_PACE.get(scene.camera, pace) * (0.6 + 0.8 * scene.drift),
    )


def _light(scene: Scene) -> Light:
    light = light_of(scene)
    if scene.paints.of("walls").material == "neon":
        light = replace(
            light, middle=mix(light.middle, _MAGENTA, 0.2), horizon=mix(light.horizon, _MAGENTA, 0.42)
        )
    if scene.place == "space":
        dust = scene.paints.of("ground").colours or scene.paints.of("planet").colours
        far = mix((58, 38, 96), dust[0], 0.4) if dust else (58, 38, 96)
        light = replace(light, top=(6, 6, 22), middle=(22, 16, 52), horizon=far, stars=1.0, sun_height=0.7)
    elif scene.place == "underwater":
        light = replace(light, top=(30, 120, 170), middle=(20, 92, 146), horizon=(14, 66, 116), stars=0.0)
    return light


def _performers(scene: Scene, light: Light, width: int, height: int) -> list[Performer]:
    """The subjects, far ones first. Those on the ground stand one behind the other, buildings at the back."""
    performers = [
        Performer(
            replace(actor, size=actor.size * (0.62 if scene.camera == "zoom out" else 1.0)),
            width,
            height,
            light,
            scene.seed + zlib.crc32(actor.kind.encode()),
            spot,
        )
        for actor, spot in zip(scene.actors, spots(scene), strict=True)
    ]
    return sorted(performers, key=lambda performer: performer.nearness)


def _behind(scene: Scene, light: Light, width: int, height: int) -> Iterator[Drawable]:
    if "aurora" in scene.effects:
        yield Aurora(width, height, scene.paints.of("aurora").colours, scene.seed)
    if "planet" in scene.things and scene.place != "underwater":
        yield Planet(width, height, scene.paints.colour("planet", _RUST))
    if scene.place not in ("space", "underwater"):
        yield Clouds(width, height, light, scene.seed, windy=scene.weather in ("wind", "storm"))
    if "rainbow" in scene.effects:
        yield weather.Rainbow(width, height)
    if scene.weather == "storm":
        yield weather.Lightning(width, height, scene.seed)


def _water(scene: Scene, light: Light, width: int, height: int) -> Iterator[Drawable]:
    if scene.place in OPEN_WATER:
        yield Glints(width, height, light, scene.seed)
    if scene.place == "underwater":
        yield LightRays(width, height)


def _weather(scene: Scene, light: Light, width: int, height: int, *, wanted: bool) -> Iterator[Drawable]:
    if not wanted:
        return
    if scene.place == "underwater":
        yield swarm("bubbles", min(width, height), scene.seed)
        return
    if scene.weather in ("rain", "storm"):
        yield weather.Rain(scene.seed, heavy=scene.weather == "storm")
    elif scene.weather == "snow":
        yield weather.Snow(min(width, height), scene.seed)
    elif scene.weather == "fog":
        yield weather.Fog(width, height, scene.paints.colour("fog", light.horizon), scene.seed)
    elif scene.weather == "wind":
        yield swarm("gusts", min(width, height), scene.seed)


def _lanterns(scene: Scene, width: int, height: int) -> Iterator[Drawable]:
    if "lanterns" in scene.things:
        waterline = WATERLINE if scene.place in OPEN_WATER else None
        yield Lanterns(width, height, scene.paints.of("lanterns").colours, scene.seed, waterline=waterline)


def _glints(scene: Scene, width: int, height: int) -> Iterator[Drawable]:
    if "flowers" in scene.things and scene.paints.of("flowers").material in ("glass", "ice"):
        yield swarm("glints", min(width, height), scene.seed)


def _front_clouds(scene: Scene, light: Light, width: int, height: int) -> Iterator[Drawable]:
    """Clouds before those who are among them."""
    if "clouds" in scene.things and any(actor.aloft for actor in scene.actors):
        yield Clouds(width, height, replace(light, clouds=3), scene.seed + 1, windy=False, low=True)
