"""What is shown of broadcasts by processes that do not run them, in the database."""

import asyncio
from datetime import timedelta

from bot.broadcast.last_moment import LastMoment
from bot.broadcast.picture import Picture
from bot.process.clock import SystemClock
from bot.process.sealing import ShowSeal
from bot.storage.recovery import close_unfinished
from bot.storage.shows import HEARD_OF, DatabaseShows
from tests.broadcast.fakes import SteppedClock
from tests.storage.conftest import NOW, Store, ended, live_broadcast


def shows_of(store: Store, secret: str = "the operator's key") -> DatabaseShows:
    seal = ShowSeal(secret)
    return DatabaseShows(store.database, store.writer, SystemClock(), seal.close, seal.open)


async def test_what_is_told_last_is_shown(store: Store) -> None:
    """Complete, under a number that grows by one each time, whoever writes; with its age."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    assert await shows.heads() == []
    for text in ("one", "two", "drei \N{WHALE}"):
        await shows.show("b", text)
    await asyncio.gather(shows.renew("b"), shows_of(store).show("b", "four"))
    assert await shows.heads() == [("b", 5, 1, True, 0)]
    [told] = await shows.told(["b", "c"])
    assert told[:3] == ("b", 5, "four")
    assert timedelta() <= told.age < timedelta(minutes=1)
    assert await shows.told([]) == []


async def test_what_is_shown_goes_with_the_end(store: Store) -> None:
    """In the same moment; who comes too late shows nothing any more. Of news one is told still."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await shows.show("b", "one")
    await shows.ask_clip("b")
    assert await shows.heads() == [("b", 1, 0, True, 1)]
    late = store.journal.save_broadcast(ended(broadcast)), shows.show("b", "two"), shows.ask_clip("b")
    await asyncio.gather(*late)
    assert await shows.heads() == [("b", 2, 0, False, 0)]
    assert await shows.told(["b"]) == []
    await shows.renew("b")
    assert await shows.heads() == [("b", 3, 1, False, 0)]


async def test_nothing_is_shown_of_what_is_not_there(store: Store) -> None:
    """Of what nobody stored, or what ended before anybody showed it, there is no row but for news."""
    shows = shows_of(store)
    await store.past_broadcast(1)
    for broadcast_id in ("b1", "nobody's"):
        await shows.show(broadcast_id, "one")
        await shows.ask_clip(broadcast_id)
    assert await shows.heads() == []
    await asyncio.gather(shows.renew("b1"), shows.renew("nobody's"))
    assert await shows.heads() == [("b1", 1, 1, False, 0)]


async def test_what_a_crash_left_is_not_shown_once_it_is_closed(store: Store) -> None:
    """By whoever closes it, with all that goes with an end."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await shows.show("b", "one")
    await close_unfinished(store.database, now=NOW, reference="ref")
    assert await shows.heads() == [("b", 2, 0, False, 0)]


async def test_only_who_has_the_secret_reads_it(store: Store) -> None:
    """In the database nothing of it is to be read, and to others it is as if nothing were told."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await shows.show("b", "a spectator's token")
    with store.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT document FROM shows").scalar_one()
    assert b"spectator" not in bytes(row)
    assert await shows_of(store, "another key").told(["b"]) == []
    assert len(await shows.told(["b"])) == 1


async def test_clips_are_counted_until_they_are_seen_to(store: Store) -> None:
    """Those that were asked for meanwhile are not lost."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await shows.show("b", "one")
    await asyncio.gather(*(shows.ask_clip("b") for _ in range(3)))
    await shows.took_clips("b", 2)
    assert await shows.heads() == [("b", 1, 0, True, 1)]


async def test_what_is_over_is_forgotten_after_an_hour(store: Store) -> None:
    """And what runs is not, however long nothing changes."""
    clock, seal = SteppedClock(), ShowSeal("k")
    clock.wall_at_zero = SystemClock().now()
    shows = DatabaseShows(store.database, store.writer, clock, seal.close, seal.open)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await shows.show("b", "one")
    await store.past_broadcast(1)
    await shows.renew("b1")
    clock.step_the_wall(seconds=0.9 * HEARD_OF.total_seconds())
    await shows.forget_old()
    assert len(await shows.heads()) == 2
    clock.step_the_wall(seconds=0.2 * HEARD_OF.total_seconds())
    await shows.forget_old()
    assert await shows.heads() == [("b", 1, 0, True, 0)]


async def test_its_picture_is_that_of_its_last_moment(store: Store) -> None:
    """Stored every few seconds while it runs."""
    shows = shows_of(store)
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    assert await shows.picture("b") is None
    moment = LastMoment("A cat", (), None, Picture(b"a picture", portrait=False))
    await store.journal.save_last_moment("b", moment, NOW)
    assert await shows.picture("b") == b"a picture"
