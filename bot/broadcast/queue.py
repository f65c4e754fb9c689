"""Suggestions that wait for their turn. First come, first served."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Suggestion


class SuggestionQueue:
    """A bounded queue, emptied by one forwarder."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Suggestion] = deque()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, suggestion: Suggestion) -> int:
        """Puts a suggestion at the end and returns its place, 1 for the next. Raises QUEUE_FULL."""
        self.check_room()
        self._waiting.append(suggestion)
        self._arrived.set()
        return len(self._waiting)

    def check_room(self) -> None:
        """Raises QUEUE_FULL when one more would not fit."""
        if len(self._waiting) >= self._limit:
            raise BroadcastError(Code.QUEUE_FULL, limit=self._limit)

    async def next(self) -> Suggestion:
        """Takes the next suggestion out, waiting for one if there is none."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def upcoming(self, count: int) -> tuple[Suggestion, ...]:
        """The next `count` at most, in order, without taking them out."""
        return tuple(self._waiting)[:count]

    def drain(self) -> list[Suggestion]:
        """Takes out all that wait."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting
