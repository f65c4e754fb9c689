"""Vector drawing with smooth edges: drawn three times as large, then reduced."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.local.odyssey.world.colours import RGB

SUPERSAMPLING = 3

NEAREST, BILINEAR = Image.Resampling.NEAREST, Image.Resampling.BILINEAR

Point = tuple[float, float]


class Pen:
    """Draws on a transparent picture. One unit is `unit_px` pixels; the origin is the top left corner."""

    def __init__(self, width: float, height: float, unit_px: float) -> None:
        self._scale = unit_px * SUPERSAMPLING
        size = (round(width * unit_px) * SUPERSAMPLING, round(height * unit_px) * SUPERSAMPLING)
        # Premultiplied RGBA. Pillow converts RGBA there and back to reduce it, which takes longer than all
        # the rest; four bands without a meaning it reduces as they are.
        self._image = Image.new("RGBX", size)
        self._draw = ImageDraw.Draw(self._image)

    def ellipse(
        self, centre: Point, rx: float, ry: float, colour: RGB, tilt: float = 0.0, alpha: int = 255
    ) -> None:
        """An ellipse, turned by `tilt` radians."""
        if not tilt:
            rx, ry = abs(rx), abs(ry)
            left, top = self._place((centre[0] - rx, centre[1] - ry))
            right, bottom = self._place((centre[0] + rx, centre[1] + ry))
            self._draw.ellipse((left, top, right, bottom), fill=self._fill(colour, alpha))
            return
        points = []
        for step in range(36):
            angle = step * math.tau / 36
            x, y = rx * math.cos(angle), ry * math.sin(angle)
            turned = (
                centre[0] + x * math.cos(tilt) - y * math.sin(tilt),
                centre[1] + x * math.sin(tilt) + y * math.cos(tilt),
            )
            points.append(turned)
        self.polygon(points, colour, alpha)

    def polygon(self, points: Sequence[Point], colour: RGB, alpha: int = 255) -> None:
        """A filled polygon with sharp corners."""
        self._draw.polygon([self._place(point) for point in points], fill=self._fill(colour, alpha))

    def blob(self, points: Sequence[Point], colour: RGB, alpha: int = 255) -> None:
        """A filled shape whose outline runs smoothly through the points."""
        self.polygon(_smooth(points), colour, alpha)

    def line(
        self, points: Sequence[Point], width: float, colour: RGB, end_width: float | None = None
    ) -> None:
        """A smooth stroke with round ends, which may taper to `end_width`."""
        path = [self._place(point) for point in _smooth(points, closed=False)]
        last = width if end_width is None else end_width
        fill = self._fill(colour, 255)
        for index, (x, y) in enumerate(path):
            radius = (width + (last - width) * index / max(1, len(path) - 1)) / 2 * self._scale
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
            if index:
                self._draw.line((*path[index - 1], x, y), fill=fill, width=max(1, round(radius * 2)))

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: RGB, radius: float = 0.0
    ) -> None:
        """A rectangle with rounded corners."""
        corners = (*self._place((left, top)), *self._place((right, bottom)))
        self._draw.rounded_rectangle(corners, radius * self._scale, fill=self._fill(colour, 255))

    def finish(self, relief: float = 0.16, *, round_: bool = False) -> Image.Image:
        """The picture. `relief` darkens its foot; `round_` lights it from the upper right, as a body."""
        image = self._image.reduce(SUPERSAMPLING)
        if relief:
            ramp = Image.linear_gradient("L").crop((0, 0, 1, 256)).resize(image.size, NEAREST)
            dark = ramp.point([255 - round(255 * relief * max(0, value - 96) / 159) for value in range(256)])
            solid = Image.new("L", image.size, 255)
            image = ImageChops.multiply(image, Image.merge("RGBX", (dark, dark, dark, solid)))
        finished = Image.frombytes("RGBa", image.size, image.tobytes()).convert("RGBA")
        return _rounded(finished) if round_ else finished

    def _fill(self, colour: RGB, alpha: int) -> tuple[int, int, int, int]:
        red, green, blue = (channel * alpha // 255 for channel in colour)
        return red, green, blue, alpha

    def _place(self, point: Point) -> Point:
        return point[0] * self._scale, point[1] * self._scale


def _rounded(image: Image.Image) -> Image.Image:
    """Lit from the upper right: brighter along edges that face there, darker along those that do not."""
    alpha = image.getchannel("A")
    reach = max(1, min(image.size) // 44)
    # What is cut off at its foot goes on below it: there is no edge to be lit.
    wider = np.pad(np.asarray(alpha.reduce(2)), 2 * reach, mode="edge")
    soft = Image.fromarray(wider).filter(ImageFilter.BoxBlur(reach))
    size = (soft.width - 4 * reach, soft.height - 4 * reach)
    toward, away = (_cut(soft, (2 * reach + s, 2 * reach - s), size) for s in (reach, -reach))
    facing = ImageChops.subtract(away, toward, scale=4.2, offset=128).resize(image.size, BILINEAR)
    lit = ImageChops.add(image.convert("RGB"), Image.merge("RGB", (facing, facing, facing)), 1, -128)
    lit.putalpha(alpha)
    return lit


def _cut(image: Image.Image, corner: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    return image.crop((*corner, corner[0] + size[0], corner[1] + size[1]))


def _smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    if len(points) < 3 and not closed:
        return [
            (
                points[0][0] + (points[-1][0] - points[0][0]) * step / steps,
                points[0][1] + (points[-1][1] - points[0][1]) * step / steps,
            )
            for step in range(steps + 1)
        ]
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            p0, p1, p2, p3 = (points[(index + offset) % count] for offset in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(count - 1, max(0, index + offset))] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            curve.append((_between(p0[0], p1[0], p2[0], p3[0], t), _between(p0[1], p1[1], p2[1], p3[1], t)))
    if not closed:
        curve.append(points[-1])
    return curve


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
