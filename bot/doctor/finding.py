"""What the doctor found: one line, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is, the worst last."""

    OK = "ok"
    WARNING = "warning"
    """The bot runs, with less than it could have; or it could not be looked at."""
    ERROR = "error"
    """The bot does not run, or not for long, or nobody gets what they come for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`about` is a word for what was looked at, `said` a sentence, `next_step` one more if there is one."""

    level: Level
    about: str
    said: str
    next_step: str | None = None


def ok(about: str, said: str) -> Finding:
    return Finding(Level.OK, about, said)


def warning(about: str, said: str, next_step: str) -> Finding:
    return Finding(Level.WARNING, about, said, next_step)


def error(about: str, said: str, next_step: str) -> Finding:
    return Finding(Level.ERROR, about, said, next_step)
