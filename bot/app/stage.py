"""What watch pages are told of broadcasts: of those that run here, and of those that other processes run."""

import math
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from bot.app.company import Company
from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import ShowBook
from bot.broadcast.elsewhere.elsewhere import Elsewhere
from bot.broadcast.elsewhere.showing import Showing
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.owning.bell import Bell
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.telling.listeners import Listeners
from bot.process.sealing import ShowSeal
from bot.process.settings import Settings
from bot.storage.connections import Database
from bot.storage.database import errors_explained
from bot.storage.shows import DatabaseShows
from bot.storage.writer import Writer
from bot.web.past import NoStoredPictures, StoredPictures
from bot.web.recordings.routes import RecordingSources

ViewIn = Callable[[Channel], BroadcastView | None]
NameOf = Callable[[Channel], str | None]
AskClip = Callable[[BroadcastView | None], Awaitable[object]]

LASTS_KNOWN_S = 60.0
MOST_CLIPS = 20
"""Of one broadcast, asked for by pages elsewhere, of which is heard at once: it is one clip all the same."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All broadcasts that a process shows. See `bot.web.app.Sources`."""

    view_in: ViewIn
    name_of: NameOf
    ask_clip: AskClip
    listeners: Listeners[Broadcast] = field(default_factory=Listeners)
    renewed: Listeners[str] = field(default_factory=Listeners)
    stored_pictures: StoredPictures = field(default_factory=NoStoredPictures)
    lasts_known_s: float = math.inf
    renew: Callable[[str], None] = lambda _: None
    """Has other processes look again at what is stored of a broadcast."""

    def ask_clip_in(self, channel: Channel) -> Awaitable[object]:
        """Asks for the last seconds of what is on in a channel."""
        return self.ask_clip(self.view_in(channel))


class _StoredPictures:
    """The pages' port, of the book."""

    def __init__(self, elsewhere: Elsewhere, book: ShowBook) -> None:
        self._elsewhere = elsewhere
        self._book = book

    def is_known(self, broadcast_id: str) -> bool:
        return self._elsewhere.has_stored_picture(broadcast_id)

    async def of(self, broadcast_id: str) -> bytes | None:
        return await self._book.picture(broadcast_id)


async def open_stage(
    settings: Settings,
    stack: AsyncExitStack,
    own: Stage,
    broadcasts: Broadcasts,
    company: Company,
    clock: Clock,
) -> Stage:
    """With what other processes run, where there are any. Raises `StartError`."""
    if not settings.cluster:
        return own
    book = open_shows(settings, company.database, company.writer, clock)
    with errors_explained(settings.database_url):
        return await shared_stage(own, stack, broadcasts, book, company.bell, clock)


def open_shows(settings: Settings, database: Database, writer: Writer, clock: Clock) -> DatabaseShows:
    """Sealed with what all processes have, also those that are not on Discord."""
    seal = ShowSeal(settings.odyssey_api_key.get_secret_value())
    return DatabaseShows(database, writer, clock, seal.close, seal.open)


def tell_of_recordings(recordings: RecordingSources, stage: Stage) -> None:
    """What becomes of recordings here is news elsewhere."""
    recordings.recorded.listen(lambda stream: stage.renew(stream.broadcast_id))
    recordings.kept.listen(lambda file: stage.renew(file.broadcast_id))
    recordings.links.changed.listen(lambda link: stage.renew(link.broadcast_id))


async def others_stage(stack: AsyncExitStack, book: ShowBook, bell: Bell, clock: Clock) -> Stage:
    """Of a process that runs no broadcasts. Raises what the book raises."""

    async def none_here(broadcast_id: str, count: int) -> None:
        raise AssertionError(broadcast_id)

    elsewhere = await stack.enter_async_context(
        Elsewhere(book, bell, clock, here=lambda: (), take_clips=none_here)
    )
    return _stage_of(elsewhere, book)


async def shared_stage(
    own: Stage, stack: AsyncExitStack, broadcasts: Broadcasts, book: ShowBook, bell: Bell, clock: Clock
) -> Stage:
    """Of a process that runs some, and has the others show them. Raises what the book raises."""
    elsewhere = await stack.enter_async_context(
        Elsewhere(
            book,
            bell,
            clock,
            here=lambda: [session.broadcast.id for session in broadcasts.running],
            take_clips=partial(_take_clips, broadcasts, own, book),
        )
    )
    showing = await stack.enter_async_context(
        Showing(broadcasts, own.listeners, book, bell, clock, own.name_of)
    )
    others = _stage_of(elsewhere, book)

    def view_in(channel: Channel) -> BroadcastView | None:
        return own.view_in(channel) or others.view_in(channel)

    def name_of(channel: Channel) -> str | None:
        return own.name_of(channel) or others.name_of(channel)

    async def ask_clip(view: BroadcastView | None) -> object:
        runs_here = view is None or broadcasts.find(view.broadcast.id) is not None
        return await (own if runs_here else others).ask_clip(view)

    def changed(broadcast: Broadcast) -> None:
        view = own.view_in(broadcast.channel)
        if view and view.is_handed_over:
            elsewhere.keep(view)

    own.listeners.listen(changed)
    own.renewed.listen(showing.renew)
    stage = Stage(
        view_in,
        name_of,
        ask_clip,
        stored_pictures=others.stored_pictures,
        lasts_known_s=LASTS_KNOWN_S,
        renew=showing.renew,
    )
    for each in (own, others):
        each.listeners.listen(stage.listeners.tell)
        each.renewed.listen(stage.renewed.tell)
    return stage


def _stage_of(elsewhere: Elsewhere, book: ShowBook) -> Stage:
    async def ask_clip(view: BroadcastView | None) -> None:
        if view is None:
            raise BroadcastError(Code.NOTHING_TO_CLIP)
        await elsewhere.ask_clip(view)

    return Stage(
        elsewhere.view_in,
        elsewhere.name_of,
        ask_clip,
        elsewhere.changed,
        elsewhere.renewed,
        _StoredPictures(elsewhere, book),
        LASTS_KNOWN_S,
    )


async def _take_clips(
    broadcasts: Broadcasts, own: Stage, book: ShowBook, broadcast_id: str, count: int
) -> None:
    """Pages elsewhere ask for the last seconds of what runs here."""
    await book.took_clips(broadcast_id, count)  # first: what was seen to is not seen to again
    session = broadcasts.find(broadcast_id)
    for _ in range(min(count, MOST_CLIPS)):
        with suppress(BroadcastError):
            await own.ask_clip(session.view if session else None)
