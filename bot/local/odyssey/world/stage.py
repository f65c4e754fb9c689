"""Draws a set, frame by frame: fades from one set to the next, travels through the land, moves the camera."""

from __future__ import annotations

from bot.local.odyssey.world.camera import Camera
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sets import Set, build_set

FADE_S = 0.6
OPENING_HOLD_S, OPENING_BLEND_S = 1.5, 3.5


class Stage:
    """A picture of one size whose set can be changed while it is drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._set: Set | None = None
        self._camera = Camera(width, height)
        self._last_picture: Canvas | None = None
        self._fading_from: Canvas | None = None
        self._opening: Canvas | None = None
        self._shown: Set | None = None
        self._shown_at_s = 0.0
        self._drawn_at_s = 0.0
        self._travelled_px = 0.0

    def build(self, scene: Scene) -> Set:
        """Prepare a scene. Slow (some 100 ms); safe in another thread while `draw` runs."""
        return build_set(scene, self.width, self.height)

    def open_with(self, picture: Canvas) -> None:
        """Begin with this picture, which then blends into the world."""
        self._opening = picture

    def show(self, built: Set) -> None:
        """Change to a prepared set; the next frame begins to show it."""
        self._set = built

    def draw(self, time_s: float) -> Canvas:
        """The picture at a moment. Moments must not go back."""
        built = self._set
        if built is None:
            raise RuntimeError("nothing is shown yet")
        if built is not self._shown:
            self._shown, self._shown_at_s = built, time_s
            self._fading_from = self._last_picture
            if self._last_picture is not None:
                self._opening = None
        step_s, self._drawn_at_s = time_s - self._drawn_at_s, time_s
        self._travelled_px += built.pace * min(self.width, self.height) * step_s

        canvas = built.sky.copy()
        built.draw(canvas, time_s, self._travelled_px)
        self._camera.frame(canvas, built.scene.camera, time_s, step_s)
        self._blend_opening(canvas, time_s)
        if built.caption is not None:
            sprite, x, y = built.caption
            sprite.stamp(canvas, x, y)
        self._fade(canvas, time_s)
        self._last_picture = canvas
        return canvas

    def _blend_opening(self, canvas: Canvas, time_s: float) -> None:
        if self._opening is None:
            return
        share = (time_s - OPENING_HOLD_S) / OPENING_BLEND_S
        if share >= 1:
            self._opening = None
        else:
            canvas.blend_over(self._opening, max(0.0, share))

    def _fade(self, canvas: Canvas, time_s: float) -> None:
        if self._fading_from is None:
            return
        # The change is plain to see in its very first frame, and soft after that.
        share = 0.3 + 0.7 * (time_s - self._shown_at_s) / FADE_S
        if share >= 1:
            self._fading_from = None
        else:
            canvas.blend_over(self._fading_from, share)
