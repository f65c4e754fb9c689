"""Chat is read a little at a time, so that a crowd's burst keeps nobody's command waiting."""

import asyncio
from collections import Counter, deque
from functools import partial
from typing import Any, NamedTuple

from bot.discord.event_guard import Parsers

CHAT = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
INTERACTION = "INTERACTION_CREATE"
SLICE = 20
"""Events that are read in one turn of the loop: some milliseconds."""
MOST = 20_000
"""Events that wait at most, of some 3 kB each: then the next ones wait at Discord."""


class _Event(NamedTuple):
    name: str
    data: Any
    person: str | None


class ChatQueue:
    """Reads events of the chat in their order, and lets all others overtake them, above all interactions.

    But not those of somebody of whom a message waits: what one person does keeps its order.
    """

    def __init__(self, parsers: Parsers) -> None:
        """Puts itself in the place of the parsers in question. They have to be guarded: none may raise."""
        self._parse = {event: parsers[event] for event in (*CHAT, INTERACTION)}
        self._waiting: deque[_Event] = deque()
        self._said: Counter[str] = Counter()
        """How many that wait are whose, by the IDs as Discord sends them."""
        self._is_due = False
        parsers.update((event, partial(self._put, event)) for event in CHAT)
        parsers[INTERACTION] = self._interaction

    def clear(self) -> None:
        """Forgets what waits."""
        self._waiting.clear()
        self._said.clear()

    def _interaction(self, data: Any) -> None:
        if _person(data) in self._said:
            self._put(INTERACTION, data)
        else:
            self._parse[INTERACTION](data)

    def _put(self, event: str, data: Any) -> None:
        if len(self._waiting) >= MOST:
            self._read()
        person = _person(data)
        self._waiting.append(_Event(event, data, person))
        if person:
            self._said[person] += 1
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._read_some)

    def _read_some(self) -> None:
        for _ in range(min(SLICE, len(self._waiting))):
            self._read()
        self._is_due = bool(self._waiting)
        if self._is_due:
            asyncio.get_running_loop().call_soon(self._read_some)

    def _read(self) -> None:
        event, data, person = self._waiting.popleft()
        if person:
            self._said[person] -= 1
            if not self._said[person]:
                del self._said[person]
        self._parse[event](data)


def _person(data: Any) -> str | None:
    """Who says or does it, if that is told: what Discord sends may be anything."""
    match data:
        case (
            {"author": {"id": str(person)}}
            | {"member": {"user": {"id": str(person)}}}
            | {"user": {"id": str(person)}}
        ):
            return person
    return None
