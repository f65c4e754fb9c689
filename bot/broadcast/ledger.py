"""The suggestions of a broadcast that are still open, and word to their authors when they are settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.broadcast.model import Refusal, Suggestion
from bot.broadcast.ports import Journal


class Ledger:
    """Keeps every open suggestion as it stands, in the journal too; none is lost, none settled twice.

    The journal is called in the same moment in which a suggestion changes here, so both have one order.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: dict[str, _Open] = {}
        self._noted: list[_Saving] = []

    async def enter(self, suggestion: Suggestion) -> asyncio.Future[Suggestion]:
        """Stores a new suggestion; the future gets it back once it is settled."""
        settled: asyncio.Future[Suggestion] = asyncio.get_running_loop().create_future()
        self._open[suggestion.id] = _Open(suggestion, settled)
        try:
            await self._journal.save_suggestion(suggestion)
        except Exception:
            self._open.pop(suggestion.id, None)
            raise
        return settled

    async def store(self, *suggestions: Suggestion) -> None:
        """Stores open suggestions as they stand now; the authors of those that are settled are told then.

        Whatever was settled first counts: a later word on the same suggestion is passed over.
        """
        await self._finish(self._save(suggestions))

    def note(self, *suggestions: Suggestion) -> None:
        """Has open suggestions stored, without a wait: the next `store`, or `close`, waits, and may raise."""
        self._noted += self._save(suggestions)

    async def close(self, now: datetime, *, lost: Refusal) -> None:
        """Settles all that is open: what was sent as `lost`, what waited as BROADCAST_ENDED.

        What was settled already, but not stored when the end cut in, keeps its outcome. Every author is told,
        even of what cannot be stored; the first error of the journal is raised in the end.
        """
        entries = list(self._open.values())
        for entry in entries:
            if not entry.is_settled:
                refusal = lost if entry.suggestion.sent_at else Refusal.BROADCAST_ENDED
                entry.suggestion = entry.suggestion.refused(refusal, now)
        try:
            await self._finish([(e.suggestion, self._journal.save_suggestion(e.suggestion)) for e in entries])
        finally:
            for entry in entries:
                self._tell(entry.suggestion)

    def _save(self, suggestions: Iterable[Suggestion]) -> list[_Saving]:
        """Has those stored that change something; from now on they stand like that."""
        saving = []
        for suggestion in suggestions:
            entry = self._open.get(suggestion.id)
            if entry and not entry.is_settled:
                entry.suggestion = suggestion
                saving.append((suggestion, self._journal.save_suggestion(suggestion)))
        return saving

    async def _finish(self, saving: Iterable[_Saving]) -> None:
        """Waits until all is stored, notes first, and tells the authors; then raises the first error."""
        noted, self._noted = self._noted, []
        failure: Exception | None = None
        for suggestion, stored in [*noted, *saving]:
            try:
                await stored
            except Exception as error:  # noqa: BLE001 - raised below: one failure must not hide the others
                failure = failure or error
            else:
                if suggestion.outcome.is_settled:
                    self._tell(suggestion)
        if failure:
            raise failure

    def _tell(self, suggestion: Suggestion) -> None:
        entry = self._open.pop(suggestion.id, None)
        if entry and not entry.settled.done():
            entry.settled.set_result(suggestion)


_Saving = tuple[Suggestion, Awaitable[None]]


@dataclass(slots=True)
class _Open:
    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]

    @property
    def is_settled(self) -> bool:
        return self.suggestion.outcome.is_settled
