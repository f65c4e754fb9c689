"""How long it takes until what somebody had who was struck goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.chaos.cluster.plan import Deed

PROMISED_S = 20.0
"""From a kill until its broadcasts have a new stream."""


@dataclass
class Takeovers:
    """Moments by the loop's clock. `took_s` has what it took, by what was done."""

    took_s: dict[Deed, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: list[str] = field(default_factory=list)
    """A line for each that took too long."""
    _lost: dict[str, tuple[Deed, float]] = field(default_factory=dict)
    """Broadcasts that have to go on: what was done to their owner, and when."""
    _owners: Mapping[str, int] = field(default_factory=dict)

    @property
    def waits_for(self) -> set[str]:
        return set(self._lost)

    def know(self, owners: Mapping[str, int]) -> None:
        """Whose each lease is."""
        self._owners = {**self._owners, **owners}

    def strike(self, deed: Deed, process: int, now: float) -> None:
        """That process was struck: what it owned has to go on elsewhere."""
        for name, owner in self._owners.items():
            if owner == process and name.startswith("broadcast:"):
                self._lost[name.removeprefix("broadcast:")] = (deed, now)

    def begins_now(self, deed: Deed, now: float) -> None:
        """Nobody could take anything over until now, as there was no database, or no slot for a stream."""
        self._lost = dict.fromkeys(self._lost, (deed, now))

    def look(self, started: Mapping[str, float], running: set[str]) -> None:
        """`started`: when each broadcast's newest stream began; `running`: those that are not over."""
        for broadcast, (deed, at) in list(self._lost.items()):
            if broadcast not in running:
                del self._lost[broadcast]
            elif started.get(broadcast, 0.0) > at:
                del self._lost[broadcast]
                self._note(broadcast, deed, started[broadcast] - at)

    def give_up(self, now: float) -> None:
        """What still waits went on too late."""
        for broadcast, (deed, at) in self._lost.items():
            self.late.append(f"broadcast {broadcast} has not gone on {now - at:.1f} s after a {deed}")
        self._lost.clear()

    def _note(self, broadcast: str, deed: Deed, took_s: float) -> None:
        self.took_s[deed].append(took_s)
        if took_s > PROMISED_S:
            self.late.append(f"broadcast {broadcast} went on only {took_s:.1f} s after a {deed}")
