"""What the service has answered in the last hour: in memory, for whoever wonders why nothing works."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.model import Ending, Stream
from bot.broadcast.states import Reason
from bot.broadcast.telling.listeners import Listeners

SLICE_S, SLICES = 300.0, 12
"""An hour, in parts of five minutes."""
TIMES_KEPT = 500
"""Of each part, and each call."""


class Call(StrEnum):
    """What the service was asked for, or, of a break and a recording, what came of it unasked."""

    CONNECT = "connect"  # a streamer is reserved, and there is a connection to it
    START = "start"
    INTERACT = "interact"
    LOOK_UP = "look_up"  # in what the account has
    BREAK = "break"  # a stream was over that was to go on; its time is how long it ran
    RECORDING = "recording"  # it is there; its time is that from the stream's end


Failure = Reason | LimitKind
"""Of a usage limit, which one, if the service says so."""


class Answer(NamedTuple):
    """One answer: how many seconds it took, and why it was none; one without `failure` is good."""

    call: Call
    took_s: float
    failure: Failure | None = None


@dataclass(slots=True)
class Slice:
    """Five minutes of answers."""

    number: int
    counts: Counter[tuple[Call, Failure | None]] = field(default_factory=Counter)
    times_s: dict[Call, list[float]] = field(default_factory=dict)
    """Of the good answers, those that came first."""
    discord_away_s: float = 0.0

    def good(self, *calls: Call) -> int:
        return sum(self.counts[call, None] for call in calls)

    def failures(self, *calls: Call) -> Counter[Failure]:
        """How often it failed, by the reason."""
        found: Counter[Failure] = Counter()
        for (call, failure), count in self.counts.items():
            if call in calls and failure:
                found[failure] += count
        return found


class Answers:
    """Hears all answers, of all broadcasts, and remembers those of the last hour."""

    def __init__(self, clock: Clock) -> None:
        self.heard = Listeners[Answer]()
        self.key_is_refused = False
        """Whether the service did not take the key when it was asked last."""
        self._clock = clock
        self._slices: deque[Slice] = deque(maxlen=SLICES)
        self._discord_away_since: float | None = None

    @contextmanager
    def asking(self, call: Call) -> Iterator[None]:
        """Hears what comes of what is asked inside. Who gives up waiting has heard nothing."""
        began_at = self._clock.steady()
        try:
            yield
        except WorldError as error:
            failure = error.limit.kind if error.limit else error.reason
            self.hear(Answer(call, self._clock.steady() - began_at, failure))
            raise
        self.hear(Answer(call, self._clock.steady() - began_at))

    def broke(self, ending: Ending, *, lasted_s: float) -> None:
        """A stream was over, without having been asked to end."""
        self.hear(Answer(Call.BREAK, lasted_s, ending.limit.kind if ending.limit else ending.reason))

    def found(self, stream: Stream) -> None:
        """A stream's recording is there."""
        if stream.ended_at:
            waited_s = (self._clock.now() - stream.ended_at).total_seconds()
            self.hear(Answer(Call.RECORDING, max(0.0, waited_s)))

    def hear(self, answer: Answer) -> None:
        kept = self._now()
        kept.counts[answer.call, answer.failure] += 1
        if answer.failure is None:
            times = kept.times_s.setdefault(answer.call, [])
            if len(times) < TIMES_KEPT:
                times.append(answer.took_s)
        if answer.call not in (Call.BREAK, Call.RECORDING):
            self.key_is_refused = answer.failure is Reason.BAD_KEY
        self.heard.tell(answer)

    def discord(self, *, is_there: bool) -> None:
        """Discord went away, or is back; it may be said again."""
        if is_there:
            self._count_absence()
            self._discord_away_since = None
        elif self._discord_away_since is None:
            self._discord_away_since = self._clock.steady()

    def last_hour(self) -> Sequence[Slice]:
        """Its slices, the oldest first: always all, also those in which nothing was asked."""
        self._count_absence()
        kept = {each.number: each for each in self._slices}
        last = self._number()
        return [kept.get(number) or Slice(number) for number in range(last - SLICES + 1, last + 1)]

    def _count_absence(self) -> None:
        """An absence counts in the slice in which it is looked at, or ends."""
        if self._discord_away_since is not None:
            now = self._clock.steady()
            self._now().discord_away_s += now - self._discord_away_since
            self._discord_away_since = now

    def _now(self) -> Slice:
        number = self._number()
        if not self._slices or self._slices[-1].number != number:
            self._slices.append(Slice(number))
        return self._slices[-1]

    def _number(self) -> int:
        return int(self._clock.steady() // SLICE_S)


def together(slices: Iterable[Slice]) -> Slice:
    """All of them as one, numbered as the last."""
    whole = Slice(0)
    for each in slices:
        whole.number = each.number
        whole.counts += each.counts
        whole.discord_away_s += each.discord_away_s
        for call, times in each.times_s.items():
            whole.times_s.setdefault(call, []).extend(times)
    return whole
