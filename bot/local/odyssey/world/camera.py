"""Camera moves: a cut-out of the picture, enlarged."""

import math

from PIL import Image

from bot.local.odyssey.world.canvas import Canvas

EASE_PER_S = 2.2
# What a move ends in: how much is enlarged, and where the cut-out lies (0 left or top, 1 right or bottom).
_VIEWS: dict[str, tuple[float, float, float]] = {
    "still": (1.0, 0.5, 0.5),
    "zoom in": (1.55, 0.5, 0.82),
    "zoom out": (1.0, 0.5, 0.5),
    "up": (1.3, 0.5, 0.0),
    "down": (1.3, 0.5, 1.0),
    "left": (1.0, 0.5, 0.5),
    "right": (1.0, 0.5, 0.5),
    "shake": (1.06, 0.5, 0.5),
    "orbit": (1.16, 0.5, 0.6),
}
CAMERAS = frozenset(_VIEWS)


class Camera:
    """Glides from one view to the next."""

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._height = height
        self.jump("still")

    def jump(self, move: str) -> None:
        """Be where a move ends."""
        self._zoom, self._x, self._y = _VIEWS[move]

    def frame(self, canvas: Canvas, move: str, time_s: float, step_s: float) -> None:
        """Replace the picture by what the camera sees of it."""
        share = 1 - math.exp(-EASE_PER_S * step_s)
        zoom, x, y = _VIEWS[move]
        self._zoom += (zoom - self._zoom) * share
        self._x += (x - self._x) * share
        self._y += (y - self._y) * share
        if self._zoom < 1.004:
            return
        dx, dy = _sway(move, time_s)
        width, height = self._width / self._zoom, self._height / self._zoom
        left = min(max(0.0, (self._width - width) * (self._x + dx)), self._width - width)
        top = min(max(0.0, (self._height - height) * (self._y + dy)), self._height - height)
        box = (left, top, left + width, top + height)
        half = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        canvas.y = canvas.y.resize(canvas.y.size, Image.Resampling.BILINEAR, box)
        canvas.u = canvas.u.resize(canvas.u.size, Image.Resampling.BILINEAR, half)
        canvas.v = canvas.v.resize(canvas.v.size, Image.Resampling.BILINEAR, half)


def _sway(move: str, time_s: float) -> tuple[float, float]:
    if move == "shake":
        return 0.5 * math.sin(time_s * 31), 0.5 * math.sin(time_s * 37 + 1)
    if move == "orbit":
        return 0.5 * math.sin(time_s * 0.9), 0.3 * math.cos(time_s * 0.9)
    return 0.0, 0.0
