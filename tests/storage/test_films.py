"""Films on a real database: made once, made again when they should be, through crashes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.broadcast.kept_files import FileKind, NewFile
from bot.broadcast.recordings.archive import ArchiveState, ArchiveTrouble
from bot.broadcast.recordings.footage import Film
from bot.broadcast.recordings.troubles import FULL_PAUSE_S
from bot.broadcast.telling.errand import Errand, Kind
from bot.storage.films import DatabaseFilms
from bot.storage.kept_files import DatabaseKeptFiles
from tests.broadcast.recordings.footage import LENGTH_S
from tests.storage.film_room import ADA, BOB, OVER, Room, end, forget, room, room_at_rest

__all__ = ["room", "room_at_rest"]


async def test_a_film_is_made_once_all_is_there_and_the_broadcast_is_over(room: Room) -> None:
    """Whichever comes last; and with all that belongs to it."""
    room.keep("s1", "one")
    await room.until_nothing_is_owed()
    await end(room)
    await room.until_nothing_is_owed()
    assert room.maker.films == []
    room.keep("s2", "two")
    await room.until_nothing_is_owed()
    (film,) = room.maker.films
    assert [moment.words for moment in film[1]] == ["Scene 1", "Scene 2", "Idea 1!", "Idea 2!", "Idea 3!"]
    assert [moment.at_s for moment in film[1]] == [0, 0, 11, 41, 6]
    assert await room.kept(FileKind.FILM) == "one+two"
    assert await room.kept(FileKind.CREDITS) == "Ada,Bob,Ada"
    assert (await room.kept(FileKind.POSTER), await room.kept(FileKind.CONTACT_SHEET)) == ("P", "S")
    assert await room.films.offsets("b") == {"s1": 0.0, "s2": LENGTH_S}


async def test_a_stream_whose_video_never_comes_holds_up_nothing(room: Room) -> None:
    room.keep("s2", "two")
    await end(room)
    await room.until_nothing_is_owed()
    assert room.maker.films == []
    room.archive.videos["b"]["s1"] = ArchiveState.NEVER
    room.archive.settled.tell("b")
    await room.until_nothing_is_owed()
    assert await room.kept(FileKind.FILM) == "two"
    assert await room.films.offsets("b") == {"s2": 0.0}


async def test_a_film_that_a_crash_left_is_made_in_the_next_run(room_at_rest: Room) -> None:
    """Once; whether it was owed already, or nobody was told that the broadcast is over."""
    async with room_at_rest.opened() as room:
        room.keep("s1", "one")
        room.keep("s2", "two")
        await room.until_nothing_is_owed()
    await room.store.journal.save_broadcast(OVER)
    for file in await room.archive.files("b"):
        await DatabaseKeptFiles(room.store.database, room.store.writer).save(file)
    for _ in range(2):
        async with room_at_rest.opened() as room:
            await room.until_nothing_is_owed()
    assert len(room.maker.films) == 1


async def test_a_broadcast_of_which_there_can_be_no_film_is_not_looked_at_for_ever(room: Room) -> None:
    books = DatabaseFilms(room.store.database, room.store.writer, room.clock)
    await room.store.journal.save_broadcast(OVER)
    room.keep("s1", "bad")
    for file in await room.archive.files("b"):
        await DatabaseKeptFiles(room.store.database, room.store.writer).save(file)
    assert await books.without_film() == ["b"]
    await books.no_film("b")
    assert await books.without_film() == []


async def test_what_fails_is_tried_again_and_what_cannot_be_played_is_not(room: Room) -> None:
    room.maker.fails = 2
    room.keep("s1", "bad one")
    room.keep("s2", "bad two")
    await end(room)
    await room.until_nothing_is_owed()
    assert len(room.maker.films) == 3
    assert await room.kept(FileKind.FILM) is None


@pytest.mark.parametrize("trouble", [ArchiveTrouble.AWAY, ArchiveTrouble.GONE, ArchiveTrouble.DAMAGED])
async def test_an_archive_in_trouble_costs_time_and_nothing_else(room: Room, trouble: ArchiveTrouble) -> None:
    room.keep("s1", "one")
    room.keep("s2", "two")
    room.archive.trouble = trouble
    await end(room)
    while not any(errand.tries for errand in room.outbox.waiting):
        await asyncio.sleep(0)
    room.archive.trouble = None
    await room.until_nothing_is_owed()
    assert await room.kept(FileKind.FILM) == "one+two"


async def test_while_there_is_no_room_a_film_waits_and_the_operator_is_told(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """It is looked at again each minute, however often that was in vain."""
    room.keep("s1", "one")
    room.keep("s2", "two")
    room.archive.trouble = ArchiveTrouble.FULL
    await end(room)
    errand = Errand(Kind.FILM, "b", room.clock.now(), "b")
    for _ in range(3):
        assert await room.troubles.minded(errand, room.films._attend) == FULL_PAUSE_S
    trouble = room.troubles.newest
    room.archive.trouble = None
    await room.until_nothing_is_owed()
    assert await room.kept(FileKind.FILM) == "one+two"
    assert (trouble, room.troubles.newest) == (ArchiveTrouble.FULL, None)
    told = [record.levelname for record in caplog.records if "the archive takes" in record.message]
    assert told == ["ERROR", "WARNING"]


async def test_a_name_that_is_forgotten_leaves_the_film(room: Room) -> None:
    """Made again, also when its videos were let go; and not when nothing would change."""
    room.keep("s1", "one")
    room.keep("s2", "two")
    await end(room)
    await room.until_nothing_is_owed()
    await room.films.redo("b")
    assert len(room.maker.films) == 1
    await forget(room.store, BOB)
    for file in await room.archive.files("b"):
        if file.stream_id == "s1":
            await room.archive.let_go(file)
    room.archive.videos["b"]["s1"] = ArchiveState.LET_GO
    await room.films.redo("b")
    assert await room.kept(FileKind.CREDITS) == "Ada,Ada"
    assert await room.kept(FileKind.FILM) == "one+two"
    assert [each.at_s for each in room.maker.films[-1][1]] == [0, LENGTH_S, 11, 41, LENGTH_S + 6]
    assert await room.films.offsets("b") == {"s1": 0.0, "s2": LENGTH_S}
    await forget(room.store, ADA)
    await room.films.redo("b")
    assert await room.kept(FileKind.CREDITS) is None


async def test_a_film_with_a_name_in_it_does_not_wait_for_a_video_that_may_come(room: Room) -> None:
    """One that is asked for once more, say: whether it ever comes nobody knows."""
    room.keep("s1", "one")
    room.archive.videos["b"]["s2"] = ArchiveState.NEVER
    await end(room)
    await room.until_nothing_is_owed()
    assert await room.kept(FileKind.CREDITS) == "Ada,Bob,Ada"
    room.archive.videos["b"]["s2"] = ArchiveState.WANTED
    await forget(room.store, BOB)
    await room.films.redo("b")
    assert await room.kept(FileKind.CREDITS) == "Ada,Ada"


async def test_a_film_that_cannot_be_made_without_a_name_goes(room: Room) -> None:
    """Its videos were let go, and it does not play itself: nothing of it is left with the name."""
    room.keep("s1", "one")
    room.keep("s2", "bad for the next one")
    await end(room)
    await room.until_nothing_is_owed()
    for file in await room.archive.files("b"):
        if file.stream_id or file.kind is FileKind.FILM:
            await room.archive.let_go(file)
    room.archive.put(b"bad", of=NewFile("b", FileKind.FILM, "video/mp4"))
    await forget(room.store, BOB)
    await room.films.redo("b")
    assert await room.archive.files("b") == []


async def test_a_name_that_is_forgotten_while_the_film_is_made_is_not_in_it(room: Room) -> None:
    """What was made meanwhile is not kept: it would tell what is not so any more."""
    making = room.maker.film

    @asynccontextmanager
    async def film(*args: Any, **options: Any) -> AsyncIterator[Film]:
        async with making(*args, **options) as made:
            await forget(room.store, BOB)
            yield made

    room.maker.film = film  # type: ignore[method-assign]
    room.keep("s1", "one")
    room.keep("s2", "two")
    await end(room)
    await room.until_nothing_is_owed()
    assert len(room.maker.films) == 2
    assert await room.kept(FileKind.CREDITS) == "Ada,Ada"


async def test_a_server_that_wants_no_credits_has_none(room: Room) -> None:
    room.has_credits = False
    room.keep("s1", "one")
    room.keep("s2", "two")
    await end(room)
    await room.until_nothing_is_owed()
    assert room.maker.films[0][2] is False
    assert await room.kept(FileKind.CREDITS) is None


async def test_a_broadcast_that_left_nothing_has_no_film(room: Room) -> None:
    room.archive.videos["b"] = dict.fromkeys(("s1", "s2"), ArchiveState.NEVER)
    await end(room)
    await room.until_nothing_is_owed()
    assert room.maker.films == []
    await room.films.redo("b")
    await room.films.redo("unknown")


async def test_whoever_does_not_want_to_be_named_is_not(room: Room) -> None:
    """In films that are made from then on; the prompts stay."""
    books = DatabaseFilms(room.store.database, room.store.writer, room.clock)
    for _ in range(2):
        await books.credit(ADA, is_named=False)
    moments = await books.moments("b")
    assert [each.names for each in moments] == [(), (), (), ("Bob",), ()]
    assert "Idea 1!" in [each.words for each in moments]
    await books.credit(ADA, is_named=True)
    assert (await books.moments("b"))[2].names == ("Ada",)
