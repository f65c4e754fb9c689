"""Which servers were asked, at their first start, who may start and for how many minutes a day."""

import logging
from collections.abc import Awaitable, Callable

from bot.broadcast.clock import Clock
from bot.guilds.records import GuildRecords

log = logging.getLogger(__name__)


class FirstQuestions:
    """Has each server asked once, in whatever run of the bot."""

    def __init__(self, records: GuildRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._asked: set[int] = set()

    async def load(self) -> None:
        self._asked = set(await self._records.asked_guilds())

    async def look_again(self, subject: str | None) -> None:
        """Another process may have asked a server, or any."""
        if subject is None:
            self._asked |= set(await self._records.asked_guilds())
        elif await self._records.was_asked(int(subject)):
            self._asked.add(int(subject))

    def is_open(self, guild_id: int) -> bool:
        """Whether a server is still to be asked; not while somebody there is being asked."""
        return guild_id not in self._asked

    def drop_server(self, guild_id: int) -> None:
        """All that is stored of a server was deleted."""
        self._asked.discard(guild_id)

    async def ask(self, guild_id: int, question: Callable[[], Awaitable[object]]) -> None:
        """Asks, and remembers it. Raises what `question` raises; then it is to be asked again."""
        self._asked.add(guild_id)
        try:
            await question()
        except BaseException:
            self._asked.discard(guild_id)
            raise
        try:
            await self._records.save_asked(guild_id, self._clock.now())
        except Exception:  # the boundary of one note: at worst the server is asked once more
            log.exception("that server %s was asked could not be stored", guild_id)
