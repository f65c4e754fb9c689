"""The books of a broadcast."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.broadcast.floor.ledger import Ledger
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


async def test_what_is_settled_and_stored_leaves_memory() -> None:
    """It is not stored again at the end: a long broadcast does not keep all that was ever said."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    for _ in range(2):
        await ledger.enter(SNOW)
        await ledger.store(SNOW.refused(Refusal.STALE, NOW))
    stored = list(journal.suggestions)
    await ledger.close(NOW, lost=Refusal.CONNECTION_LOST)
    assert journal.suggestions == stored


async def test_everyone_hears_of_the_end_though_it_cannot_be_stored() -> None:
    """The first error is raised when all authors have been told."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    settled = [await ledger.enter(SNOW), await ledger.enter(RAIN)]
    with journal.broken(), pytest.raises(OSError, match="disk full"):
        await ledger.close(NOW, lost=Refusal.CONNECTION_LOST)
    assert [each.result().refusal for each in settled] == [Refusal.BROADCAST_ENDED] * 2


async def test_everyone_hears_of_an_end_that_is_cut_off() -> None:
    """The bot stops while the disk is slow: nobody is left without word."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    settled = [await ledger.enter(SNOW), await ledger.enter(RAIN)]
    with journal.slow():
        closing = asyncio.ensure_future(ledger.close(NOW, lost=Refusal.CONNECTION_LOST))
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        assert [each.result().refusal for each in settled] == [Refusal.BROADCAST_ENDED] * 2


async def test_what_was_stored_though_nobody_waited_is_not_stored_again() -> None:
    """The end cuts off whoever waits for it: stored once more, its author would be told once more."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    told = await ledger.enter(SNOW)
    with journal.slow():
        settling = asyncio.ensure_future(ledger.settle(SNOW.refused(Refusal.STALE, NOW)))
        await asyncio.sleep(0)
        settling.cancel()
        await asyncio.wait([settling])
    assert (await told).refusal is Refusal.STALE
    stored = list(journal.suggestions)
    await ledger.close(NOW, lost=Refusal.CONNECTION_LOST)
    assert journal.suggestions == stored


async def test_what_was_stored_ahead_is_stored_again_only_if_it_was_sent_otherwise() -> None:
    """To the stream that it was meant for, nothing is left to store; to another one, that is."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    await ledger.enter(SNOW, ahead=SNOW.sent("first", NOW))
    await ledger.enter(RAIN, ahead=RAIN.sent("first", NOW))
    ledger.note(SNOW.sent("first", NOW), RAIN.sent("second", NOW))
    await ledger.noted()
    assert [(each.prompt, each.stream_id) for each in journal.suggestions] == [
        ("snow", "first"),
        ("rain", "first"),
        ("rain", "second"),
    ]
