"""How other processes are woken."""

from enum import StrEnum
from typing import Protocol

from bot.broadcast.telling.listeners import Listeners


class Ring(StrEnum):
    """What the others are to look at again. Nothing is said of it: how it stands is in the database."""

    CHANGES = "changes"  # of what is in memory: see `looking.py`
    SLOTS = "slots"
    SHOWS = "shows"
    SHARDS = "shards"
    ERRANDS = "errands"


class Bell(Protocol):
    """A doorbell that all processes hear."""

    rung: Listeners[str]
    """Told what another process rang for; and each of `Ring` every two seconds while nothing can be heard."""

    def ring(self, what: str) -> None:
        """Has the others look at something: once for many calls, and after all is stored that the writer was
        asked for before."""


class NoBell:
    """Where there is nobody to wake."""

    def __init__(self) -> None:
        self.rung = Listeners[str]()

    def ring(self, what: str) -> None:
        """Nobody hears it."""
