"""Light on the water, and in it."""

import math

from PIL import Image, ImageDraw, ImageFilter

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import WHITE, mix
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite


class Glints:
    """Waves that catch the light, more of them below the sun."""

    def __init__(self, width: int, height: int, light: Light, seed: int) -> None:
        chance = seeded(seed)
        self._sprites = []
        for size in (0.03, 0.05, 0.08):
            pen = Pen(2, 0.4, width * size)
            colour = mix(light.sun, WHITE, 0.4)
            pen.ellipse((1, 0.2), 0.95, 0.07, colour, alpha=110)
            pen.ellipse((1, 0.2), 0.6, 0.045, colour, alpha=190)
            whole = Sprite.from_rgba(pen.finish(relief=0))
            self._sprites.append([whole.faded(step / 4) for step in (1, 2, 3, 4)])
        self._glints = []
        for _ in range(64):
            depth = chance.random() ** 1.4
            x = chance.gauss(0.74, 0.1 + 0.14 * depth) if chance.random() < 0.55 else chance.random()
            self._glints.append((x, 0.645 + 0.34 * depth, min(2, int(depth * 3)), chance.random()))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the glints as they are at a moment."""
        for x, y, size, shift in self._glints:
            strength = math.sin((time_s * 0.35 + shift) * math.tau)
            if strength > 0:
                sprite = self._sprites[size][min(3, int(strength * 4))]
                drift = 0.012 * math.sin(time_s * 0.8 + shift * 20)
                sprite.stamp(canvas, (x + drift) * canvas.width - sprite.width / 2, y * canvas.height)


class LightRays:
    """Shafts of light that sway under water."""

    def __init__(self, width: int, height: int) -> None:
        tall = int(height * 0.8)
        image = Image.new("L", (width // 2, tall))
        draw = ImageDraw.Draw(image)
        for left, wide in ((0.1, 0.08), (0.3, 0.05), (0.48, 0.1), (0.72, 0.06), (0.86, 0.05)):
            foot = left - 0.14
            points = [(left, 0), (left + wide, 0), (foot + wide * 1.8, 1), (foot, 1)]
            draw.polygon([(x * width / 2, y * tall) for x, y in points], fill=64)
        fade = Image.linear_gradient("L").rotate(180).resize(image.size)
        soft = image.filter(ImageFilter.GaussianBlur(width / 160))
        self._alpha = Image.composite(soft, Image.new("L", image.size), fade).resize((width, tall))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw the rays as they are at a moment."""
        left = int(canvas.width * 0.06 * math.sin(time_s * 0.35))
        canvas.y.paste(230, (left, 0, left + self._alpha.width, self._alpha.height), self._alpha)
