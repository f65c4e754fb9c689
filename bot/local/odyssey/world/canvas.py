"""A picture held as its Y, U and V planes, as it is encoded: drawing needs no colour conversion."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

# Full-range JPEG YCbCr, which Pillow converts to, against the limited range that video uses.
_LUMA = [round(16 + value * 219 / 255) for value in range(256)]
_CHROMA = [round(128 + (value - 128) * 224 / 255) for value in range(256)]
_TO_VIDEO = _LUMA + _CHROMA + _CHROMA


@dataclass(slots=True)
class Canvas:
    """Three 8-bit planes; U and V have half the width and height (4:2:0). Both sizes are even."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    @classmethod
    def from_rgb(cls, image: Image.Image) -> Canvas:
        """The planes of an RGB image."""
        y, u, v = image.convert("YCbCr").point(_TO_VIDEO).split()
        return cls(y, u.reduce(2), v.reduce(2))

    @classmethod
    def from_halves(cls, image: Image.Image, half: Image.Image) -> Canvas:
        """The planes of an RGB image whose chroma is that of another one of half its size."""
        _, u, v = half.convert("YCbCr").split()
        return cls(image.convert("L").point(_LUMA), u.point(_CHROMA), v.point(_CHROMA))

    @property
    def planes(self) -> tuple[Image.Image, Image.Image, Image.Image]:
        """Y, U and V."""
        return self.y, self.u, self.v

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.y.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y.height

    def copy(self) -> Canvas:
        """An independent copy."""
        return Canvas(self.y.copy(), self.u.copy(), self.v.copy())

    def blend_over(self, other: Canvas, share: float) -> None:
        """Replace this picture by `share` of itself and the rest of `other` of the same size."""
        self.y = Image.blend(other.y, self.y, share)
        self.u = Image.blend(other.u, self.u, share)
        self.v = Image.blend(other.v, self.v, share)
