"""What happens in an evening of a cluster: all of it follows from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from bot.broadcast.arbitration.policy import Mode
from tests.chaos.points import Point

BOTS = 3
STRIKES = 10
"""Of an evening."""
FROZEN_S = 20.0
"""Longer than a lease."""
SHORTLY_S, LONG_S = (1.0, 6.0), (11.0, 18.0)
"""For how long the database is away: broadcasts outlast the one, and not the other."""
AT_A_POINT, AMID, AT_ONCE = 0.6, 0.25, 0.5
"""How probable it is that a kill comes at a point of what a bot does; that a strike comes while what went is
being taken over; and that who was killed is started again at once, not when all goes on elsewhere."""


class Deed(StrEnum):
    KILL = "kill"  # SIGKILL
    FREEZE = "freeze"  # SIGSTOP, and SIGCONT when all was taken over
    STOP = "stop"  # SIGTERM: it hands over
    DATABASE_KILL = "kill of the database"  # of all its processes, and a start
    DATABASE_RESTART = "restart of the database"  # in order
    DATABASE_AWAY = "database away"

    @property
    def is_of_database(self) -> bool:
        return self in (Deed.DATABASE_KILL, Deed.DATABASE_RESTART, Deed.DATABASE_AWAY)


_HOW_OFTEN = {
    Deed.KILL: 45,
    Deed.STOP: 20,
    Deed.FREEZE: 8,
    Deed.DATABASE_KILL: 10,
    Deed.DATABASE_RESTART: 8,
    Deed.DATABASE_AWAY: 9,
}


@dataclass(frozen=True, slots=True)
class Strike:
    """`victim` is the number of a bot. It comes `pause_s` after all went on again, or `is_amid`.

    A kill at a `point` is one that each process of that bot is born with, and that is armed then.
    """

    deed: Deed
    victim: int = 0
    pause_s: float = 0.0
    is_amid: bool = False
    is_back_at_once: bool = False
    away_s: float = 0.0

    def __str__(self) -> str:
        of = "" if self.deed.is_of_database else f" {self.victim + 1}"
        away = f" {self.away_s:.1f} s" if self.away_s else ""
        return f"{self.deed}{of}{away}{' amid' if self.is_amid else ''}"


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """One evening. `modes` are those of its servers, one on each shard."""

    seed: str
    modes: tuple[Mode, ...]
    stream_limit_s: float
    slots: int
    hold_s: float
    strikes: tuple[Strike, ...]
    dice: random.Random = field(default_factory=random.Random, repr=False, compare=False)
    kills: tuple[()] = ()
    faults: tuple[()] = ()

    def __str__(self) -> str:
        modes = ", ".join(self.modes)
        return (
            f"{self.seed}: {', '.join(map(str, self.strikes))} [{modes}; {self.stream_limit_s:g} s, "
            f"{self.slots} slots, hold {self.hold_s:g} s]"
        )

    def point(self) -> Point | None:
        """Where the next process is killed, when it is; None for anywhere."""
        return Point.drawn(self.dice, soon=True) if self.dice.random() < AT_A_POINT else None


def clustered(seed: int, *, strikes: int = STRIKES, shards: int = 4) -> ClusterPlan:
    """An evening of that seed."""
    dice = random.Random(f"cluster {seed}")
    return ClusterPlan(
        f"cluster {seed}",
        modes=tuple(dice.choices(list(Mode), [4, 2, 2, 2])[0] for _ in range(shards)),
        stream_limit_s=dice.choice([8.0, 15.0, 40.0]),
        slots=dice.choice([shards, 2 * shards]),
        hold_s=dice.choice([0.0, 0.0, 1.5]),
        strikes=tuple(_strike(dice, is_first=number == 0) for number in range(strikes)),
        dice=random.Random(dice.random()),
    )


def _strike(dice: random.Random, *, is_first: bool) -> Strike:
    deed = dice.choices(list(_HOW_OFTEN), list(_HOW_OFTEN.values()))[0]
    return Strike(
        deed,
        victim=dice.randrange(BOTS),
        pause_s=dice.uniform(0.0, 2.5),
        is_amid=not is_first and dice.random() < AMID,
        is_back_at_once=dice.random() < AT_ONCE,
        away_s=dice.uniform(*dice.choice([SHORTLY_S, LONG_S])) if deed is Deed.DATABASE_AWAY else 0.0,
    )
