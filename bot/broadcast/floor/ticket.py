"""What a viewer gets for a suggestion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

from bot.broadcast.arbitration.policy import Prospect
from bot.broadcast.model import Suggestion


@dataclass(frozen=True, slots=True)
class Ticket:
    """Word of how a suggestion stands, and of what becomes of it.

    `prospect` says how it stands now; None once it waits no more. `followed` gives an event that is set
    whenever that is something else, but for a mere number, and when the suggestion is settled; it is for one
    follower.
    """

    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]
    prospect: Callable[[], Prospect | None]
    followed: Callable[[], AbstractContextManager[asyncio.Event]]


class Tickets:
    """The tickets of one floor. `prospect_of` is asked how a suggestion stands, by its ID."""

    def __init__(self, prospect_of: Callable[[str], Prospect | None]) -> None:
        self._prospect_of = prospect_of
        self._followed: dict[str, asyncio.Event] = {}

    def issue(self, suggestion: Suggestion, settled: asyncio.Future[Suggestion]) -> Ticket:
        return Ticket(
            suggestion,
            settled,
            prospect=partial(self._prospect_of, suggestion.id),
            followed=partial(self._follow, suggestion.id, settled),
        )

    def tell(self, suggestion_id: str) -> None:
        """A suggestion stands otherwise now."""
        if event := self._followed.get(suggestion_id):
            event.set()

    @contextmanager
    def _follow(self, suggestion_id: str, settled: asyncio.Future[Suggestion]) -> Iterator[asyncio.Event]:
        event = self._followed[suggestion_id] = asyncio.Event()

        def tell(_: object) -> None:
            event.set()

        settled.add_done_callback(tell)
        try:
            yield event
        finally:
            settled.remove_done_callback(tell)
            del self._followed[suggestion_id]
