"""What an hour of the service's answers amounts to: how each part of it went, and what stands in the way."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from statistics import median

from bot.broadcast.answers import Call, Failure, Slice, together
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.states import Reason

LATELY = 3
"""Slices: what stands in the way now has shown itself in them."""
SLOW_S, FEW = 3.0, 5
"""Acknowledgements are slow if half of them take so long, of so many at least."""
LATE_S = 120.0
"""Recordings are late if half of them take so long."""
BREAKS = 3
AWAY_S = 60.0

_SILENT = (Reason.UNREACHABLE, Reason.SERVICE_GONE)
_ENDS_AS_AGREED = (Reason.TIME_LIMIT,)


class Finding(StrEnum):
    """What stands in the way, the worst first."""

    KEY_REFUSED = "key_refused"
    SUSPENDED = "suspended"
    MONTH_USED_UP = "month_used_up"
    UNREACHABLE = "unreachable"
    NO_STREAMERS = "no_streamers"
    STREAMS_IN_USE = "streams_in_use"
    BREAKS = "breaks"
    SLOW = "slow"
    RECORDINGS_LATE = "recordings_late"
    DISCORD_AWAY = "discord_away"

    @property
    def stops_starts(self) -> bool:
        return self in _STOPPING


_STOPPING = frozenset(list(Finding)[:5])


class Mood(StrEnum):
    """How a slice went."""

    GOOD = "good"
    MIXED = "mixed"
    BAD = "bad"
    QUIET = "quiet"  # nobody asked


def mood(part: Slice) -> Mood:
    """Whether streams were to be had, kept and steered; a prompt that is refused is an answer."""
    good = part.good(Call.CONNECT, Call.START, Call.INTERACT)
    bad = part.failures(Call.CONNECT, Call.START).total() + breaks(part)
    bad += sum(part.failures(Call.INTERACT)[reason] for reason in _SILENT)
    if not bad:
        return Mood.GOOD if good else Mood.QUIET
    return Mood.MIXED if good else Mood.BAD


def breaks(part: Slice) -> int:
    """How many streams were over that were to go on, but for those that had lasted as long as one may."""
    failures = part.failures(Call.BREAK)
    return failures.total() - sum(failures[reason] for reason in _ENDS_AS_AGREED)


def findings(hour: Sequence[Slice], *, key_is_refused: bool) -> list[Finding]:
    """All that stands in the way, the worst first; nothing, if nothing does or nobody has asked."""
    found = set(_found(together(hour), together(hour[-LATELY:]), key_is_refused=key_is_refused))
    return [finding for finding in Finding if finding in found]


def _found(whole: Slice, lately: Slice, *, key_is_refused: bool) -> Iterator[Finding]:
    if key_is_refused:
        yield Finding.KEY_REFUSED
    starts = lately.failures(Call.CONNECT, Call.START)
    causes: dict[Failure, Finding] = {
        LimitKind.SUSPENDED: Finding.SUSPENDED,
        LimitKind.MONTH: Finding.MONTH_USED_UP,
        LimitKind.STREAMS: Finding.STREAMS_IN_USE,
    }
    yield from (finding for cause, finding in causes.items() if starts[cause])
    begun = lately.good(Call.START)
    if starts[Reason.NO_STREAMER] > begun:
        yield Finding.NO_STREAMERS
    asked = lately.failures(Call.CONNECT, Call.START, Call.INTERACT, Call.LOOK_UP)
    if sum(asked[reason] for reason in _SILENT) > begun + lately.good(Call.INTERACT, Call.LOOK_UP):
        yield Finding.UNREACHABLE
    if breaks(whole) >= BREAKS:
        yield Finding.BREAKS
    acknowledged = lately.times_s.get(Call.INTERACT, [])
    if len(acknowledged) >= FEW and median(acknowledged) >= SLOW_S:
        yield Finding.SLOW
    recorded = whole.times_s.get(Call.RECORDING)
    if recorded and median(recorded) >= LATE_S:
        yield Finding.RECORDINGS_LATE
    if whole.discord_away_s >= AWAY_S:
        yield Finding.DISCORD_AWAY
