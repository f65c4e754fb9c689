"""The interface of the ways to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.broadcast.arbitration.line import Line
from bot.broadcast.model import Suggestion


class Mode(StrEnum):
    """A way to decide which suggestion is next."""

    QUEUE = "queue"
    VOTE = "vote"
    DRAW = "draw"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent next: a suggestion, and those of others that ask for the same and share its outcome."""

    suggestion: Suggestion
    merged: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A choice as it stands now, with the number of people for it."""

    choice: Choice
    votes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be seen: the candidates, the likeliest next one first, and when the ballot closes."""

    candidates: tuple[Candidate, ...]
    closes_at: datetime | None = None


class Policy(Protocol):
    """A way to decide. Pure: its answers follow from the line, the time, and what it was asked before."""

    @property
    def mode(self) -> Mode:
        """Which one it is."""
        ...

    def choose(self, line: Line, now: datetime) -> Choice | None:
        """What is sent now, if anything. The caller takes it out of the line."""
        ...

    def next_due(self, line: Line) -> datetime | None:
        """When it may choose without the line changing; None if only a change can bring something."""
        ...

    def standing(self, line: Line) -> Standing:
        """How the candidates stand."""
        ...
