"""Draws a set, frame by frame: fades from one set to the next, travels through the land, moves the camera."""

from bot.local.odyssey.world.camera import Camera
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.opening import Opening
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sets import Set, build_set
from bot.local.odyssey.world.travels import Travels

FADE_S = 0.6


class Stage:
    """A picture of one size whose set can be changed while it is drawn.

    Two stages with the same scene and travels draw the same at the same moment, whenever each of them began.
    """

    def __init__(self, width: int, height: int, travels: Travels | None = None) -> None:
        self.width = width
        self.height = height
        self._travels = travels or Travels()
        self._set: Set | None = None
        self._camera = Camera(width, height)
        self._last_picture: Canvas | None = None
        self._fading_from: Canvas | None = None
        self._opening: Opening | None = None
        self._shown: Set | None = None
        self._shown_at_s = 0.0
        self._began_at_s: float | None = None
        self._drawn_at_s = 0.0
        self._travelled = 0.0  # in shorter sides

    def build(self, scene: Scene) -> Set:
        """Prepare a scene. Slow (some 100 ms); safe in another thread while `draw` runs."""
        return build_set(scene, self.width, self.height)

    def open_with(self, picture: Canvas) -> None:
        """Begin with this picture, which then gives way to the world."""
        self._opening = Opening(picture)

    def show(self, built: Set) -> None:
        """Change to a prepared set; the next frame begins to show it."""
        self._set = built

    def draw(self, time_s: float) -> Canvas:
        """The picture at a moment; not to be changed. Moments must not go back, and may begin anywhere."""
        built = self._set
        if built is None:
            raise RuntimeError("nothing is shown yet")
        if self._began_at_s is None:
            self._began_at_s = self._drawn_at_s = time_s
            self._begin(built)
        step_s, self._drawn_at_s = time_s - self._drawn_at_s, time_s
        if built is not self._shown:
            self._shown, self._shown_at_s = built, time_s
            self._fading_from = self._last_picture
            if self._last_picture is not None:
                self._opening = None
        self._travelled += built.pace * step_s
        self._travels.note(built.scene.seed, self._travelled)
        self._last_picture = self._opened(built, step_s, time_s - self._began_at_s)
        return self._last_picture

    def _begin(self, built: Set) -> None:
        self._travelled = self._travels.of(built.scene.seed)
        self._camera.jump(built.scene.camera)
        if self._opening is not None:
            self._opening.meet(self._world(built, 0.0))

    def _opened(self, built: Set, step_s: float, since_s: float) -> Canvas:
        """The world, with what is left of the opening picture over it."""
        share = 1.0 if self._opening is None else self._opening.share_of_world(since_s)
        if self._opening is None or share == 1:
            self._opening = None
            return self._faded(self._world(built, step_s))
        if share == 0:
            return self._opening.picture
        canvas = self._world(built, step_s)
        canvas.blend_over(self._opening.picture, share)
        return canvas

    def _world(self, built: Set, step_s: float) -> Canvas:
        time_s = self._drawn_at_s
        canvas = built.sky.copy()
        built.draw(canvas, time_s, self._travelled * min(self.width, self.height))
        self._camera.frame(canvas, built.scene.camera, time_s, step_s)
        if built.caption is not None:
            sprite, x, y = built.caption
            sprite.stamp(canvas, x, y)
        return canvas

    def _faded(self, canvas: Canvas) -> Canvas:
        if self._fading_from is not None:
            # The change is plain to see in its very first frame, and soft after that.
            share = 0.3 + 0.7 * (self._drawn_at_s - self._shown_at_s) / FADE_S
            if share >= 1:
                self._fading_from = None
            else:
                canvas.blend_over(self._fading_from, share)
        return canvas
