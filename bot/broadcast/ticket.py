"""What a viewer gets for a suggestion."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Suggestion


@dataclass(frozen=True, slots=True)
class Ticket:
    """A suggestion's place in line, and word of what becomes of it.

    `place` is by turns, 1 for the next: what it was when the suggestion came, were it all up to the queue.
    """

    suggestion: Suggestion
    mode: Mode
    place: int
    settled: asyncio.Future[Suggestion]
