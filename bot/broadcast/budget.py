"""How much of the account's time one server may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """A server's share. `longest` of None leaves the length to the service."""

    at_once: int = 5
    longest: timedelta | None = None
