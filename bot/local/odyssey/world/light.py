"""The palette of a scene: sky, sun, haze and the colour of the light, from time, weather, season and mood."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.local.odyssey.world.colours import RGB, WHITE, lit, mix, shade, turn
from bot.local.odyssey.world.scene import Paints, Scene

Factors = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """Colours of the sky from top to horizon, and what falls on everything below."""

    top: RGB
    middle: RGB
    horizon: RGB
    ambient: Factors
    sun: RGB
    sun_height: float  # 0 at the horizon, 1 at the zenith
    sunshine: float  # 0 behind thick clouds, 1 in a clear sky
    stars: float  # 0 to 1
    cloud: RGB
    clouds: int
    ground: RGB
    leaf: tuple[RGB, ...]
    star: RGB = (255, 250, 236)
    moon: RGB = (244, 242, 224)

    def on(self, colour: RGB) -> RGB:
        """The colour as it looks in this light."""
        return lit(colour, self.ambient)

    def far(self, colour: RGB, distance: float) -> RGB:
        """The lit colour seen through `distance` (0 to 1) of haze."""
        return mix(self.on(colour), self.horizon, distance)


_TIMES: dict[str, tuple[RGB, RGB, RGB, Factors, RGB, float, float]] = {
    "dawn": ((88, 112, 178), (226, 168, 186), (255, 218, 176), (1.0, 0.9, 0.88), (255, 226, 176), 0.14, 0.1),
    "day": ((58, 138, 218), (128, 192, 240), (222, 240, 246), (1.0, 1.0, 1.0), (255, 246, 206), 0.74, 0.0),
    "sunset": ((70, 56, 124), (226, 104, 98), (255, 190, 98), (1.0, 0.8, 0.68), (255, 216, 128), 0.1, 0.12),
    "dusk": ((28, 30, 82), (104, 72, 138), (232, 142, 132), (0.68, 0.6, 0.78), (255, 180, 140), 0.02, 0.45),
    "night": ((10, 14, 44), (24, 38, 86), (62, 86, 136), (0.42, 0.48, 0.72), (240, 240, 220), 0.7, 1.0),
}
_GROUND: dict[str, RGB] = {
    "spring": (136, 196, 96),
    "summer": (104, 176, 78),
    "autumn": (192, 160, 78),
    "winter": (234, 240, 248),
}
_LEAVES: dict[str, tuple[RGB, ...]] = {
    "spring": ((250, 190, 208), (240, 160, 190), (148, 204, 104)),
    "summer": ((70, 142, 68), (92, 164, 76), (58, 122, 72)),
    "autumn": ((222, 122, 48), (200, 74, 44), (232, 170, 62)),
    "winter": ((226, 234, 244), (206, 220, 236), (240, 244, 250)),
}
# The weather: a colour laid over the sky, its share, what is left of the light, and how many clouds come.
_WEATHER: dict[str, tuple[RGB, float, float, int]] = {
    "clear": ((255, 255, 255), 0.0, 1.0, 4),
    "cloudy": ((202, 210, 220), 0.42, 0.94, 9),
    "wind": ((206, 220, 228), 0.2, 0.98, 7),
    "rain": ((104, 118, 136), 0.66, 0.78, 9),
    "storm": ((52, 58, 76), 0.76, 0.6, 10),
    "snow": ((206, 216, 230), 0.55, 0.94, 7),
    "fog": ((216, 220, 224), 0.6, 0.94, 3),
}


def light_of(scene: Scene) -> Light:
    """The palette of a scene."""
    top, middle, horizon, ambient, sun, sun_height, stars = _TIMES[scene.time]
    veil, share, dim, clouds = _WEATHER[scene.weather]
    if "aurora" in scene.effects:  # it is seen where the sky is open
        share, clouds = share * 0.3, min(clouds, 2)
    brightness = sum(ambient) / 3
    veil = lit(veil, (brightness, brightness, brightness * 1.06))
    light = Light(
        top=mix(top, veil, share),
        middle=mix(middle, veil, share),
        horizon=mix(horizon, veil, share * 0.8),
        ambient=_times(ambient, dim),
        sun=sun,
        sun_height=sun_height,
        sunshine=1.0 if share < 0.5 else 0.35,
        stars=stars * (1 - share) ** 2,
        cloud=mix(lit((255, 255, 255), ambient), veil, share * 0.9),
        clouds=clouds,
        ground=_GROUND[scene.season],
        leaf=_LEAVES[scene.season],
    )
    if scene.time in ("dawn", "sunset", "dusk"):
        light = replace(light, cloud=mix(light.cloud, light.middle, 0.45))
    light = _in_mood(light, scene.mood)
    if scene.tint is not None:
        light = _tinted(light, scene.tint)
    return _painted(_turned(light, (scene.drift - 0.5) * 0.36), scene.paints)


def _painted(light: Light, paints: Paints) -> Light:
    """The light with what prompts said of sky, sun, moon, stars, clouds, ground and leaves."""
    if sky := paints.of("sky").colours:
        light = replace(
            light,
            top=mix(light.top, shade(sky[0], 0.8), 0.74),
            middle=mix(light.middle, sky[0], 0.74),
            horizon=mix(light.horizon, mix(sky[-1], WHITE, 0.3), 0.72),
            cloud=mix(light.cloud, mix(sky[0], WHITE, 0.5), 0.4),
        )
    if moon := paints.of("moon").colours:
        light = replace(light, moon=mix(moon[0], WHITE, 0.14), sun=mix(moon[0], WHITE, 0.3))
    if clouds := paints.of("clouds").colours:
        light = replace(light, cloud=lit(clouds[0], _towards(light.ambient, WHITE)))
    return replace(
        light,
        sun=paints.colour("sun", light.sun),
        star=paints.colour("stars", light.star),
        ground=paints.colour("ground", light.ground),
        leaf=_leaves(paints.of("leaves").colours) or light.leaf,
    )


def _leaves(colours: tuple[RGB, ...]) -> tuple[RGB, ...]:
    return tuple(shade(colour, tone) for colour in colours for tone in (0.82, 1.0, 1.1))


def _in_mood(light: Light, mood: str) -> Light:
    if mood == "happy":
        return _sky(light, lambda colour: turn(colour, 0.0, 1.2, 1.06), _times(light.ambient, 1.06))
    if mood == "sad":
        return _sky(light, lambda colour: turn(colour, 0.02, 0.42, 0.82), (0.72, 0.76, 0.86))
    if mood == "spooky":
        return _sky(
            light, lambda colour: mix(turn(colour, 0.0, 0.7, 0.55), (70, 96, 66), 0.34), (0.52, 0.62, 0.5)
        )
    if mood == "romantic":
        return _sky(light, lambda colour: mix(colour, (255, 156, 176), 0.4), (1.0, 0.86, 0.88))
    if mood == "magical":
        return _sky(light, lambda colour: mix(colour, (150, 96, 214), 0.42), (0.86, 0.78, 1.0))
    if mood == "epic":
        return _sky(
            light, lambda colour: mix(turn(colour, 0.0, 1.3, 0.86), (240, 150, 60), 0.28), (1.0, 0.84, 0.66)
        )
    return light


def _tinted(light: Light, tint: RGB) -> Light:
    return _sky(light, lambda colour: mix(colour, tint, 0.42), _towards(light.ambient, tint))


def _turned(light: Light, hue: float) -> Light:
    if not hue:
        return light
    turned = _sky(light, lambda colour: turn(colour, hue), light.ambient)
    return replace(
        turned, ground=turn(light.ground, hue * 0.7), leaf=tuple(turn(colour, hue) for colour in light.leaf)
    )


def _sky(light: Light, change: Callable[[RGB], RGB], ambient: Factors) -> Light:
    return replace(
        light,
        top=change(light.top),
        middle=change(light.middle),
        horizon=change(light.horizon),
        cloud=change(light.cloud),
        ambient=ambient,
    )


def _towards(factors: Factors, tint: RGB) -> Factors:
    red, green, blue = (
        0.7 * factor + 0.3 * channel / 160 for factor, channel in zip(factors, tint, strict=True)
    )
    return red, green, blue


def _times(factors: Factors, factor: float) -> Factors:
    return factors[0] * factor, factors[1] * factor, factors[2] * factor
