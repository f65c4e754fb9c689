"""Sky, sun, moon, stars and clouds."""

import functools
import itertools
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import RGB, WHITE, mix, shade
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite


@functools.lru_cache(maxsize=4)
def paint_sky(width: int, height: int, light: Light, seed: int, *, night: bool, disc: bool) -> Canvas:
    """The backdrop down to the lower edge: gradient, glow, stars, and sun or moon. Not to be drawn on."""
    horizon = int(height * 0.74)
    place = (int(width * 0.74), int(horizon * (0.98 - 0.86 * light.sun_height)))
    stops = np.array([light.top, light.middle, light.horizon, light.horizon], np.float32)
    places = [0, horizon * 0.6, horizon, height]
    rows = np.arange(height)
    gradient = np.stack([np.interp(rows, places, stops[:, channel]) for channel in range(3)], 1).astype(
        np.float32
    )

    # Glow around the sun, computed small and enlarged: it is soft anyway.
    ys, xs = np.mgrid[0:height:8, 0:width:8]
    distance = np.hypot(xs - place[0], (ys - place[1]) * 1.25) / max(width, height)
    strength = (0.34 if night else 0.62) * light.sunshine * np.exp(-distance * (9 if night else 5.2))
    glow = Image.fromarray((strength * 255).astype(np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )

    base = Image.fromarray(np.clip(gradient[:, None, :] + _grain(width, height), 0, 255).astype(np.uint8))
    base.paste(light.sun, (0, 0, width, height), glow)
    if light.stars > 0.05:
        _paint_stars(base, horizon, light, seed)
    canvas = Canvas.from_rgb(base)
    if disc and light.sunshine > 0.5:
        sprite = _moon(light, width, height) if night else _sun(light, width, height)
        sprite.stamp(canvas, place[0] - sprite.width / 2, place[1] - sprite.height / 2)
    return canvas


class Planet:
    """A great globe in the sky, lit from one side, with a ring."""

    def __init__(self, width: int, height: int, colour: RGB) -> None:
        radius = min(width, height) * 0.2
        ball = _globe(round(radius), colour)
        pen = Pen(4.4, 4.4, radius)
        ring = mix(colour, WHITE, 0.55)
        arcs = [[(math.cos(turn), math.sin(turn)) for turn in _turns(start)] for start in (math.pi, 0.0)]
        for arc in arcs:
            if arc is arcs[1]:
                whole = Sprite.from_rgba(pen.finish(relief=0))
                whole.plant(Sprite.from_rgba(ball), radius * 1.2, radius * 1.2)
                pen = Pen(4.4, 4.4, radius)
            for reach, wide, alpha in ((1.72, 0.1, 110), (1.52, 0.14, 170)):
                for (x1, y1), (x2, y2) in itertools.pairwise(arc):
                    corners = [
                        (x1, y1, reach),
                        (x2, y2, reach),
                        (x2, y2, reach - wide),
                        (x1, y1, reach - wide),
                    ]
                    pen.polygon([_tilted(x * r, y * r * 0.24) for x, y, r in corners], ring, alpha)
        whole.plant(Sprite.from_rgba(pen.finish(relief=0)), 0, 0)
        self._sprite = whole
        self._place = (width * 0.27 - whole.width / 2, height * 0.3 - whole.height / 2)

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw it; it stands still."""
        self._sprite.stamp(canvas, *self._place)


class Clouds:
    """Clouds that drift, near ones faster."""

    def __init__(
        self, width: int, height: int, light: Light, seed: int, *, windy: bool, low: bool = False
    ) -> None:
        chance = seeded(seed)
        foot = mix(light.cloud, light.middle, 0.55)
        sprites = [_cloud(seed + index, width, light.cloud, foot) for index in range(3)]
        self._clouds: list[tuple[Sprite, float, float, float]] = []
        for index in range(light.clouds):
            nearness = (index + 1) / light.clouds
            y = height * (0.03 + 0.36 * (1 - nearness) + 0.1 * chance.random())
            x = width * 1.5 * (index * 0.618 % 1)
            speed = (6 + 15 * nearness) * (4 if windy else 1)
            y = height * (0.46 + 0.06 * index) if low else y
            self._clouds.append((sprites[index % 3].faded(0.55 + 0.4 * nearness), x, y, speed))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the clouds as they are at a moment."""
        for sprite, x, y, speed in self._clouds:
            span = canvas.width + sprite.width
            sprite.stamp(canvas, (x + speed * time_s) % span - sprite.width, y)


def _turns(start: float) -> list[float]:
    return [start + math.pi * step / 48 for step in range(49)]


def _tilted(x: float, y: float) -> tuple[float, float]:
    return 2.2 + x * 0.97 + y * 0.25, 2.2 - x * 0.25 + y * 0.97


def _globe(radius_px: int, colour: RGB) -> Image.Image:
    """A ball with bands of cloud, dark where the sun is not."""
    rows, columns = np.mgrid[0 : radius_px * 2, 0 : radius_px * 2].astype(np.float32)
    x, y = (columns + 0.5) / radius_px - 1, (rows + 0.5) / radius_px - 1
    away = np.hypot(x, y)
    depth = np.sqrt(np.clip(1 - away**2, 0, 1))
    shine = np.clip(0.12 + 1.0 * (0.62 * x - 0.34 * y + 0.66 * depth), 0.1, 1.08)
    bands = 1 + 0.13 * np.sin((y + 0.25 * x) * 15 + 1.6 * np.sin(x * 4)) + 0.06 * np.sin((y + 0.3 * x) * 41)
    pixels = np.array(colour, np.float32)[None, None, :] * (shine * bands)[..., None] * 1.12
    alpha = np.clip((1 - away) * radius_px + 0.5, 0, 1) * 255
    return Image.fromarray(np.dstack([np.clip(pixels, 0, 255), alpha]).astype(np.uint8))


@functools.lru_cache(maxsize=4)
def _grain(width: int, height: int) -> NDArray[np.float32]:
    """A little noise, against bands in the gradient."""
    return np.random.default_rng(7).uniform(-0.9, 0.9, (height, width, 1)).astype(np.float32)


def _paint_stars(image: Image.Image, horizon: int, light: Light, seed: int) -> None:
    chance = seeded(seed)
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(int(190 * light.stars)):
        x, y = chance.uniform(0, image.width), horizon * chance.random() ** 1.3
        size = chance.choice([0.8, 1.0, 1.0, 1.4, 2.0])
        alpha = int(255 * light.stars * chance.uniform(0.35, 1) * (1 - y / horizon))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(*light.star, alpha))


def _sun(light: Light, width: int, height: int) -> Sprite:
    radius = min(width, height) * 0.062
    pen = Pen(2.4, 2.4, radius)
    pen.ellipse((1.2, 1.2), 1.18, 1.18, light.sun, alpha=70)
    pen.ellipse((1.2, 1.2), 1.0, 1.0, mix(light.sun, WHITE, 0.35))
    return Sprite.from_rgba(pen.finish(relief=0))


def _moon(light: Light, width: int, height: int) -> Sprite:
    radius = min(width, height) * 0.06
    pen = Pen(2.2, 2.2, radius)
    pen.ellipse((1.1, 1.1), 1, 1, light.moon)
    for x, y, size in ((0.8, 0.85, 0.2), (1.4, 1.1, 0.14), (0.95, 1.45, 0.17), (1.45, 1.55, 0.09)):
        pen.ellipse((x, y), size, size, shade(light.moon, 0.91))
    return Sprite.from_rgba(pen.finish(relief=0.08))


@functools.lru_cache(maxsize=12)
def _cloud(seed: int, canvas_width: int, colour: RGB, foot: RGB) -> Sprite:
    chance = seeded(seed)
    width = int(canvas_width * chance.uniform(0.22, 0.34)) & ~1
    height = int(width * 0.42) & ~1
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    for index in range(9):
        across = (index + 0.5) / 9
        radius = height * (0.15 + 0.23 * math.sin(across * math.pi) * chance.uniform(0.8, 1.2))
        x, y = width * (0.1 + 0.8 * across), height * 0.78 - radius * 0.8
        draw.ellipse((x - radius * 1.25, y - radius, x + radius * 1.25, y + radius), fill=255)
    draw.rounded_rectangle((width * 0.08, height * 0.6, width * 0.92, height * 0.8), height * 0.1, fill=255)
    alpha = mask.filter(ImageFilter.GaussianBlur(width / 90)).point(
        [round(value * 0.94) for value in range(256)]
    )
    ramp = (
        Image.linear_gradient("L").resize((width, height)).point([max(0, value - 70) for value in range(256)])
    )
    picture = Image.new("RGB", (width, height), colour)
    picture.paste(foot, (0, 0, width, height), ramp)
    return Sprite.from_canvas(Canvas.from_rgb(picture), alpha)
