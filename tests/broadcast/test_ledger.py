"""The books of a broadcast."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

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
    """Who waits for the later one first does not turn them round."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    await ledger.enter(SNOW)
    revision = ledger.store(SNOW.revised("hail"))
    await ledger.store(SNOW.revised("hail").refused(Refusal.WITHDRAWN, NOW))
    await revision
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


async def test_a_note_that_fails_is_the_forwarders_and_no_bystanders() -> None:
    """A withdrawal meanwhile is stored, and told, without an error; whoever settles the note hears of it."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    await ledger.enter(RAIN)
    withdrawn = await ledger.enter(SNOW)
    with journal.broken():
        ledger.note(RAIN.sent("stream", NOW))
    await ledger.store(SNOW.refused(Refusal.WITHDRAWN, NOW))
    assert withdrawn.result().refusal is Refusal.WITHDRAWN
    with pytest.raises(OSError, match="disk full"):
        await ledger.settle(RAIN.sent("stream", NOW).acknowledged("rain", NOW))


async def test_what_cannot_be_stored_is_told_and_stored_at_the_end() -> None:
    """Nobody waits for word until the broadcast ends, because the disk was full for a moment."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    settled = await ledger.enter(SNOW)
    refused = SNOW.refused(Refusal.PANIC, NOW)
    with journal.broken(), pytest.raises(OSError, match="disk full"):
        await ledger.store(refused)
    assert settled.result() == refused
    await ledger.close(NOW, lost=Refusal.CONNECTION_LOST)
    assert journal.suggestions == [SNOW, refused]
