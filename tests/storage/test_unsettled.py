"""Streams of which nobody has seen the beginning or the end."""

from dataclasses import replace
from datetime import timedelta

from bot.broadcast.states import Reason
from bot.storage.unsettled import DatabaseStreamBooks
from tests.storage.conftest import NOW, Store


async def test_what_is_not_settled_is_found_until_it_is(store: Store) -> None:
    """Over without an ID, or cut off; not what runs, nor what is long ago."""
    books = DatabaseStreamBooks(store.database)
    _, stream = await store.past_broadcast(1)
    lost = replace(stream, id="lost", service_id=None, number=2)
    cut_off = replace(stream, id="cut", service_id="s-cut", number=3, end_reason=Reason.INTERRUPTED)
    runs = replace(stream, id="runs", service_id=None, number=4, ended_at=None, end_reason=None)
    old = replace(lost, id="old", intended_at=NOW - timedelta(days=9))
    for each in (lost, cut_off, runs, old):
        await store.journal.save_stream(each)
    found = await books.unsettled_streams(NOW - timedelta(days=7))
    assert {each.id: each for each in found} == {"lost": lost, "cut": cut_off}
    assert await books.asked_for() == [runs]
    await store.journal.save_stream(replace(lost, service_id="s-lost"))
    assert [each.id for each in await books.unsettled_streams(NOW - timedelta(days=7))] == ["cut"]


async def test_whose_ids_they_are_is_known(store: Store) -> None:
    """However many are asked for."""
    await store.past_broadcast(1)
    books = DatabaseStreamBooks(store.database)
    assert await books.known_ids([*(f"x{number}" for number in range(2000)), "s1"]) == {"s1"}
    assert await books.known_ids([]) == set()
