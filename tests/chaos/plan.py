"""What happens in an evening: all of it follows from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from bot.broadcast.arbitration.policy import Mode
from bot.local.odyssey.faults.script import OPTIONS, TIMED
from tests.chaos.points import Point

AGAIN, A_THIRD_TIME = 0.45, 0.3
"""How probable it is that the bot that takes up is killed, too; and the one after that."""
AT_RANDOM, LATE = 0.3, 0.3
"""How probable a kill is that comes at no point, and one that comes as the broadcast is ended."""
EVENING_S, RECOVERY_S = 5.0, 1.5
"""Within which a kill at random comes, from the start of a broadcast or of a process."""


@dataclass(frozen=True, slots=True)
class Kill:
    """At a point, or else that long after. What comes never is killed in the end all the same.

    `is_late`: counted from when somebody ends the broadcast.
    """

    point: Point | None = None
    after_s: float | None = None
    is_late: bool = False

    def __str__(self) -> str:
        when = str(self.point) if self.point else f"after {self.after_s:.2f} s"
        return f"{when} of the end" if self.is_late else when


@dataclass(frozen=True, slots=True)
class Plan:
    """One evening. `kills` follow each other, each of another process; `faults` are the stand-in's."""

    seed: str
    mode: Mode
    stream_limit_s: float
    slots: int
    hold_s: float
    kills: tuple[Kill, ...] = ()
    faults: tuple[str, ...] = ()
    dice: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    def __str__(self) -> str:
        what = ", then ".join(map(str, self.kills)) or " + ".join(self.faults) or "nothing"
        return (
            f"{self.seed}: {what} [{self.mode}, {self.stream_limit_s:g} s, {self.slots} slots, "
            f"hold {self.hold_s:g} s]"
        )


def killed(seed: int) -> Plan:
    """An evening with up to three kills."""
    dice = random.Random(f"kill {seed}")
    kills = [_kill(dice, RECOVERY_S, is_late=True) if dice.random() < LATE else _kill(dice, EVENING_S)]
    if dice.random() < AGAIN:
        kills.append(_kill(dice, RECOVERY_S))
        if dice.random() < A_THIRD_TIME:
            kills.append(_kill(dice, RECOVERY_S))
    return _plan(f"kill {seed}", dice, kills=tuple(kills))


def swept() -> list[Plan]:
    """For each point an evening with a kill there."""
    return [_plan(f"point {point}", random.Random(str(point)), kills=(Kill(point),)) for point in Point.all()]


def faulty(*names: str) -> Plan:
    """An evening in which these faults strike."""
    seed = "fault " + "+".join(names)
    return _plan(seed, random.Random(seed), faults=names)


def quiet(stream_limit_s: float = 5.0) -> Plan:
    """An evening to which nothing happens."""
    return Plan("quiet", Mode.QUEUE, stream_limit_s, slots=3, hold_s=0.0, dice=random.Random("quiet"))


def options_of(fault: str, dice: random.Random) -> dict[str, Any]:
    """Of a fault as it is armed: a timed one strikes within the evening."""
    options: dict[str, Any] = {}
    if fault in TIMED:
        options["after_s"] = round(dice.uniform(0.1, 2.5), 2)
        options["since"] = dice.choice(["stream", "frame", "connection"])
    if fault.startswith("rest_"):
        options["path"] = dice.choice(["/", "/sessions", "/recordings", "/auth"])
    if fault == "usage_error":
        options["code"] = dice.choice(["CONCURRENT_LIMIT_REACHED", "RATE_LIMITED", "MONTHLY_LIMIT_REACHED"])
    return options


ALL_FAULTS = tuple(OPTIONS)


def _kill(dice: random.Random, within_s: float, *, is_late: bool = False) -> Kill:
    if dice.random() < AT_RANDOM:
        return Kill(after_s=dice.uniform(0.0, within_s), is_late=is_late)
    return Kill(Point.drawn(dice, soon=within_s == RECOVERY_S), is_late=is_late)


def _plan(seed: str, dice: random.Random, **more: tuple[Kill, ...] | tuple[str, ...]) -> Plan:
    return Plan(
        seed,
        mode=dice.choices(list(Mode), [4, 2, 2, 2])[0],
        stream_limit_s=dice.choice([5.0, 6.0, 8.0]),
        slots=dice.choice([1, 2, 3]),
        hold_s=dice.choice([0.0, 0.0, 1.5]),
        **more,  # type: ignore[arg-type]
        dice=random.Random(dice.random()),
    )
