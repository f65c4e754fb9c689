"""The suggestions of a broadcast that are still open, and word to their authors when they are settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.broadcast.model import Refusal, Suggestion
from bot.broadcast.ports import Journal


class Ledger:
    """Keeps every open suggestion as it stands, in the journal too; none is lost, none settled twice."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: dict[str, _Open] = {}
        self._noting: list[Awaitable[None]] = []

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
        news = self._news(suggestions)
        await self._noted()
        for suggestion in news:
            await self._journal.save_suggestion(suggestion)
            if suggestion.outcome.is_settled:
                self._tell(suggestion)

    def note(self, *suggestions: Suggestion) -> None:
        """Has open suggestions stored, without a wait: the next `store`, or `close`, waits, and may raise."""
        self._noting += [self._journal.save_suggestion(suggestion) for suggestion in self._news(suggestions)]

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
        failure: Exception | None = None
        try:
            await self._noted()
        except Exception as error:  # noqa: BLE001 - raised below, when all authors are told
            failure = error
        for entry in entries:
            try:
                await self._journal.save_suggestion(entry.suggestion)
            except Exception as error:  # noqa: BLE001 - raised below, when all authors are told
                failure = failure or error
            self._tell(entry.suggestion)
        if failure:
            raise failure

    def _news(self, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
        """Those that change something; from now on they stand like that."""
        news = []
        for suggestion in suggestions:
            entry = self._open.get(suggestion.id)
            if entry and not entry.is_settled:
                entry.suggestion = suggestion
                news.append(suggestion)
        return news

    async def _noted(self) -> None:
        noting, self._noting = self._noting, []
        for stored in noting:
            await stored

    def _tell(self, suggestion: Suggestion) -> None:
        entry = self._open.pop(suggestion.id, None)
        if entry and not entry.settled.done():
            entry.settled.set_result(suggestion)


@dataclass(slots=True)
class _Open:
    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]

    @property
    def is_settled(self) -> bool:
        return self.suggestion.outcome.is_settled
