"""What a viewer gets for a suggestion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.broadcast.arbitration.policy import Prospect
from bot.broadcast.model import Suggestion


@dataclass(slots=True, eq=False)
class Ticket:
    """Word of how a suggestion stands, and of what becomes of it."""

    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]
    _tickets: Tickets

    def prospect(self) -> Prospect | None:
        """How it stands now; None once it waits no more."""
        return self._tickets.prospect_of(self.suggestion.id)

    @property
    def is_decided(self) -> bool:
        """Whether it has its outcome: `settled` comes once that is stored, and others may be told before."""
        return self._tickets.is_decided(self.suggestion.id)

    @property
    def is_elsewhere(self) -> bool:
        """Whether nobody here will hear what becomes of it: the next run of the bot, or another process tells
        it."""
        return self.settled.cancelled()

    @contextmanager
    def followed(self) -> Iterator[asyncio.Event]:
        """An event that is set when it is settled, and when it stands otherwise, but for a mere number.

        For one follower.
        """
        event = self._tickets.followed[self.suggestion.id] = asyncio.Event()

        def tell(_: object) -> None:
            event.set()

        self.settled.add_done_callback(tell)
        try:
            yield event
        finally:
            self.settled.remove_done_callback(tell)
            del self._tickets.followed[self.suggestion.id]


class Tickets:
    """The tickets of one floor. `prospect_of` is asked how a suggestion stands, by its ID."""

    def __init__(
        self, prospect_of: Callable[[str], Prospect | None], is_decided: Callable[[str], bool]
    ) -> None:
        self.prospect_of = prospect_of
        self.is_decided = is_decided
        self.followed: dict[str, asyncio.Event] = {}

    def tell(self, suggestion_id: str) -> None:
        if event := self.followed.get(suggestion_id):
            event.set()
