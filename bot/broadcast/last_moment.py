"""How a broadcast left its world, or stands in it now: what goes on from there needs no more than this."""

from __future__ import annotations

from dataclasses import dataclass

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.picture import Picture


@dataclass(frozen=True, slots=True)
class LastMoment:
    """What the world began with, last, and has taken since; how it is decided, and the last picture of it.

    The latter two if they are known.
    """

    opening: str
    applied: tuple[str, ...]
    mode: Mode | None = None
    picture: Picture | None = None
