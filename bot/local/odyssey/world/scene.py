"""What is to be seen, as prompts have made it. Plain data: equal scenes look the same."""

from __future__ import annotations

from dataclasses import dataclass

from bot.local.odyssey.world.colours import NAMED, RGB


@dataclass(frozen=True, slots=True)
class Actor:
    """A kind of subject, and how it looks and what it does. `aloft`: off the ground, whatever it is."""

    kind: str
    count: int = 1
    colour: str | None = None
    action: str | None = None
    size: float = 1.0
    second: str | None = None  # the other colour of what has two
    material: str | None = None
    aloft: bool = False
    lit: bool = False  # gives light, of whatever material it is


@dataclass(frozen=True, slots=True)
class Paint:
    """How a part of the scene that is no subject (sky, moon, leaves, lanterns, …) was said to look."""

    part: str
    colour: str | None = None
    second: str | None = None
    material: str | None = None

    @property
    def colours(self) -> tuple[RGB, ...]:
        """None, one or two."""
        return tuple(NAMED[name] for name in (self.colour, self.second) if name is not None)


@dataclass(frozen=True, slots=True)
class Paints:
    """The paints of a scene, by part."""

    all: tuple[Paint, ...] = ()

    def of(self, part: str) -> Paint:
        """The part's paint, which may say nothing."""
        return next((paint for paint in self.all if paint.part == part), Paint(part))

    def colour(self, part: str, default: RGB) -> RGB:
        """The part's colour."""
        return next(iter(self.of(part).colours), default)

    def with_(self, paint: Paint) -> Paints:
        """The same with another paint for its part."""
        return Paints((*(other for other in self.all if other.part != paint.part), paint))

    def without(self, *parts: str) -> Paints:
        """The same with nothing said of these parts."""
        return Paints(tuple(paint for paint in self.all if paint.part not in parts))


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the stage is built from.

    `drift` (0 to 1, 0.5 by default) moves palette and motion, for words that are not in the vocabulary.
    """

    caption: str
    seed: int
    place: str = "meadow"
    time: str = "day"
    weather: str = "clear"
    season: str = "summer"
    mood: str = "calm"
    camera: str = "still"
    actors: tuple[Actor, ...] = ()
    effects: tuple[str, ...] = ()
    things: tuple[str, ...] = ()  # of the scenery, beyond what the place has anyway
    paints: Paints = Paints()
    tint: RGB | None = None
    drift: float = 0.5
    placed: bool = False  # a prompt has said where
