"""The suggestions of a broadcast that are still open, and word to their authors when they are settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.broadcast.model import Refusal, Suggestion
from bot.broadcast.ports import Journal


class Ledger:
    """Keeps every open suggestion as it stands, in the journal too; none is lost, none settled twice.

    The journal is called when a method here is, whenever what it returns is awaited: both have one order.
    """

    def __init__(self, journal: Journal, watch: Callable[[Suggestion], None] | None = None) -> None:
        """`watch` is told at once what of the open gets other words, or is refused; but not by the close."""
        self._journal = journal
        self._watch = watch
        self._open: dict[str, _Open] = {}
        self._noted: list[_Saving] = []

    def enter(
        self, suggestion: Suggestion, *, ahead: Suggestion | None = None, is_urgent: bool = False
    ) -> Awaitable[asyncio.Future[Suggestion]]:
        """Stores a new suggestion; the future gets it back once it is settled.

        One that will be sent as soon as it is stored is stored `ahead`, as it stands when it is sent: then
        that need not be stored any more. If it is not sent after all, it has to be noted as it stands.
        """
        settled: asyncio.Future[Suggestion] = asyncio.get_running_loop().create_future()
        entry = self._open[suggestion.id] = _Open(suggestion, settled, ahead)
        stored = self._journal.save_suggestion(ahead or suggestion, is_new=True, is_urgent=is_urgent)
        return self._entered(entry, stored)

    def is_decided(self, suggestion_id: str) -> bool:
        """Whether a suggestion that was entered has its outcome, stored or not."""
        entry = self._open.get(suggestion_id)
        return entry is None or entry.is_settled

    def restore(self, *suggestions: Suggestion) -> list[asyncio.Future[Suggestion]]:
        """These are open, and stored as they stand; as of `enter`."""
        loop = asyncio.get_running_loop()
        entries = {each.id: _Open(each, loop.create_future()) for each in suggestions}
        self._open.update(entries)
        return [entry.settled for entry in entries.values()]

    def store(self, *suggestions: Suggestion) -> Awaitable[None]:
        """Stores open suggestions as they stand now, and tells the authors of those that are settled.

        Whatever was settled first counts: a later word on the same suggestion is passed over. What cannot be
        stored is told all the same, and tried once more by `close`; then the journal's first error is raised.
        """
        return self._finish(self._save(suggestions))

    def note(self, *suggestions: Suggestion) -> None:
        """Has open suggestions stored, without a wait: `noted`, `settle` or `close` waits, and may raise."""
        self._noted += self._save(suggestions)

    def noted(self) -> Awaitable[None]:
        """Waits for what was noted."""
        saving, self._noted = self._noted, []
        return self._finish(saving)

    def settle(self, *suggestions: Suggestion) -> Awaitable[None]:
        """As `store`; and it waits for what was noted before."""
        saving = [*self._noted, *self._save(suggestions)]
        self._noted.clear()
        return self._finish(saving)

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
        saving = [(e, e.suggestion, self._journal.save_suggestion(e.suggestion)) for e in entries]
        noted, self._noted = self._noted, []
        try:
            await self._finish([*noted, *saving])
        finally:
            for entry in entries:
                entry.tell()

    def has_open_of(self, person_id: int) -> bool:
        """Whether something of somebody's is not settled yet, or not stored as it was settled."""
        return any(entry.suggestion.viewer.id == person_id for entry in self._open.values())

    def let_go(self) -> None:
        """Nobody waits here any more for what becomes of what is open: the bot's next run tells it."""
        for entry in self._open.values():
            if entry.ahead:
                self.note(entry.suggestion)
            entry.settled.cancel()

    def _save(self, suggestions: Iterable[Suggestion]) -> list[_Saving]:
        """Has those stored that change something; from now on they stand like that."""
        saving = []
        for suggestion in suggestions:
            entry = self._open.get(suggestion.id)
            if entry is None or entry.is_settled:
                continue
            before, ahead = entry.suggestion, entry.ahead
            entry.suggestion, entry.ahead = suggestion, None
            if self._watch and (suggestion.refusal or suggestion.prompt != before.prompt):
                self._watch(suggestion)
            if ahead and (ahead.outcome, ahead.stream_id) == (suggestion.outcome, suggestion.stream_id):
                continue
            saving.append((entry, suggestion, self._journal.save_suggestion(suggestion)))
        return saving

    def _was_stored(self, entry: _Open, stored: asyncio.Future[None]) -> None:
        """Whoever waited for it is gone: stored once more, its author would be told once more."""
        if not stored.cancelled() and stored.exception() is None:
            self._open.pop(entry.suggestion.id, None)
            entry.tell()

    async def _entered(self, entry: _Open, stored: Awaitable[None]) -> asyncio.Future[Suggestion]:
        try:
            await stored
        except Exception:
            self._open.pop(entry.suggestion.id, None)
            raise
        return entry.settled

    async def _finish(self, saving: Sequence[_Saving]) -> None:
        """Waits until all is stored, and tells the authors; then raises the first error."""
        failure: Exception | None = None
        for entry, suggestion, stored in saving:
            is_settled = suggestion.settled_at is not None
            try:
                await (asyncio.shield(stored) if is_settled else stored)
            except asyncio.CancelledError:
                self._follow(saving)
                raise
            except Exception as error:  # noqa: BLE001 - raised below: one failure must not hide the others
                failure = failure or error
            else:
                if is_settled:
                    self._open.pop(suggestion.id, None)
            if is_settled:
                entry.tell()
        if failure:
            raise failure

    def _follow(self, saving: Sequence[_Saving]) -> None:
        for entry, suggestion, stored in saving:
            if suggestion.settled_at:
                stored.add_done_callback(partial(self._was_stored, entry))


@dataclass(slots=True)
class _Open:
    suggestion: Suggestion
    settled: asyncio.Future[Suggestion]
    ahead: Suggestion | None = None
    """As it is stored, if that is ahead of how it stands."""

    @property
    def is_settled(self) -> bool:
        return self.suggestion.settled_at is not None

    def tell(self) -> None:
        if not self.settled.done():
            self.settled.set_result(self.suggestion)


_Saving = tuple[_Open, Suggestion, asyncio.Future[None]]
