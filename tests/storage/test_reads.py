"""What a question costs: how often it waits for a thread, and how many statements it takes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.broadcast.wanted import Standing, Wanted
from bot.storage.connections import FileDatabase
from bot.storage.history import DatabaseHistory
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store

GUILD = CHANNEL.guild_id
Question = Callable[[DatabaseHistory], Awaitable[object]]


def page(wanted: Wanted, **turn: int) -> Question:
    return lambda history: history.past_broadcasts(GUILD, [CHANNEL.id], wanted, limit=8, **turn)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("question", "statements"),
    [
        (page(Wanted()), 4),
        (page(Wanted(), older_than=5), 4),
        (page(Wanted(), newer_than=5), 5),
        (page(Wanted(standing=Standing.FAILED)), 1),
        (page(Wanted(since=NOW + timedelta(minutes=3))), 5),
        (page(Wanted("cat")), 5),
        (page(Wanted("nowhere")), 2),
        (page(Wanted(person_id=MIKA.id)), 5),
        (page(Wanted("cat", MIKA.id)), 6),
        (lambda history: history.search_broadcasts(GUILD, "cat", limit=5), 3),
        (lambda history: history.search_broadcasts(GUILD, "", limit=5), 2),
        (lambda history: history.search_broadcasts(GUILD, "nowhere", limit=25), 4),
        (lambda history: history.find_broadcast(GUILD, "#3"), 5),
        (lambda history: history.latest_broadcast(CHANNEL), 3),
        (lambda history: history.past_broadcast("b3"), 3),
    ],
)
async def test_a_question_is_one_wait(store: Store, question: Question, statements: int) -> None:
    """For one connection in one thread, whatever it reads; and it reads no more often than this."""
    for number in range(1, 11):
        await store.past_broadcast(number)
    taken, executed = list[str](), list[str]()
    assert isinstance(store.database, FileDatabase)
    for kind, engine in (("thread", store.database.engine), ("loop", store.database.of_loop.sync_engine)):
        event.listen(engine, "checkout", lambda *_, kind=kind: taken.append(kind))
        event.listen(engine, "before_cursor_execute", lambda *more: executed.append(more[2]))
    await question(store.history)
    assert taken == ["thread"]
    assert len([each for each in executed if each != "BEGIN"]) == statements, "\n\n".join(executed)
