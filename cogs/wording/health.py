"""What moderators read of the service's health."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from bot.broadcast.answers import SLICE_S, Call, Failure, Slice, together
from bot.broadcast.findings import Finding, Mood, breaks, mood
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.states import Reason
from cogs.wording.text import duration, length

_SQUARES = {Mood.GOOD: "🟩", Mood.MIXED: "🟨", Mood.BAD: "🟥", Mood.QUIET: "🟦"}
_BARS = "▁▂▃▄▅▆▇█"
_NO_BAR = "·"
_SHORTEST_BAR_S, _LONGEST_BAR_S = 0.1, 10.0
"""From the lowest to the highest bar, each so many times as long as the one before."""
_LEGEND = (
    f"-# Each square is {SLICE_S / 60:.0f} minutes, the newest on the right: "
    "🟩 all went through · 🟨 not all · 🟥 nothing · 🟦 nobody asked"
)

_WHY: dict[Failure, str] = {
    Reason.NO_STREAMER: "no streamer was free",
    Reason.USAGE_LIMIT: "a usage limit was reached",
    Reason.BAD_KEY: "the key was refused",
    Reason.REFUSED: "Odyssey refused it",
    Reason.UNREACHABLE: "no answer",
    Reason.SERVICE_GONE: "the connection was lost",
    Reason.STREAM_ERROR: "an error of the stream",
    Reason.STREAM_ENDED: "Odyssey ended the stream",
    Reason.TIME_LIMIT: "the time was over",
    LimitKind.MONTH: "the month's hours were used up",
    LimitKind.STREAMS: "all streams were in use",
    LimitKind.LENGTH: "the stream was to be too long",
    LimitKind.RATE: "asked too often",
    LimitKind.SUSPENDED: "the account was suspended",
}
_OTHERWISE = "something else"

ADVICE = {
    Finding.KEY_REFUSED: "Odyssey refuses the key: nothing can start. Tell the operator, or who has set it.",
    Finding.SUSPENDED: "Odyssey has suspended the bot's account: nothing can start. Tell its operator.",
    Finding.MONTH_USED_UP: "The month's hours at Odyssey are used up: nothing can start. Tell the operator.",
    Finding.UNREACHABLE: "Odyssey does not answer. What is live comes back by itself; wait with new starts.",
    Finding.NO_STREAMERS: "Odyssey has no streamer free. Try to start again in some minutes.",
    Finding.STREAMS_IN_USE: "All of the plan's streams are in use: starts wait. End what nobody watches.",
    Finding.BREAKS: "Streams break off. The picture comes back by itself: nobody has to do anything.",
    Finding.SLOW: "Odyssey takes long to apply prompts. A larger gap, or the mode vote, may help.",
    Finding.RECORDINGS_LATE: "Recordings take long. They are posted as they come: nobody has to do anything.",
    Finding.DISCORD_AWAY: "Discord was away for a while. What it missed was shown when it was back.",
}
_WELL = "Nothing stands in the way of a broadcast."
_NOBODY_ASKED = "Nobody has asked Odyssey for anything in the last hour: start a broadcast, and look again."


def health(
    hour: Sequence[Slice], findings: Sequence[Finding], *, latency_s: float | None
) -> tuple[str, str, str]:
    """How the last hour went: its picture, its numbers, and what to do."""
    whole = together(hour)
    picture = "\n".join(["## Health", "".join(_SQUARES[mood(part)] for part in hour), _LEGEND])
    numbers = [_starts(whole), _acknowledgements(whole, hour), _breaks(whole), _recordings(whole)]
    numbers.append(_discord(whole.discord_away_s, latency_s))
    advice = [ADVICE[finding] for finding in findings] or [_WELL if whole.counts else _NOBODY_ASKED]
    listed = "\n".join(f"- {each}" for each in advice) if len(advice) > 1 else advice[0]
    of_whom = "-# The last hour, of all servers that this bot is in; a restart forgets it."
    return picture, "\n".join(filter(None, numbers)), f"**What to do**\n{listed}\n{of_whom}"


def _starts(whole: Slice) -> str:
    good, failures = whole.good(Call.START), whole.failures(Call.CONNECT, Call.START)
    if not good and not failures:
        return "**Streams** nobody asked for one"
    refused = f", {failures.total()} did not: {_reasons(failures)}" if failures else ""
    return f"**Streams** {good} started{refused}"


def _acknowledgements(whole: Slice, hour: Sequence[Slice]) -> str:
    times = whole.times_s.get(Call.INTERACT, [])
    failures = whole.failures(Call.INTERACT)
    if not times and not failures:
        return "**Prompts** none was sent"
    refused = f", {failures.total()} not" if failures else ""
    said = f"**Prompts** {whole.good(Call.INTERACT)} applied{refused}"
    if not times:
        return said
    bars = "".join(_bar(part.times_s.get(Call.INTERACT)) for part in hour)
    usual = f"half of them within {_time(median(times))}, the slowest in {_time(max(times))}"
    return f"{said}; {usual}\n`{bars}`"


def _breaks(whole: Slice) -> str:
    failures = whole.failures(Call.BREAK)
    failures.pop(Reason.TIME_LIMIT, None)
    return f"**Breaks** {breaks(whole)}: {_reasons(failures)}" if failures else "**Breaks** none"


def _recordings(whole: Slice) -> str:
    times = whole.times_s.get(Call.RECORDING)
    if not times:
        return ""
    waited = duration(median(times))
    return f"**Recordings** {len(times)}; half of them were there {waited} after the stream's end"


def _discord(away_s: float, latency_s: float | None) -> str:
    now = "connected" if latency_s is None else f"connected, answers in {_time(latency_s)}"
    minutes = math.ceil(away_s / 60)
    return f"**Discord** {now}{f'; was away for {length(minutes)}' if minutes else ''}"


def _reasons(failures: Counter[Failure]) -> str:
    """The most frequent first, each with its number if there are several."""
    named: Counter[str] = Counter()
    for failure, count in failures.items():
        named[_WHY.get(failure, _OTHERWISE)] += count
    if len(named) == 1:
        return next(iter(named))
    return ", ".join(f"{why} ({count})" for why, count in named.most_common())


def _time(seconds: float) -> str:
    """Such as `45 ms` or `4.2 s`."""
    return f"{max(1, round(seconds * 1000))} ms" if seconds < 0.95 else duration(seconds)


def _bar(times_s: Sequence[float] | None) -> str:
    """How long half of them took, from a tenth of a second to ten."""
    if not times_s:
        return _NO_BAR
    share = math.log(max(median(times_s), _SHORTEST_BAR_S) / _SHORTEST_BAR_S)
    share /= math.log(_LONGEST_BAR_S / _SHORTEST_BAR_S)
    return _BARS[min(int(share * len(_BARS)), len(_BARS) - 1)]
