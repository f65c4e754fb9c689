"""One film of each broadcast, once it is over and nothing of it is still to come."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Protocol, Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.model import Broadcast, Viewer
from bot.broadcast.recordings.archive import Archive, ArchiveError, ArchiveState
from bot.broadcast.recordings.footage import Film, FilmMaker, Moment, NoFootageError, NotMadeError, Part
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.rights import Deed, Person, check
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox

log = logging.getLogger(__name__)

AWAITED_S = 60.0
"""A film may take hours, and a try of the outbox may not: it is looked at again after so long."""
SOON_S = 1.0
LONGEST_PAUSE_S = 3600.0
OF_A_FILM = {
    FileKind.CREDITS: "text/vtt",
    FileKind.POSTER: "image/jpeg",
    FileKind.CONTACT_SHEET: "image/jpeg",
    FileKind.FILM: "video/mp4",
}
"""In the order in which they are kept: where there is a film, all is there."""


class FilmBooks(Protocol):
    """What is stored that films are made of. What cannot be stored raises `NotStoredError`."""

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        """A broadcast, with its streams that have begun."""
        ...

    async def moments(self, broadcast_id: str) -> Sequence[Moment]:
        """What happened in its streams: how each began, and all that was applied; who is to be credited."""
        ...

    async def offsets(self, broadcast_id: str) -> Mapping[str, float]:
        """By the streams of its film: with which second of it each begins."""
        ...

    async def save_offsets(self, broadcast_id: str, offsets_s: Mapping[str, float]) -> None: ...

    async def credit(self, person: Viewer, *, is_named: bool) -> None:
        """Stores whether somebody is named in films."""

    async def without_film(self) -> Sequence[str]:
        """Broadcasts that are over, of which a video is kept, and no film is or can be."""
        ...

    async def no_film(self, broadcast_id: str) -> None:
        """Stores that none of its videos can be played."""
        ...


class Films:
    """Has films made, one after the other. An async context manager.

    A broadcast is looked at when it is over, and whenever one more of its videos is settled. What is to be
    made is owed by the outbox; what a crash left before that is found at the start.
    """

    def __init__(
        self,
        outbox: Outbox,
        archive: Archive,
        maker: FilmMaker,
        books: FilmBooks,
        listeners: Listeners[Broadcast],
        clock: Clock,
        troubles: ArchiveTroubles,
        *,
        has_credits: Callable[[int], bool],
    ) -> None:
        """`has_credits` says of a server, by its ID, whether its films name who steered."""
        self._outbox = outbox
        self._archive = archive
        self._maker = maker
        self._books = books
        self._listeners = listeners
        self._clock = clock
        self._troubles = troubles
        self._has_credits = has_credits
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._tells: dict[str, int] = {}
        """What the films that were made in this run tell, each as a number."""

    async def __aenter__(self) -> Self:
        await self._outbox.open(
            Kind.FILM,
            partial(self._troubles.minded, deliver=self._attend),
            at_once=2,
            longest_pause_s=LONGEST_PAUSE_S,
            foreseen=(ArchiveError, NotMadeError, NotStoredError),
        )
        self._archive.settled.listen(self._look_at)
        self._listeners.listen(self._changed)
        for broadcast_id in await self._books.without_film():
            self._look_at(broadcast_id)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listeners.leave(self._changed)
        self._archive.settled.leave(self._look_at)
        await self._outbox.close(Kind.FILM)
        for task in (tasks := set(self._under_way.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def offsets(self, broadcast_id: str) -> Mapping[str, float]:
        """By the streams of a broadcast's film: with which second of it each begins. Empty without one."""
        return await self._books.offsets(broadcast_id)

    async def credit(self, person: Person, *, is_named: bool) -> None:
        """Names somebody in films that are made from now on, or does not. Raises `NotStoredError`."""
        check(Deed.CHOOSE_CREDITS, person)
        await self._books.credit(person.viewer, is_named=is_named)

    async def redo(self, broadcast_id: str) -> None:
        """Makes a film again, if it tells something that is not so any more: a name, say.

        Raises `NotMadeError` when that takes longer: it goes on meanwhile, and is to be asked for again.
        """
        past = await self._books.past_broadcast(broadcast_id)
        if past is None or not await self._file_of(broadcast_id, FileKind.FILM):
            return
        told = self._told_in(past, await self._books.moments(broadcast_id))
        if self._tells.get(broadcast_id) == told:
            return
        if not await self._wait_for(broadcast_id, again=True):
            raise NotMadeError(broadcast_id)

    def _changed(self, broadcast: Broadcast) -> None:
        if broadcast.state.is_over:
            self._look_at(broadcast.id)

    def _look_at(self, broadcast_id: str) -> None:
        self._outbox.add(Errand(Kind.FILM, broadcast_id, self._clock.now(), broadcast_id))

    async def _attend(self, errand: Errand) -> float | None:
        return None if await self._wait_for(errand.subject_id, again=False) else SOON_S

    async def _wait_for(self, broadcast_id: str, *, again: bool) -> bool:
        """Whether it is made, or cannot be. Raises what went wrong."""
        task = self._under_way.get(broadcast_id)
        if task is None:
            task = asyncio.create_task(self._make(broadcast_id, again=again), name=f"film of {broadcast_id}")
            self._under_way[broadcast_id] = task
            task.add_done_callback(partial(self._ended, broadcast_id))
        await asyncio.wait({task}, timeout=AWAITED_S)
        if not task.done():
            return False
        task.result()
        return True

    def _ended(self, broadcast_id: str, task: asyncio.Task[None]) -> None:
        del self._under_way[broadcast_id]
        if not task.cancelled():
            task.exception()  # raised to whoever waits, if anybody does

    async def _make(self, broadcast_id: str, *, again: bool) -> None:
        past = await self._books.past_broadcast(broadcast_id)
        if past is None or not past.is_over:
            return
        states = await self._archive.states(broadcast_id)
        if ArchiveState.WANTED in states.values() and not again:
            return  # whoever settles it has this looked at again
        files = await self._archive.files(broadcast_id)
        if again or _is_older(files):
            while not await self._make_of(past, files):
                log.info(
                    "the film of broadcast %s is made once more: it tells what is not so now", broadcast_id
                )

    async def _make_of(self, past: PastBroadcast, files: Sequence[KeptFile]) -> bool:
        """Whether what the film tells is still so when it is there."""
        broadcast_id = past.broadcast.id
        moments = await self._books.moments(broadcast_id)
        before = await self._books.offsets(broadcast_id)
        sources = _videos(files)
        is_copy = not before.keys() <= {file.stream_id for file in sources}
        if is_copy:  # videos were let go since: what there is of them is in the film
            sources = [file for file in files if file.kind is FileKind.FILM]
        async with AsyncExitStack() as stack:
            paths = [await stack.enter_async_context(self._archive.on_disk(each)) for each in sources]
            parts = tuple(Part(file.stream_id or "", path) for file, path in zip(sources, paths, strict=True))
            shown = tuple(_in_the_film(moments, before)) if is_copy else tuple(moments)
            has_credits = self._has_credits(past.broadcast.channel.guild_id)
            try:
                film = await stack.enter_async_context(
                    self._maker.film(parts, shown, has_credits=has_credits)
                )
            except NoFootageError:
                log.warning("the videos of broadcast %s cannot be played", broadcast_id)
                await self._drop(broadcast_id)
                return True
            if await self._books.moments(broadcast_id) != moments:
                return False
            if not is_copy:
                await self._books.save_offsets(broadcast_id, film.offsets_s)
            await self._keep(broadcast_id, film)
        self._tells[broadcast_id] = self._told_in(past, moments)
        return True

    async def _keep(self, broadcast_id: str, film: Film) -> None:
        made = (film.credits, film.poster, film.contact_sheet, film.path)
        for (kind, media_type), path in zip(OF_A_FILM.items(), made, strict=True):
            if path:
                await self._archive.keep(path, of=NewFile(broadcast_id, kind, media_type))
            elif older := await self._file_of(broadcast_id, kind):
                await self._archive.let_go(older)

    async def _drop(self, broadcast_id: str) -> None:
        """There can be no film: an older one goes too, since what it tells may not be so any more."""
        for kind in OF_A_FILM:
            if older := await self._file_of(broadcast_id, kind):
                await self._archive.let_go(older)
        await self._books.no_film(broadcast_id)

    def _told_in(self, past: PastBroadcast, moments: Sequence[Moment]) -> int:
        return hash((tuple(moments), self._has_credits(past.broadcast.channel.guild_id)))

    async def _file_of(self, broadcast_id: str, kind: FileKind) -> KeptFile | None:
        files = await self._archive.files(broadcast_id)
        return next((file for file in files if file.kind is kind), None)


def _videos(files: Sequence[KeptFile]) -> list[KeptFile]:
    return [file for file in files if file.kind is FileKind.VIDEO]


def _is_older(files: Sequence[KeptFile]) -> bool:
    """Whether there is no film, or a video has come since that it does not show."""
    made_at = max((file.kept_at for file in files if file.kind is FileKind.FILM), default=None)
    return any(made_at is None or video.kept_at > made_at for video in _videos(files))


def _in_the_film(moments: Sequence[Moment], offsets_s: Mapping[str, float]) -> Iterator[Moment]:
    """Moments of streams, as they are of their film."""
    for each in moments:
        if each.stream_id in offsets_s:
            yield replace(each, stream_id="", at_s=offsets_s[each.stream_id] + max(0.0, each.at_s))
