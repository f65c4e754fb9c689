"""What keeps the archive from taking things in: known in one place, and told once."""

import logging

from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.broadcast.telling.errand import Errand
from bot.broadcast.telling.outbox import Deliver

log = logging.getLogger(__name__)

FULL_PAUSE_S = 60.0
"""Between two looks whether there is room again."""


class ArchiveTroubles:
    """Of all that is to be kept: recordings, films, clips.

    The operator is told when it begins and when it is over, not of each.
    """

    def __init__(self) -> None:
        self._stuck: dict[str, ArchiveTrouble] = {}
        """By errand, of those whose last try the archive has failed: why."""

    @property
    def newest(self) -> ArchiveTrouble | None:
        """Why the archive does not take what it should; None if it does."""
        return next(reversed(self._stuck.values()), None)

    async def minded(self, errand: Errand, deliver: Deliver) -> float | None:
        """One try of what needs the archive. While there is no room, its pause until the next one."""
        try:
            pause_s = await deliver(errand)
        except ArchiveError as error:
            self._note(errand, error.trouble)
            if error.trouble is ArchiveTrouble.FULL:
                return FULL_PAUSE_S
            raise
        self._note(errand, None)
        return pause_s

    def _note(self, errand: Errand, trouble: ArchiveTrouble | None) -> None:
        """A file that is gone or damaged is that file's alone."""
        before = self.newest
        self._stuck.pop(errand.key, None)
        if trouble in (ArchiveTrouble.FULL, ArchiveTrouble.AWAY):
            self._stuck[errand.key] = trouble
        if self._stuck and not before:
            log.error(
                "the archive takes nothing (%s): what is to be kept waits, and is tried again", self.newest
            )
        elif before and not self._stuck:
            log.warning("the archive takes what is to be kept again")
