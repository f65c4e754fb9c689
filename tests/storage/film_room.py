"""Films and clips over a real database, with fakes at the ports of the archive and the maker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete

from bot.broadcast.kept_files import FileKind, NewFile
from bot.broadcast.model import Broadcast, Ending, Stream, Suggestion, Viewer
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.recordings.clip import CurrentClipPoster
from bot.broadcast.recordings.clips import Clips
from bot.broadcast.recordings.films import Films
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.storage.clips import DatabaseClips
from bot.storage.films import DatabaseFilms
from bot.storage.outbox import DatabaseOutbox
from bot.storage.schema import people
from tests.broadcast.archive import MemoryArchive
from tests.broadcast.fakes import SteppedClock
from tests.broadcast.recordings.footage import ClipWall, WrittenFilms
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store

ADA, BOB = Viewer(2**62 + 11, "Ada"), Viewer(2**62 + 12, "Bob")
OVER = Broadcast(
    "b",
    CHANNEL,
    MIKA,
    "Scene 1",
    False,
    NOW,
    State.ENDED,
    NOW,
    NOW + timedelta(seconds=200),
    Ending(Reason.HOST_ENDED),
)


@dataclass
class Room:
    """Films and clips of one run of the bot, over what outlasts it."""

    store: Store
    archive: MemoryArchive
    maker: WrittenFilms
    wall: ClipWall
    clock: SteppedClock
    listeners: Listeners[Broadcast] = field(default_factory=Listeners)
    has_credits: bool = True
    troubles: ArchiveTroubles = field(default_factory=ArchiveTroubles)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Room"]:
        async with AsyncExitStack() as stack:
            outbox = Outbox(DatabaseOutbox(self.store.database, self.store.writer), self.clock)
            self.outbox = await stack.enter_async_context(outbox)
            await outbox.load()
            ids, poster = count(1), CurrentClipPoster()
            poster.poster = self.wall
            books = DatabaseFilms(self.store.database, self.store.writer, self.clock)
            self.films = await stack.enter_async_context(
                Films(
                    outbox,
                    self.archive,
                    self.maker,
                    books,
                    self.listeners,
                    self.clock,
                    self.troubles,
                    has_credits=lambda _: self.has_credits,
                )
            )
            self.clips = await stack.enter_async_context(
                Clips(
                    outbox,
                    self.archive,
                    self.maker,
                    DatabaseClips(self.store.database, self.store.writer, outbox),
                    poster,
                    self.listeners,
                    self.clock,
                    self.troubles,
                    lambda: f"clip{next(ids)}",
                )
            )
            yield self

    def set_wall(self, seconds: float) -> None:
        """So long it is now since the broadcast's beginning."""
        self.clock.wall_at_zero = NOW + timedelta(seconds=seconds - self.clock.steady())

    async def until_nothing_is_owed(self) -> None:
        while any(e.kind in (Kind.FILM, Kind.CLIP, Kind.HIGHLIGHT) for e in self.outbox.waiting):
            await asyncio.sleep(0)

    def keep(self, stream_id: str, text: str) -> None:
        what = NewFile("b", FileKind.VIDEO, "video/mp4", stream_id=stream_id)
        self.archive.put(text.encode(), of=what)

    async def kept(self, kind: FileKind) -> str | None:
        for file in await self.archive.files("b"):
            if file.kind is kind:
                return b"".join([part async for part in self.archive.read(file)]).decode()
        return None


def stream(number: int, *, ended: bool = True) -> Stream:
    begins = NOW + timedelta(seconds=100 * (number - 1))
    return Stream(
        f"s{number}",
        "b",
        f"Scene {number}",
        False,
        begins,
        begins,
        number,
        f"x{number}",
        begins + timedelta(seconds=100) if ended else None,
        Reason.TIME_LIMIT if ended else None,
    )


def applied(number: int, by: Viewer, of: int, at_s: float) -> Suggestion:
    at = NOW + timedelta(seconds=100 * (of - 1) + at_s)
    made = Suggestion(f"i{number}", "b", by, f"Idea {number}", at).sent(f"s{of}", at)
    return made.acknowledged(f"Idea {number}!", at + timedelta(seconds=1))


@pytest.fixture
async def room_at_rest(store: Store) -> Room:
    """A broadcast of two streams that is live, in the first moment of its third minute."""
    broadcast = Broadcast("b", CHANNEL, MIKA, "Scene 1", False, NOW, State.LIVE, NOW)
    await store.journal.save_broadcast(broadcast)
    for number in (1, 2):
        await store.journal.save_stream(stream(number))
    for each in (applied(1, ADA, 1, 10), applied(2, BOB, 1, 40), applied(3, ADA, 2, 5)):
        await store.journal.save_suggestion(each)
    room = Room(store, MemoryArchive(), WrittenFilms(), ClipWall(), SteppedClock())
    room.archive.videos["b"] = {"s1": ArchiveState.WANTED, "s2": ArchiveState.WANTED}
    return room


@pytest.fixture
async def room(room_at_rest: Room) -> AsyncIterator[Room]:
    """The same, with the bot running."""
    async with room_at_rest.opened():
        yield room_at_rest


async def end(room: Room) -> None:
    await room.store.journal.save_broadcast(OVER)
    room.listeners.tell(OVER)


async def forget(store: Store, viewer: Viewer) -> None:
    await store.writer.execute(delete(people).where(people.c.person_id == viewer.id))
