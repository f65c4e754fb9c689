"""What is to be seen, as prompts have made it. Plain data: equal scenes look the same."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.world.colours import RGB


@dataclass(frozen=True, slots=True)
class Actor:
    """A kind of subject, and how it looks and what it does."""

    kind: str
    count: int = 1
    colour: str | None = None
    action: str | None = None
    size: float = 1.0


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
    tint: RGB | None = None
    drift: float = 0.5
    calls: int = 0  # how many prompts have made it, so that a repeated prompt is shown again
