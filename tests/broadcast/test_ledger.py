"""The books of a broadcast."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.broadcast.ledger import Ledger
from bot.broadcast.model import Outcome, Refusal, Suggestion, Viewer
from tests.broadcast.fakes import MemoryJournal

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
SNOW = Suggestion("snow", "b", Viewer(1, "Robin"), "snow", NOW)
RAIN = Suggestion("rain", "b", Viewer(2, "Sasha"), "rain", NOW)


async def test_whatever_settles_a_suggestion_first_counts() -> None:
    """It is acknowledged in the moment in which somebody withdraws it: one outcome is stored, and told."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    settled = await ledger.enter(SNOW)
    acknowledged = SNOW.sent("stream", NOW).acknowledged("snow", NOW)
    await asyncio.gather(ledger.store(acknowledged), ledger.store(SNOW.refused(Refusal.WITHDRAWN, NOW)))
    assert settled.result() == acknowledged
    assert journal.suggestions == [SNOW, acknowledged]


async def test_the_journal_has_the_order_of_the_books() -> None:
    """Somebody's edit waits for a note that is being stored; a withdrawal behind it does not overtake it."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    await ledger.enter(RAIN)
    await ledger.enter(SNOW)
    ledger.note(RAIN.sent("stream", NOW))
    await asyncio.gather(
        ledger.store(SNOW.revised("hail")), ledger.store(SNOW.revised("hail").refused(Refusal.WITHDRAWN, NOW))
    )
    stored = [suggestion.outcome for suggestion in journal.suggestions if suggestion.id == "snow"]
    assert stored == [Outcome.QUEUED, Outcome.QUEUED, Outcome.REFUSED]


async def test_an_outcome_that_is_being_stored_at_the_end_is_kept() -> None:
    """The end refuses what is open, and not what was applied a moment before."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    applied, open_ = await ledger.enter(SNOW), await ledger.enter(RAIN)
    acknowledged = SNOW.sent("stream", NOW).acknowledged("snow", NOW)
    await asyncio.gather(ledger.store(acknowledged), ledger.close(NOW, lost=Refusal.CONNECTION_LOST))
    assert applied.result() == acknowledged
    assert open_.result().refusal is Refusal.BROADCAST_ENDED
