"""A clip: what it is, where it is stored, who shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from bot.broadcast.errors import NotShownError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel, Viewer
from bot.broadcast.telling.errand import Errand


@dataclass(frozen=True, slots=True)
class Clip:
    """The last `seconds` before `at`. Asked for by these people, and by so many on the watch page."""

    id: str
    broadcast_id: str
    at: datetime
    seconds: int
    asked_by: tuple[Viewer, ...] = ()
    pages: int = 0
    message_id: int | None = None
    is_highlight: bool = False
    """Whether it is the moment for which most have asked, of a broadcast that is over."""
    says_highlight: bool = False
    """Whether its message says so."""

    @property
    def askers(self) -> int:
        return len(self.asked_by) + self.pages

    @property
    def begins_at(self) -> datetime:
        return self.at - timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Asked:
    """What becomes of a request: `is_new`, or others have asked for that moment already."""

    clip: Clip
    is_new: bool


class Seen(NamedTuple):
    """What of a stream is in a clip: seconds from its start."""

    stream_id: str
    from_s: float
    to_s: float
    is_running: bool = False


class ClipBooks(Protocol):
    """What is stored of clips. What cannot be stored raises `NotStoredError`."""

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None: ...

    async def latest_broadcast(self, channel: Channel) -> PastBroadcast | None:
        """The newest broadcast in a channel of which a stream has ended."""
        ...

    async def clip(self, clip_id: str) -> Clip | None: ...

    async def clips(self, broadcast_id: str) -> Sequence[Clip]:
        """A broadcast's, in the order of their moments."""
        ...

    async def ask(self, clip: Clip, viewer: Viewer | None, channel: Channel, errand: Errand) -> None:
        """Stores a clip if it is new, that somebody asked for it, and that it is to be attended to.

        Without a viewer it is one more on the watch page.
        """

    async def posted(self, clip: Clip, message_id: int) -> None:
        """Stores which message shows it, and that it is shown as it is now."""


class ClipPoster(Protocol):
    """Whoever shows clips."""

    async def post_clip(
        self, clip: Clip, past: PastBroadcast, video: Path | None, *, may_stand: bool
    ) -> int | None:
        """Shows a clip where its broadcast was, with who asked for it; None for one that cannot be had.

        Gives the message's ID, None when there is nowhere left to post it. One that is posted is edited.
        `may_stand`: it may have been posted, and then is looked for. Raises `NotShownError`.
        """


class CurrentClipPoster:
    """Has clips posted by whoever does that now: Discord comes and goes."""

    def __init__(self) -> None:
        self.poster: ClipPoster | None = None
        """None while nobody is there to post."""

    async def post_clip(
        self, clip: Clip, past: PastBroadcast, video: Path | None, *, may_stand: bool
    ) -> int | None:
        if self.poster is None:
            raise NotShownError(clip.id)
        return await self.poster.post_clip(clip, past, video, may_stand=may_stand)


def with_highlight(clips: Sequence[Clip]) -> list[Clip]:
    """The one for which most have asked, the first of several such, is the highlight."""
    most = max(clips, key=lambda each: each.askers, default=None)
    return [replace(each, is_highlight=each is most) for each in clips]


def seen_in(clip: Clip, past: PastBroadcast) -> list[Seen]:
    """What of which stream was on air in a clip's time, one after the other.

    Where two run beside each other, the newer one is what people see.
    """
    streams = sorted((each.stream for each in past.streams), key=lambda each: each.started_at)
    seen: list[Seen] = []
    for number, stream in enumerate(streams):
        follower = streams[number + 1].started_at if number + 1 < len(streams) else clip.at
        begins, ends = max(clip.begins_at, stream.started_at), min(clip.at, follower)
        if stream.ended_at:
            ends = min(ends, stream.ended_at)
        if begins < ends:
            from_s, to_s = ((each - stream.started_at).total_seconds() for each in (begins, ends))
            seen.append(Seen(stream.id, from_s, to_s, is_running=stream.ended_at is None))
    return seen
