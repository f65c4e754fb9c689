"""What a process has in memory, others may change: then it looks again at what has changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.broadcast.background import Background
from bot.broadcast.owning.bell import Bell, Ring

log = logging.getLogger(__name__)


class What(StrEnum):
    """Of what each process has all, or its part, in memory."""

    SETTINGS = "settings"  # of a server
    MUTES = "mutes"  # in a server
    QUESTIONS = "questions"  # whether a server was asked at its first start
    LINKS = "links"  # of a channel, to its watch page
    ACCOUNTS = "accounts"  # one of a server's own
    SERVERS = "servers"  # one whose data was deleted
    PEOPLE = "people"  # somebody who is to be forgotten


class Change(NamedTuple):
    """Something another process has stored. The subject is its key, as whoever noted it writes that."""

    what: str
    subject: str


class ChangeRecords(Protocol):
    """What processes tell each other of what they have stored."""

    async def new(self) -> Sequence[Change] | None:
        """What others have changed since this was last asked, in the order in which they noted it.

        None after so long a time that nobody knows any more. Raises what the database raises.
        """
        ...


LookAgain = Callable[[str | None], Awaitable[bool | None]]
"""Looks again at a subject, or at all of them for None. False: that cannot be done yet, it is to be asked
again. Raises what the database raises, or `ValueError` for what is no such subject."""


class Looking(Background):
    """Looks again at what others have changed, as soon as the bell rings. An async context manager.

    Each look is repeated until it went well.
    """

    def __init__(self, bell: Bell, records: ChangeRecords, looks: Mapping[What, LookAgain]) -> None:
        super().__init__(name="looking at what others changed")
        self._bell = bell
        self._records = records
        self._looks = looks
        self._owed: dict[tuple[What, str | None], None] = {}
        self._was_rung = asyncio.Event()
        self._looking = asyncio.Lock()
        self._is_late = False

    async def look(self) -> None:
        """Returns when all that others have changed until now holds here too, as far as that can be yet.

        Raises what the database raises.
        """
        async with self._looking:
            changes = await self._records.new()
            if changes is None:
                self._owed |= {(what, None): None for what in self._looks}
            else:
                known = {str(what): what for what in self._looks}
                self._owed |= {(known[what], subject): None for what, subject in changes if what in known}
            for what, subject in tuple(self._owed):
                if await self._looked(what, subject):
                    self._owed.pop((what, subject), None)

    async def _looked(self, what: What, subject: str | None) -> bool:
        try:
            return await self._looks[what](subject) is not False
        except ValueError:  # of a version that has other subjects
            log.warning("another process changed %s in a way that is not understood", what)
            return True

    async def _run(self) -> None:
        self._bell.rung.listen(self._hear)
        try:
            while True:
                await self._was_rung.wait()
                self._was_rung.clear()
                await self._look()
        finally:
            self._bell.rung.leave(self._hear)

    async def _look(self) -> None:
        try:
            await self.look()
        except Exception as error:  # noqa: BLE001 - the boundary of one look: the next one is two seconds away
            if not self._is_late:
                log.warning("what other processes changed is not known yet: %s", type(error).__name__)
            self._is_late = True
        else:
            self._is_late = False

    def _hear(self, what: str) -> None:
        if what == Ring.CHANGES:
            self._was_rung.set()
