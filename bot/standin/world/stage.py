"""Draws a scene, frame by frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.standin.world.canvas import Canvas
from bot.standin.world.scene import Scene


@dataclass(frozen=True, slots=True)
class Set:
    """What was prepared for a scene."""

    scene: Scene
    backdrop: Canvas


class Stage:
    """A picture of one size whose set can be changed."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._set: Set | None = None

    def build(self, scene: Scene) -> Set:
        """Prepare a scene. Slow; safe in another thread while `draw` runs."""
        colour = tuple((scene.seed >> shift) & 127 for shift in (0, 8, 16))
        image = Image.new("RGB", (self.width, self.height), colour)
        ImageDraw.Draw(image).text((40, 40), scene.prompt[:200], "white", font_size=32)
        return Set(scene, Canvas.from_rgb(image))

    def show(self, built: Set) -> None:
        """Change to a prepared scene."""
        self._set = built

    def draw(self, time_s: float) -> Canvas:
        """The picture at a moment."""
        if self._set is None:
            raise RuntimeError("nothing is shown yet")
        canvas = self._set.backdrop.copy()
        x = int((math.sin(time_s) + 1) / 2 * (self.width - 100))
        canvas.y.paste(220, (x, self.height // 2, x + 100, self.height // 2 + 100))
        return canvas
