"""Pictures with soft edges, held as planes, and stamping them on a canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageOps

from bot.standin.world.canvas import Canvas


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
        table = [min(255, round(value * factor)) for factor in light for value in range(256)]
        return cls.from_canvas(Canvas.from_rgb(image.convert("RGB").point(table)), image.getchannel("A"))

    @classmethod
    def from_canvas(cls, picture: Canvas, alpha: Image.Image) -> Sprite:
        """A sprite of a picture and its opacity."""
        return cls(picture, alpha, alpha.reduce(2))

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
        prop.stamp(self.picture, x, y)
        left, top = round(x), round(y)
        _lighten(self.alpha, prop.alpha, left, top)
        _lighten(self.half_alpha, prop.half_alpha, left // 2, top // 2)


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


def _rows(picture: Canvas, width: int, top: int, bottom: int) -> Canvas:
    half = (0, top // 2, width // 2, bottom // 2)
    return Canvas(picture.y.crop((0, top, width, bottom)), picture.u.crop(half), picture.v.crop(half))


def _first_solid_row(alpha: Image.Image) -> int:
    """The first even row from which on everything is opaque."""
    see_through = alpha.point([255] * 255 + [0]).getbbox()
    return 0 if see_through is None else see_through[3] + see_through[3] % 2


def _lighten(target: Image.Image, source: Image.Image, left: int, top: int) -> None:
    box = (left, top, left + source.width, top + source.height)
    target.paste(ImageChops.lighter(target.crop(box), source), (left, top))
