"""The one writer: order, atomicity, whose fault a failure is, and its end."""

import asyncio

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.broadcast.model import Recording, Suggestion
from bot.broadcast.posts import Post, PostKind
from bot.storage import schema
from bot.storage.connections import Database
from bot.storage.writer import Writer
from tests.storage.conftest import MIKA, NOW, Store, live_broadcast


def setting(guild_id: int) -> dict[str, object]:
    """A row that needs no other."""
    return {"guild_id": guild_id, "settings": "{}", "changed_at": NOW}


async def stored(database: Database) -> list[int]:
    """The servers that have a row."""
    with database.engine.connect() as connection:
        query = select(schema.guild_settings.c.guild_id).order_by(schema.guild_settings.c.guild_id)
        return list(connection.execute(query).scalars())


async def test_leaving_it_waits_until_all_is_written(store: Store) -> None:
    """Nobody waited for these rows: an orderly stop has them all the same."""
    async with Writer(store.database) as writer:
        written = [
            writer.execute(insert(schema.guild_settings).values(setting(number))) for number in range(700)
        ]
    assert all(each.done() for each in written)
    assert await stored(store.database) == list(range(700))


async def test_what_comes_too_late_is_refused(store: Store) -> None:
    """Nobody writes any more: to wait for that would be to wait for ever."""
    async with Writer(store.database) as writer:
        pass
    with pytest.raises(RuntimeError, match="left"):
        writer.execute(insert(schema.guild_settings).values(setting(1)))


async def test_two_statements_of_one_call_are_stored_both_or_neither(store: Store) -> None:
    """The second breaks a rule: the first is not there either, and the calls around it are."""
    async with Writer(store.database) as writer:
        one, two, three = (insert(schema.guild_settings).values(setting(number)) for number in (1, 2, 3))
        results = await asyncio.gather(
            writer.execute(one), writer.execute(two, one), writer.execute(three), return_exceptions=True
        )
    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert await stored(store.database) == [1, 3]


async def test_a_row_that_no_database_takes_fails_alone(store: Store) -> None:
    """A number beyond what SQLite keeps never gets as far as the database; its neighbours are stored."""
    async with Writer(store.database) as writer:
        rows = [insert(schema.guild_settings).values(setting(number)) for number in (1, 2**70, 3)]
        results = await asyncio.gather(*map(writer.execute, rows), return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert await stored(store.database) == [1, 3]


def saved(store: Store) -> dict[str, tuple[object, ...]]:
    """One call of each of the journal's methods that comes after those before it, by the method's name."""
    broadcast, stream = live_broadcast()
    link = "https://x/"
    return {
        "save_broadcast": (broadcast,),
        "save_stream": (stream,),
        "save_suggestion": (Suggestion("x", "b", MIKA, "snow", NOW, stream_id=stream.id),),
        "save_recording": (stream, Recording(NOW, link)),
        "save_post": (Post("1", 1, 7, PostKind.PANEL, "b", NOW),),
        "close_panel": (1, NOW),
    }


async def test_the_journal_takes_effect_with_the_call(store: Store) -> None:
    """Each fact needs the one before it, and they are waited for in the wrong order, or not at all."""
    written = [getattr(store.journal, name)(*facts) for name, facts in saved(store).items()]
    await asyncio.gather(*reversed(written))
    with store.database.engine.connect() as connection:
        for table in (schema.suggestions, schema.recordings, schema.posts):
            assert len(connection.execute(select(table)).all()) == 1
        assert connection.execute(select(schema.posts.c.closed_at)).scalar_one() == NOW
