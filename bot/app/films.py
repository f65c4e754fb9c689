"""What makes films and clips, wired."""

from contextlib import AsyncExitStack
from typing import NamedTuple

from bot.app.archiving import OpenArchive
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast
from bot.broadcast.recordings.clip import CurrentClipPoster
from bot.broadcast.recordings.clips import Clips
from bot.broadcast.recordings.films import Films
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.film.process import FilmProcess
from bot.guilds.guilds import Guilds
from bot.kit.references import new_id
from bot.storage.clips import FilmTables


class OpenFilms(NamedTuple):
    films: Films
    clips: Clips


async def open_films(
    stack: AsyncExitStack,
    books: FilmTables,
    outbox: Outbox,
    kept: OpenArchive,
    guilds: Guilds,
    listeners: Listeners[Broadcast],
    clock: Clock,
) -> OpenFilms:
    """Films and clips, made for as long as the stack is open.

    The outbox has to be loaded: only then it is known which recordings still come.
    """
    maker = FilmProcess(kept.objects.incoming, kept.objects.room_bytes)
    films = Films(
        outbox,
        kept.archive,
        maker,
        books.films,
        listeners,
        clock,
        kept.troubles,
        has_credits=lambda guild_id: guilds.settings_of(guild_id).credits,
    )
    clips = Clips(
        outbox,
        kept.archive,
        maker,
        books.clips,
        CurrentClipPoster(),
        listeners,
        clock,
        kept.troubles,
        new_id,
    )
    return OpenFilms(await stack.enter_async_context(films), await stack.enter_async_context(clips))
