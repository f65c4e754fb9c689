"""What falls, drifts and flashes between the viewer and the world."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import RGB
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

TILE_PX = 512
FLASH_EVERY_S = 3.1
_FLASH = [min(255, round(40 + value * 1.25)) for value in range(256)]


class Rain:
    """Streaks, near ones longer and faster. They lighten luma only, for drops have no colour of their own."""

    def __init__(self, seed: int, *, heavy: bool) -> None:
        chance = seeded(seed)
        self._sheets = []
        for length, count, opacity, speed in ((34, 60, 70, 900), (54, 34, 110, 1300)):
            count = count * 2 if heavy else count
            self._sheets.append((_streaks(chance, length, count, opacity), speed))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the rain as it is at a moment."""
        for mask, speed in self._sheets:
            down, across = int(speed * time_s) % TILE_PX, int(speed * 0.16 * time_s) % TILE_PX
            for top in range(down - TILE_PX, canvas.height, TILE_PX):
                for left in range(-across, canvas.width, TILE_PX):
                    canvas.y.paste(224, (left, top, left + TILE_PX, top + TILE_PX), mask)


class Snow:
    """Flakes that sway as they fall."""

    def __init__(self, unit: int, seed: int) -> None:
        chance = seeded(seed)
        self._flakes = []
        for size in (0.005, 0.008, 0.012):
            pen = Pen(2, 2, max(2, unit * size))
            pen.ellipse((1, 1), 0.9, 0.9, (255, 255, 255), alpha=150)
            pen.ellipse((1, 1), 0.6, 0.6, (255, 255, 255), alpha=235)
            self._flakes.append(Sprite.from_rgba(pen.finish(relief=0)))
        self._seeds = [(chance.random(), chance.random(), chance.randrange(3)) for _ in range(150)]

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the snow as it is at a moment."""
        for across, down, layer in self._seeds:
            flake = self._flakes[layer]
            y = (down + time_s * (0.07 + 0.05 * layer)) % 1.05 * canvas.height
            sway = 0.02 * math.sin(time_s * (0.7 + across) + down * 20)
            x = (across + sway - time_s * 0.012 * (1 + layer)) % 1.03 * canvas.width
            canvas.y.paste(235, (int(x), int(y), int(x) + flake.width, int(y) + flake.height), flake.alpha)


class Fog:
    """Two soft banks that drift against each other."""

    def __init__(self, width: int, height: int, colour: RGB, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self._banks = []
        for share, opacity in ((0.42, 150), (0.62, 190)):
            rows = int(height * 0.4) & ~1
            coarse = generator.uniform(0.35, 1, (5, 16))
            coarse[:, -1] = coarse[:, 0]
            coarse[0] = coarse[-1] = 0
            field = Image.fromarray((coarse * opacity).astype(np.uint8))
            alpha = field.resize((width * 2, rows), Image.Resampling.BICUBIC)
            picture = Canvas.from_rgb(Image.new("RGB", (width * 2, rows), colour))
            self._banks.append((Sprite.from_canvas(picture, alpha), int(height * share)))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the fog as it is at a moment."""
        for index, (bank, top) in enumerate(self._banks):
            left = -int(time_s * (14 + 16 * index)) % bank.width - bank.width
            while left < canvas.width:
                bank.stamp(canvas, left, top)
                left += bank.width


class Lightning:
    """A bolt and a flash every few seconds."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        chance = seeded(seed)
        self._bolts = [_bolt(chance, int(height * 0.6)) for _ in range(3)]
        self._places = [chance.uniform(0.1, 0.8) * width for _ in range(3)]

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Flash, if this is such a moment."""
        strike, since_s = divmod(time_s + FLASH_EVERY_S - 0.15, FLASH_EVERY_S)
        if since_s < 0.1 or 0.2 < since_s < 0.26:
            canvas.y = canvas.y.point(_FLASH)
        if since_s < 0.26:
            index = int(strike) % 3
            self._bolts[index].stamp(canvas, self._places[index], 0)


class Rainbow:
    """A rainbow that stands still."""

    def __init__(self, width: int, height: int) -> None:
        radius = int(min(width * 0.46, height * 0.5))
        image = Image.new("RGBA", (radius * 2, radius & ~1))
        draw = ImageDraw.Draw(image)
        bands = [
            (228, 74, 74),
            (242, 150, 62),
            (250, 222, 90),
            (104, 190, 100),
            (80, 150, 230),
            (130, 96, 200),
        ]
        for index, fill in enumerate([*((*colour, 130) for colour in bands), (0, 0, 0, 0)]):
            inset = 2 + index * radius * 0.026
            draw.ellipse((inset, inset, radius * 2 - inset, radius * 2 - inset), fill=fill)
        self._sprite = Sprite.from_rgba(image.filter(ImageFilter.GaussianBlur(2.5)))
        self._place = (int(width * 0.5 - radius), int(height * 0.66 - radius))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw it."""
        self._sprite.stamp(canvas, *self._place)


def _streaks(chance: random.Random, length: int, count: int, opacity: int) -> Image.Image:
    tile = Image.new("L", (TILE_PX, TILE_PX))
    draw = ImageDraw.Draw(tile)
    for _ in range(count):
        x, y = chance.randrange(TILE_PX), chance.randrange(TILE_PX)
        for dx in (0, TILE_PX):
            for dy in (0, -TILE_PX):
                draw.line((x + dx, y + dy, x + dx - length * 0.16, y + dy + length), fill=opacity, width=2)
    return tile.filter(ImageFilter.GaussianBlur(0.6))


def _bolt(chance: random.Random, height: int) -> Sprite:
    pen = Pen(0.5, 1.0, height)
    x, y = 0.25, 0.0
    while y < 0.95:
        following = (x + chance.uniform(-0.09, 0.09), y + chance.uniform(0.06, 0.14))
        pen.line([(x, y), following], 0.014, (246, 244, 255), 0.01)
        x, y = min(0.45, max(0.05, following[0])), following[1]
    return Sprite.from_rgba(pen.finish(relief=0))
