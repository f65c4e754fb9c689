"""What is looked at: the settings, as far as they can be read, and the machine."""

import os
import resource
import shutil
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.kit.errors import StartError
from bot.process.given_settings import read_settings
from bot.process.settings import Settings
from bot.storage.address import Server, database_address
from bot.storage.holding import holders_of
from bot.storage.lock import holder


def _now() -> datetime:
    return datetime.now(UTC)


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _open_files() -> int:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return 2**31 if allowed == resource.RLIM_INFINITY else allowed


@dataclass(frozen=True, slots=True)
class Machine:
    """What it answers: the time, the room on a path's disk, whether a path can be written, open files."""

    now: Callable[[], datetime] = _now
    free_bytes: Callable[[Path], int] = _free_bytes
    may_write: Callable[[Path], bool] = _may_write
    open_files: Callable[[], int] = _open_files


@dataclass(frozen=True, slots=True)
class Case:
    """One bot. What is `unknown` of its settings cannot be read: the value there means nothing."""

    settings: Settings
    complaints: Sequence[str] = ()
    unknown: frozenset[str] = frozenset()
    channel_id: int | None = None
    machine: Machine = field(default_factory=Machine)

    @classmethod
    def read(cls, channel_id: int | None = None, machine: Machine | None = None) -> "Case":
        """By this environment and `.env`."""
        machine = machine or Machine()
        try:
            read = read_settings(Settings)
        except StartError as error:
            nothing = Settings.model_construct()
            return cls(nothing, [str(error)], frozenset(Settings.model_fields), channel_id, machine)
        return cls(read.settings, read.complaints, read.unknown, channel_id, machine)

    def knows(self, *names: str) -> bool:
        """Whether all of these settings can be read."""
        return self.unknown.isdisjoint(names)

    @property
    def database(self) -> Path | None:
        """The database's file, if the settings name one."""
        return database_address(self.settings.database_url).path if self.knows("database_url") else None

    @property
    def server(self) -> Server | None:
        """The server's database, if the settings name one."""
        return database_address(self.settings.database_url).server if self.knows("database_url") else None

    @property
    def bot_runs(self) -> bool:
        """Whether a bot has this database, on this machine."""
        if self.server is None:
            return self.database is not None and holder(self.database) is not None
        with suppress(OSError, StartError):  # which is told where the database is looked at
            by = holders_of(database_address(self.settings.database_url))
            return any(each.host == socket.gethostname() for each in by)
        return False
