"""Builds the set of a scene: everything slow happens here, so that drawing it is only stamping."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from bot.standin.world import weather
from bot.standin.world.canvas import Canvas
from bot.standin.world.caption import caption
from bot.standin.world.land import Layer, Site, survey
from bot.standin.world.light import Light, light_of
from bot.standin.world.particles import SWARMS, swarm
from bot.standin.world.performer import Performer
from bot.standin.world.room import Window
from bot.standin.world.scene import Scene
from bot.standin.world.sky import Clouds, paint_sky
from bot.standin.world.sprite import Sprite
from bot.standin.world.water import Glints, LightRays

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
    middle: tuple[Drawable, ...]
    front: tuple[Drawable, ...]
    caption: tuple[Sprite, int, int] | None
    pace: float

    def draw(self, canvas: Canvas, time_s: float, travelled_px: float) -> None:
        """Draw everything but sky and caption, from far to near."""
        for part in self.behind:
            part.draw(canvas, time_s)
        for layer in self.layers:
            layer.strip.stamp(canvas, travelled_px * layer.pace, layer.y)
        for part in self.middle:
            part.draw(canvas, time_s)
        for part in self.front:
            part.draw(canvas, time_s)


def build_set(scene: Scene, width: int, height: int) -> Set:
    """Prepare a scene for a picture of this size."""
    light = light_of(scene)
    if scene.place == "space":
        light = replace(
            light, top=(6, 6, 22), middle=(22, 16, 52), horizon=(58, 38, 96), stars=1.0, sun_height=0.7
        )
    wet = scene.place == "underwater"
    if wet:
        light = replace(light, top=(30, 120, 170), middle=(20, 92, 146), horizon=(14, 66, 116), stars=0.0)
    lanes = _lanes(len(scene.actors))
    performers = [
        Performer(
            replace(actor, size=actor.size * (0.62 if scene.camera == "zoom out" else 1.0)),
            width,
            height,
            light,
            scene.seed + zlib.crc32(actor.kind.encode()),
            lane=lanes[index],
            wet=wet,
        )
        for index, actor in enumerate(scene.actors)
    ]
    indoors = scene.place == "room"
    outside = [performer for performer in performers if indoors and performer.airborne]
    inside = [performer for performer in performers if performer not in outside]
    swarms = [swarm(name, min(width, height), scene.seed) for name in scene.effects if name in SWARMS]
    pace = max((performer.pace for performer in performers if not indoors), default=0.012)
    return Set(
        scene=scene,
        sky=paint_sky(width, height, light, scene.seed, night=scene.time == "night", disc=not wet),
        behind=tuple(_behind(scene, light, width, height)),
        layers=survey(Site.of(scene, width, height), light),
        middle=(
            *_water(scene, light, width, height),
            *outside,
            *_weather(scene, light, width, height, wanted=indoors),
            *([Window(width, height, light, night=scene.time in ("night", "dusk"))] if indoors else []),
            *inside,
        ),
        front=(*swarms, *_weather(scene, light, width, height, wanted=not indoors)),
        caption=caption(scene.caption, width, height),
        pace=_CAMERA_PACE.get(scene.camera, pace) * (0.6 + 0.8 * scene.drift),
    )


def _behind(scene: Scene, light: Light, width: int, height: int) -> Iterator[Drawable]:
    if "aurora" in scene.effects:
        yield weather.Aurora(width, height)
    if scene.place not in ("space", "underwater"):
        yield Clouds(width, height, light, scene.seed, windy=scene.weather in ("wind", "storm"))
    if "rainbow" in scene.effects:
        yield weather.Rainbow(width, height)
    if scene.weather == "storm":
        yield weather.Lightning(width, height, scene.seed)


def _water(scene: Scene, light: Light, width: int, height: int) -> Iterator[Drawable]:
    if scene.place == "sea":
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
        yield weather.Fog(width, height, light.horizon, scene.seed)
    elif scene.weather == "wind":
        yield swarm("gusts", min(width, height), scene.seed)


def _lanes(count: int) -> list[float]:
    """Where subjects stand, left to right: the first of them in the middle."""
    return {0: [], 1: [0.5], 2: [0.34, 0.7], 3: [0.5, 0.2, 0.8]}.get(count, [0.42, 0.16, 0.68, 0.88])[:count]
