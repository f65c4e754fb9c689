"""Marks on messages: none says that a suggestion waits when it is decided what becomes of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.broadcast.floor.ledger import Ledger
from bot.broadcast.floor.ticket import Ticket, Tickets
from bot.broadcast.model import Channel, Origin, Refusal, Suggestion, Viewer
from bot.broadcast.telling.errand import Errand, Kind
from bot.process.clock import SystemClock
from cogs.chat.word_back import WordBack
from tests.broadcast.fakes import MemoryJournal

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
SNOW = Suggestion("snow", "b", Viewer(1, "Robin"), "snow", NOW)


class Message:
    """One that can be marked."""

    id = 7

    def __init__(self) -> None:
        self.marks: list[str] = []

    async def add_reaction(self, sign: str) -> None:
        self.marks.append(sign)

    async def remove_reaction(self, sign: str, _: object) -> None:
        self.marks.append(f"-{sign}")


@pytest.mark.parametrize("is_over", [False, True])
async def test_what_ends_as_it_is_taken_is_not_marked_as_waiting(is_over: bool) -> None:
    """Its outcome is told as soon as that is stored, before the ticket says so: nobody would take it away."""
    journal = MemoryJournal()
    ledger = Ledger(journal)
    settled = await ledger.enter(SNOW)
    ticket = Ticket(SNOW, settled, Tickets(lambda _: None, ledger.is_decided))
    bot: Any = SimpleNamespace(services=SimpleNamespace(clock=SystemClock()))
    direct: Any = None
    word_back, message = WordBack(bot, direct), Message()
    said: Any = message
    with journal.slow():
        closing = asyncio.create_task(ledger.close(NOW, lost=Refusal.CONNECTION_LOST), name="close")
        if is_over:
            await asyncio.sleep(0)
        await word_back.taken(said, ticket, crowd=1)
        assert not settled.done()
    await closing
    assert bool(message.marks) is not is_over


@pytest.mark.parametrize(("is_heard", "marks"), [(True, ["✅"]), (False, ["-📨", "✅"])])
async def test_what_another_process_marked_is_taken_away(is_heard: bool, marks: list[str]) -> None:
    """However long this one has been there: who heard a message knows whether it was marked, others look."""
    message, broadcast = Message(), SimpleNamespace(channel=Channel(1, 2))
    services = SimpleNamespace(
        clock=SystemClock(), broadcasts=SimpleNamespace(find=lambda _: SimpleNamespace(broadcast=broadcast))
    )
    channel = SimpleNamespace(get_partial_message=lambda _: message)
    bot: Any = SimpleNamespace(
        services=services, user=message, get_partial_messageable=lambda *_, **__: channel
    )
    direct: Any = None
    word_back, said, later = WordBack(bot, direct), message, datetime.now(UTC) + timedelta(minutes=1)
    if is_heard:
        word_back.hear(cast("Any", said))
    errand = Errand(Kind.SETTLED, "snow", NOW)
    await word_back.settled(SNOW._replace(suggested_at=later), Origin(2, 7, is_marked=True), errand)
    assert message.marks == marks
