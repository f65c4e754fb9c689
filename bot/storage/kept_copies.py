"""The copies that the bot makes by itself: before each migration and each night, kept for some days."""

import glob
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.storage.backup import back_up
from bot.storage.contents import Contents
from bot.storage.private import make_directory

log = logging.getLogger(__name__)

DIRECTORY = "backups"
"""Beside the database, if no other is set."""
NIGHTLY = "nightly"
ALWAYS_KEPT = 3
"""The newest ones stay, whatever the clock says and however long nothing was copied."""

_STAMP = "%Y%m%dT%H%M%SZ"
_ENDING = re.compile(r"\.(?P<stamp>\d{8}T\d{6}Z)\.(?P<why>[\w-]+)")


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """Those of one database. Older ones than `days` are taken away, with 0 none."""

    database: Path
    directory: Path
    days: int = 0

    @classmethod
    def of(cls, database: Path, directory: Path | None = None, days: int = 0) -> "KeptCopies":
        """In the directory, or else beside the database."""
        return cls(database, directory or database.resolve().parent / DIRECTORY, days)

    def make(self, why: str, now: datetime, given_up: Callable[[], bool] = bool) -> tuple[Path, Contents]:
        """Makes a copy named after its moment and `why`, and takes away what is too old by then.

        Raises `BackupError`, and then all that were kept still are.
        """
        make_directory(self.directory)
        self._clear_up()
        path = self.directory / f"{self.database.name}.{now.astimezone(UTC):{_STAMP}}.{why}"
        contents = back_up(self.database, path, is_replacing=True, given_up=given_up)
        if self.days:
            self._take_away(before=now - timedelta(days=self.days))
        return path, contents

    def _clear_up(self) -> None:
        """A process that was killed leaves what it was making; who has the database is alone here."""
        for part in self.directory.glob(f".{glob.escape(self.database.name)}.*.part*"):
            part.unlink(missing_ok=True)

    def made_at(self, why: str | None = None) -> datetime | None:
        """When the newest of the copies was made, or of those that were made for this."""
        return max((at for _, at, reason in self._found() if why in (None, reason)), default=None)

    def _take_away(self, *, before: datetime) -> None:
        oldest_first = sorted(self._found(), key=lambda each: each[1])
        for path, at, _ in oldest_first[:-ALWAYS_KEPT]:
            if at < before:
                path.unlink(missing_ok=True)
                log.info("the copy %s was taken away: it was older than %d days", path, self.days)

    def _found(self) -> list[tuple[Path, datetime, str]]:
        """Each copy of this database, with when and why it was made. Other files are not looked at."""
        found = []
        for path in self.directory.iterdir() if self.directory.is_dir() else ():
            ending = _ENDING.fullmatch(path.name.removeprefix(self.database.name))
            if ending and path.name.startswith(self.database.name):
                with suppress(ValueError):  # no moment that there can be: not ours
                    at = datetime.strptime(ending["stamp"], _STAMP).replace(tzinfo=UTC)
                    found.append((path, at, ending["why"]))
        return found
