"""The suggestions of a broadcast that are still open, and word to their authors when they are settled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot.broadcast.model import Refusal, Suggestion
from bot.broadcast.ports import Journal


class Ledger:
    """Keeps every open suggestion as it stands, in the journal too; none is lost, none settled twice."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: dict[str, _Open] = {}

    async def enter(self, suggestion: Suggestion) -> asyncio.Future[Suggestion]:
        """Stores a new suggestion; the future gets it back once it is settled."""
        settled: asyncio.Future[Suggestion] = asyncio.get_running_loop().create_future()
        self._open[suggestion.id] = _Open(suggestion, settled)
        await self.store(suggestion)
        return settled

    async def store(self, *suggestions: Suggestion) -> None:
        """Stores open suggestions as they stand now; the authors of those that are settled are told then."""
        for suggestion in suggestions:
            self._open[suggestion.id].suggestion = suggestion
        for suggestion in suggestions:
            await self._journal.save_suggestion(suggestion)
            if suggestion.outcome.is_settled:
                settled = self._open.pop(suggestion.id).settled
                if not settled.done():
                    settled.set_result(suggestion)

    async def close(self, now: datetime, *, lost: Refusal) -> None:
        """Settles all that is open: what was sent as `lost`, what waited as BROADCAST_ENDED.

        What was settled already, but not stored when the end cut in, keeps its outcome.
        """
        left = [entry.suggestion for entry in self._open.values()]
        await self.store(
            *(
                suggestion
                if suggestion.outcome.is_settled
                else suggestion.refused(lost if suggestion.sent_at else Refusal.BROADCAST_ENDED, now)
                for suggestion in left
            )
        )


@dataclass(slots=True)
class _Open:
    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]
