"""Clips: seconds that somebody wants to keep, cut from the recording and shown where the broadcast was."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, Code, NotShownError, NotStoredError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.model import Broadcast, Channel, Viewer
from bot.broadcast.recordings.archive import Archive, ArchiveError, ArchiveState
from bot.broadcast.recordings.clip import (
    Asked,
    Clip,
    ClipBooks,
    CurrentClipPoster,
    Seen,
    seen_in,
    with_highlight,
)
from bot.broadcast.recordings.footage import FilmMaker, NoFootageError, NotMadeError, Part
from bot.broadcast.recordings.troubles import ArchiveTroubles
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox

log = logging.getLogger(__name__)

SHORTEST_S, USUAL_S, LONGEST_S = 5, 15, 60
SAME_MOMENT = timedelta(seconds=10)
"""Who asks so soon after somebody else means what they both saw."""
CLIPS_LIMIT = 200
"""Of one broadcast."""
PAUSE_S = 3.0
"""Between two looks at whether the recording is there: nobody waits at a command for it."""
LONGEST_PAUSE_S = 3600.0


class Clips:
    """Takes requests for clips, and has each cut and posted once the recording is there.

    An async context manager. What is asked for is owed by the outbox, so that a crash loses nothing.
    """

    def __init__(
        self,
        outbox: Outbox,
        archive: Archive,
        maker: FilmMaker,
        books: ClipBooks,
        poster: CurrentClipPoster,
        listeners: Listeners[Broadcast],
        clock: Clock,
        troubles: ArchiveTroubles,
        new_id: Callable[[], str],
    ) -> None:
        self._outbox = outbox
        self._archive = archive
        self._maker = maker
        self._books = books
        self.poster = poster
        self._listeners = listeners
        self._clock = clock
        self._troubles = troubles
        self._new_id = new_id

    async def __aenter__(self) -> Self:
        for kind, deliver in ((Kind.CLIP, self._attend), (Kind.HIGHLIGHT, self._name_highlight)):
            await self._outbox.open(
                kind,
                partial(self._troubles.minded, deliver=deliver),
                at_once=2,
                longest_pause_s=LONGEST_PAUSE_S,
                foreseen=(ArchiveError, NotMadeError, NotShownError, NotStoredError),
            )
        self._listeners.listen(self._changed)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listeners.leave(self._changed)
        for kind in (Kind.CLIP, Kind.HIGHLIGHT):
            await self._outbox.close(kind)

    async def of(self, broadcast_id: str) -> Sequence[Clip]:
        """A broadcast's clips, in the order of their moments."""
        past = await self._books.past_broadcast(broadcast_id)
        clips = await self._books.clips(broadcast_id)
        return with_highlight(clips) if past and past.is_over else clips

    async def ask(
        self, running: Broadcast | None, channel: Channel, seconds: int, viewer: Viewer | None
    ) -> Asked:
        """Takes a request of somebody's, or of somebody on the watch page.

        Of what runs in the channel it is for what was just seen, else for the end of what ran there last.
        Raises NO_BROADCASTS_YET, NOTHING_TO_CLIP, CLIPS_FULL or `NotStoredError`.
        """
        broadcast_id, at = await self._moment(running, channel)
        clips = await self._books.clips(broadcast_id)
        clip = next((each for each in clips if abs(each.at - at) <= SAME_MOMENT), None)
        if clip is None and len(clips) >= CLIPS_LIMIT:
            raise BroadcastError(Code.CLIPS_FULL)
        is_new = clip is None
        clip = clip or Clip(self._new_id(), broadcast_id, at, min(max(seconds, SHORTEST_S), LONGEST_S))
        errand = Errand(Kind.CLIP, clip.id, self._clock.now(), broadcast_id)
        await self._books.ask(clip, viewer, channel, errand)
        if running is None:  # then another one may be the highlight
            self._look_at(Kind.HIGHLIGHT, broadcast_id, broadcast_id)
        return Asked(clip, is_new)

    async def redraw(self, broadcast_id: str) -> None:
        """Has the messages of a broadcast's clips name who asked as they are called now, if at all.

        Raises `ArchiveError`, `NotShownError` or `NotStoredError`: then it is to be asked for again.
        """
        past = await self._books.past_broadcast(broadcast_id)
        for clip in await self.of(broadcast_id):
            if past and clip.message_id:
                await self._post(clip, past, await self._file_of(clip), may_stand=False)

    async def ask_unknown(self, view: BroadcastView | None) -> Asked:
        """Takes a request of somebody on the watch page, for what they have just seen there."""
        if view is None:
            raise BroadcastError(Code.NOTHING_TO_CLIP)
        return await self.ask(view.broadcast, view.broadcast.channel, USUAL_S, None)

    async def _moment(self, running: Broadcast | None, channel: Channel) -> tuple[str, datetime]:
        if running:
            if running.live_at is None:
                raise BroadcastError(Code.NOTHING_TO_CLIP)
            return running.id, self._clock.now()
        past = await self._books.latest_broadcast(channel)
        if past is None:
            raise BroadcastError(Code.NO_BROADCASTS_YET)
        ends = [each.stream.ended_at for each in past.streams if each.stream.ended_at]
        if not ends:
            raise BroadcastError(Code.NOTHING_TO_CLIP)
        return past.broadcast.id, max(ends)

    async def _attend(self, errand: Errand) -> float | None:
        clip = await self._books.clip(errand.subject_id)
        past = await self._books.past_broadcast(clip.broadcast_id) if clip else None
        if clip is None or past is None:
            return None
        shown = next((each for each in await self.of(clip.broadcast_id) if each.id == clip.id), clip)
        file = await self._file_of(clip)
        if file is None and clip.message_id is None:
            seen = seen_in(clip, past)
            states = await self._archive.states(clip.broadcast_id)
            if any(each.is_running or states.get(each.stream_id) is ArchiveState.WANTED for each in seen):
                return PAUSE_S
            file = await self._cut(clip, seen)
        await self._show(errand, shown, past, file)
        return None

    async def _show(self, errand: Errand, clip: Clip, past: PastBroadcast, file: KeptFile | None) -> None:
        may_stand = errand.begun_at is not None
        if clip.message_id is None and not may_stand:
            await self._outbox.begin(errand)
        await self._post(clip, past, file, may_stand=may_stand)

    async def _post(self, clip: Clip, past: PastBroadcast, file: KeptFile | None, *, may_stand: bool) -> None:
        async with AsyncExitStack() as stack:
            video = await stack.enter_async_context(self._archive.on_disk(file)) if file else None
            message_id = await self.poster.post_clip(clip, past, video, may_stand=may_stand)
        if message_id:
            await self._books.posted(clip, message_id)

    async def _cut(self, clip: Clip, seen: Sequence[Seen]) -> KeptFile | None:
        """The clip, kept; None when nothing of it can be had."""
        videos = {
            file.stream_id: file
            for file in await self._archive.files(clip.broadcast_id)
            if file.kind is FileKind.VIDEO
        }
        async with AsyncExitStack() as stack:
            parts = [
                Part(
                    each.stream_id,
                    await stack.enter_async_context(self._archive.on_disk(video)),
                    each.from_s,
                    each.to_s,
                )
                for each in seen
                if (video := videos.get(each.stream_id))
            ]
            try:
                made = await stack.enter_async_context(self._maker.clip(tuple(parts)))
            except NoFootageError:
                log.warning("there is nothing to see in clip %s", clip.id)
                return None
            what = NewFile(clip.broadcast_id, FileKind.CLIP, "video/mp4", clip_id=clip.id)
            return await self._archive.keep(made.path, of=what)

    async def _file_of(self, clip: Clip) -> KeptFile | None:
        files = await self._archive.files(clip.broadcast_id)
        return next((each for each in files if each.clip_id == clip.id), None)

    def _changed(self, broadcast: Broadcast) -> None:
        """One that is over may have a highlight."""
        if broadcast.state.is_over:
            self._look_at(Kind.HIGHLIGHT, broadcast.id, broadcast.id)

    def _look_at(self, kind: Kind, subject_id: str, broadcast_id: str) -> None:
        self._outbox.add(Errand(kind, subject_id, self._clock.now(), broadcast_id))

    async def _name_highlight(self, errand: Errand) -> float | None:
        """Has one that is posted say that it is the highlight, and none else."""
        for clip in await self.of(errand.subject_id):
            if clip.message_id and clip.is_highlight != clip.says_highlight:
                self._look_at(Kind.CLIP, clip.id, clip.broadcast_id)
        return None
