"""What every kind of subject has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.local.odyssey.world.colours import RGB
from bot.local.odyssey.world.pen import Pen

Pose = Literal["moving", "still", "lying"]
Habitat = Literal["ground", "air", "water", "road"]


@dataclass(frozen=True, slots=True)
class Look:
    """One moment of a subject: where it is in its cycle (0 to 1), and how it holds itself."""

    phase: float
    pose: Pose
    colour: RGB | None = None
    blink: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is drawn, in a box of `width` by `height` units with its feet at the lower edge.

    `size` is its height as a share of the picture's shorter side; `speed` is in body widths a second.
    """

    draw: Callable[[Pen, Look], None]
    width: float
    height: float
    size: float
    habitat: Habitat
    speed: float = 0.5
    cycle_s: float = 0.9
    glows: bool = False  # shines by itself, so that the night does not darken it
    lamps: Callable[[Pen], None] | None = None  # what is lit when it is dark, in the same box
