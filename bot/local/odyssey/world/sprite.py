"""Pictures with soft edges, held as planes, and stamping them on a canvas."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageOps

from bot.local.odyssey.world.canvas import Canvas


@dataclass(slots=True)
class Sprite:
    """A picture and its opacity, in full size for luma and in half size for chroma."""

    picture: Canvas
    alpha: Image.Image
    half_alpha: Image.Image

    @classmethod
    def from_rgba(cls, image: Image.Image, light: tuple[float, float, float] = (1, 1, 1)) -> Sprite:
        """A sprite of an RGBA picture as it looks under a light. Odd sizes grow to even ones."""
        width, height = image.width + image.width % 2, image.height + image.height % 2
        if (width, height) != image.size:
            padded = Image.new("RGBA", (width, height))
            padded.paste(image)
            image = padded
        # What is see-through has no colour of its own, which must not bleed into the edge's halved chroma.
        whole, half = image.convert("RGB"), image.convert("RGBa").reduce(2).convert("RGBA").convert("RGB")
        if light != (1, 1, 1):
            whole, half = whole.point(_under(light)), half.point(_under(light))
        picture = Canvas.from_halves(whole, half)
        return cls.from_canvas(picture, image.getchannel("A"))

    @classmethod
    def from_canvas(cls, picture: Canvas, alpha: Image.Image) -> Sprite:
        """A sprite of a picture and its opacity."""
        return cls(picture, alpha, alpha.reduce(2))

    @classmethod
    def empty(cls, width: int, height: int) -> Sprite:
        """Nothing, to plant others on. Both sizes are even."""
        picture = Canvas.from_rgb(Image.new("RGB", (width, height)))
        return cls.from_canvas(picture, Image.new("L", (width, height)))

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.alpha.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.alpha.height

    def mirrored(self) -> Sprite:
        """The same, looking the other way."""
        planes = (ImageOps.mirror(plane) for plane in self.picture.planes)
        return Sprite(Canvas(*planes), ImageOps.mirror(self.alpha), ImageOps.mirror(self.half_alpha))

    def flipped(self) -> Sprite:
        """The same upside down."""
        planes = (ImageOps.flip(plane) for plane in self.picture.planes)
        return Sprite(Canvas(*planes), ImageOps.flip(self.alpha), ImageOps.flip(self.half_alpha))

    def cropped(self, rows: int) -> Sprite:
        """Its first `rows` (even) only."""
        rows = min(rows, self.height)
        box, half = (0, 0, self.width, rows), (0, 0, self.width // 2, rows // 2)
        planes = (self.picture.y.crop(box), self.picture.u.crop(half), self.picture.v.crop(half))
        return Sprite(Canvas(*planes), self.alpha.crop(box), self.half_alpha.crop(half))

    def shortened(self, share: float) -> Sprite:
        """The same, less high."""
        rows = max(2, int(self.height * share) & ~1)
        full, half = (self.width, rows), (self.width // 2, rows // 2)
        picture = self.picture
        planes = (picture.y.resize(full), picture.u.resize(half), picture.v.resize(half))
        return Sprite(Canvas(*planes), self.alpha.resize(full), self.half_alpha.resize(half))

    def faded(self, opacity: float) -> Sprite:
        """The same, less opaque."""
        table = [round(value * opacity) for value in range(256)]
        return Sprite(self.picture, self.alpha.point(table), self.half_alpha.point(table))

    def stamp(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw with the top left corner at (x, y), which may be outside."""
        left, top = round(x), round(y)
        canvas.y.paste(self.picture.y, (left, top), self.alpha)
        half = (left // 2, top // 2)
        canvas.u.paste(self.picture.u, half, self.half_alpha)
        canvas.v.paste(self.picture.v, half, self.half_alpha)

    def plant(self, prop: Sprite, x: float, y: float) -> None:
        """Make another sprite part of this one."""
        left, top = round(x), round(y)
        half = (left // 2, top // 2)
        mask = _put_over(self.alpha, prop.alpha, left, top)
        half_mask = _put_over(self.half_alpha, prop.half_alpha, *half)
        self.picture.y.paste(prop.picture.y, (left, top), mask)
        self.picture.u.paste(prop.picture.u, half, half_mask)
        self.picture.v.paste(prop.picture.v, half, half_mask)

    def sunk(self, share: float) -> Sprite:
        """The same with its lower part, from `share` of its height on, hardly seen through the water."""
        fade = 0.06 * self.height
        rows = [1 - 0.8 * min(1.0, max(0.0, (y - share * self.height) / fade)) for y in range(self.height)]
        ramp = Image.new("L", (1, self.height))
        ramp.putdata([round(255 * row) for row in rows])
        return Sprite.from_canvas(self.picture, ImageChops.multiply(self.alpha, ramp.resize(self.alpha.size)))


class Strip:
    """A wide sprite that repeats sideways. Where it is opaque it is copied, not blended, which is fast."""

    def __init__(self, sprite: Sprite) -> None:
        solid = _first_solid_row(sprite.alpha)
        width, height = sprite.width, sprite.height
        self.width = width
        self._edge_height = solid
        self._edge = _rows(sprite.picture, width, 0, solid) if solid else None
        self._alpha = sprite.alpha.crop((0, 0, width, solid))
        self._half_alpha = sprite.half_alpha.crop((0, 0, width // 2, solid // 2))
        self._body = _rows(sprite.picture, width, solid, height) if solid < height else None

    def stamp(self, canvas: Canvas, offset: float, y: int) -> None:
        """Draw across the canvas, moved left by `offset`, with its top at `y`."""
        left = -(round(offset) % self.width) // 2 * 2
        while left < canvas.width:
            if self._edge is not None:
                Sprite(self._edge, self._alpha, self._half_alpha).stamp(canvas, left, y)
            if self._body is not None:
                top = y + self._edge_height
                canvas.y.paste(self._body.y, (left, top))
                canvas.u.paste(self._body.u, (left // 2, top // 2))
                canvas.v.paste(self._body.v, (left // 2, top // 2))
            left += self.width


@functools.lru_cache(maxsize=16)
def _under(light: tuple[float, float, float]) -> list[int]:
    return [min(255, round(value * factor)) for factor in light for value in range(256)]


def _rows(picture: Canvas, width: int, top: int, bottom: int) -> Canvas:
    half = (0, top // 2, width // 2, bottom // 2)
    return Canvas(picture.y.crop((0, top, width, bottom)), picture.u.crop(half), picture.v.crop(half))


def _first_solid_row(alpha: Image.Image) -> int:
    """The first even row from which on everything is opaque."""
    see_through = alpha.point([255] * 255 + [0]).getbbox()
    return 0 if see_through is None else see_through[3] + see_through[3] % 2


def _put_over(target: Image.Image, source: Image.Image, left: int, top: int) -> Image.Image:
    """Make an opacity that of both, one over the other; returns how much of the colour is the source's."""
    box = (left, top, left + source.width, top + source.height)
    over = np.asarray(source, np.float32)
    under = np.asarray(target.crop(box), np.float32)
    both = over + under * (1 - over / 255)
    target.paste(Image.fromarray((both + 0.5).astype(np.uint8)), (left, top))
    return Image.fromarray((over * 255 / np.maximum(both, 1) + 0.5).astype(np.uint8))
