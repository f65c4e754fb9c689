"""A room: the window through which the world is seen, and the sill to sit on."""

from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.colours import RGB, mix, shade
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

SILL_SHARE, EDGE_SHARE = 0.84, 0.91  # where the sill begins and ends, from the top: subjects stand on it
WALL: RGB = (226, 200, 172)
WOOD: RGB = (250, 244, 234)
CURTAIN: RGB = (206, 110, 96)
LAMP: RGB = (255, 214, 150)


class Window:
    """The wall round a window, its frame, curtains, sill and a plant."""

    def __init__(self, width: int, height: int, light: Light, *, night: bool) -> None:
        unit = min(width, height)
        right, bottom = width / unit, height / unit
        sill = SILL_SHARE * bottom
        pen = Pen(right, bottom, unit)
        wall = mix(WALL, LAMP, 0.25) if night else WALL
        pen.box(0, 0, right, bottom, wall)
        left, top = 0.12 * right, 0.07 * bottom
        pen.box(left - 0.03, top - 0.03, right - left + 0.03, sill, WOOD, 0.02)
        middle = right / 2
        for start, end in ((left, middle - 0.012), (middle + 0.012, right - left)):
            for upper, lower in ((top, 0.36 * sill - 0.01), (0.36 * sill + 0.01, sill)):
                pen.polygon([(start, upper), (end, upper), (end, lower), (start, lower)], WOOD, alpha=0)
        self._curtains(pen, right, left, top, sill)
        edge = EDGE_SHARE * bottom
        pen.box(0.04 * right, sill, 0.96 * right, edge, WOOD, 0.012)
        pen.box(0.04 * right, edge - 0.012, 0.96 * right, edge, shade(WOOD, 0.8), 0.006)
        self._plant(pen, (right - left - 0.09, sill))
        # Indoors the light is softer and warmer than outside.
        red, green, blue = (0.45 + 0.55 * factor for factor in light.ambient)
        self._sprite = Sprite.from_rgba(pen.finish(relief=0.1), (red, green * 0.98, blue * 0.94))

    def draw(self, canvas: Canvas, time_s: float) -> None:
        """Draw it; nothing in it moves."""
        self._sprite.stamp(canvas, 0, 0)

    def _curtains(self, pen: Pen, right: float, left: float, top: float, sill: float) -> None:
        pen.line([(left - 0.08, top - 0.045), (right - left + 0.08, top - 0.045)], 0.018, shade(WALL, 0.6))
        for edge, inward in ((left - 0.07, 1), (right - left + 0.07, -1)):
            for fold in range(5):
                x = edge + inward * fold * 0.034
                tied = edge + inward * (0.01 + fold * 0.012)
                tone = shade(CURTAIN, 0.86 if fold % 2 else 1.04)
                pen.line(
                    [(x, top - 0.04), (x, 0.4 * sill), (tied, 0.72 * sill), (x, sill - 0.02)], 0.05, tone
                )

    def _plant(self, pen: Pen, foot: tuple[float, float]) -> None:
        x, y = foot
        for dx, dy in (
            (-0.07, -0.2),
            (-0.03, -0.25),
            (0.02, -0.24),
            (0.06, -0.19),
            (-0.09, -0.13),
            (0.09, -0.13),
        ):
            pen.line(
                [(x, y - 0.07), (x + dx * 0.6, y + dy * 0.7), (x + dx, y + dy)], 0.026, (86, 150, 88), 0.008
            )
        pen.polygon(
            [(x - 0.055, y - 0.09), (x + 0.055, y - 0.09), (x + 0.04, y), (x - 0.04, y)], (196, 112, 78)
        )
        pen.box(x - 0.062, y - 0.1, x + 0.062, y - 0.078, (210, 128, 92), 0.006)
