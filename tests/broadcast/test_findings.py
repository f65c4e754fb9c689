"""What an hour of answers amounts to."""

from collections.abc import Sequence

import pytest

from bot.broadcast.answers import SLICE_S, Answer, Answers, Call, Failure, Slice
from bot.broadcast.findings import BREAKS, Finding, Mood, findings, mood
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.states import Reason
from tests.broadcast.fakes import SteppedClock

GOOD = (Answer(Call.CONNECT, 1.0), Answer(Call.START, 2.0))


def hour_of(*answers: Answer) -> Sequence[Slice]:
    """An hour in whose last minutes these were heard."""
    record = Answers(SteppedClock())
    for answer in answers:
        record.hear(answer)
    return record.last_hour()


def failed(call: Call, failure: Failure, times: int = 1) -> list[Answer]:
    return [Answer(call, 1.0, failure)] * times


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Mood.QUIET),
        ([Answer(Call.LOOK_UP, 0.1)], Mood.QUIET),
        (GOOD, Mood.GOOD),
        ([*GOOD, *failed(Call.INTERACT, Reason.STREAM_ERROR)], Mood.GOOD),
        ([*GOOD, *failed(Call.BREAK, Reason.TIME_LIMIT)], Mood.GOOD),
        ([*GOOD, *failed(Call.BREAK, Reason.SERVICE_GONE)], Mood.MIXED),
        ([*GOOD, *failed(Call.INTERACT, Reason.UNREACHABLE)], Mood.MIXED),
        (failed(Call.CONNECT, Reason.NO_STREAMER), Mood.BAD),
        (failed(Call.BREAK, Reason.STREAM_ERROR), Mood.BAD),
    ],
)
def test_a_part_of_the_hour_has_a_mood(answers: Sequence[Answer], expected: Mood) -> None:
    """A prompt that the service does not like, and a stream that lasted as long as one may, are no faults."""
    assert mood(hour_of(*answers)[-1]) is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], []),
        (GOOD, []),
        (failed(Call.CONNECT, LimitKind.SUSPENDED), [Finding.SUSPENDED]),
        (failed(Call.CONNECT, LimitKind.MONTH), [Finding.MONTH_USED_UP]),
        ([*GOOD, *failed(Call.START, LimitKind.STREAMS)], [Finding.STREAMS_IN_USE]),
        (failed(Call.CONNECT, Reason.NO_STREAMER, 2), [Finding.NO_STREAMERS]),
        ([*GOOD, *failed(Call.CONNECT, Reason.NO_STREAMER)], []),
        (failed(Call.LOOK_UP, Reason.UNREACHABLE), [Finding.UNREACHABLE]),
        ([*GOOD, *failed(Call.INTERACT, Reason.UNREACHABLE)], []),
        (failed(Call.BREAK, Reason.SERVICE_GONE, BREAKS), [Finding.BREAKS]),
        (failed(Call.BREAK, Reason.TIME_LIMIT, 9), []),
        ([Answer(Call.INTERACT, 4.0)] * 5, [Finding.SLOW]),
        ([Answer(Call.INTERACT, 4.0)] * 4, []),
        ([Answer(Call.RECORDING, 300.0)], [Finding.RECORDINGS_LATE]),
        (
            [*failed(Call.BREAK, Reason.SERVICE_GONE, 3), *failed(Call.CONNECT, Reason.UNREACHABLE)],
            [Finding.UNREACHABLE, Finding.BREAKS],
        ),
    ],
)
def test_what_stands_in_the_way_is_found(answers: Sequence[Answer], expected: list[Finding]) -> None:
    """Each cause, the worst first; one failure among what goes well is none."""
    assert findings(hour_of(*answers), key_is_refused=False) == expected


async def test_what_is_over_stands_in_nobodys_way() -> None:
    """Half an hour ago no streamer was free."""
    clock = SteppedClock()
    record = Answers(clock)
    for answer in failed(Call.CONNECT, Reason.NO_STREAMER, 5):
        record.hear(answer)
    await clock.sleep(6 * SLICE_S)
    assert findings(record.last_hour(), key_is_refused=False) == []
    assert mood(record.last_hour()[-7]) is Mood.BAD


async def test_an_absence_of_discord_and_a_refused_key_are_found() -> None:
    """A key before all else: nothing helps without it."""
    clock = SteppedClock()
    record = Answers(clock)
    record.discord(is_there=False)
    await clock.sleep(90)
    assert findings(record.last_hour(), key_is_refused=True) == [Finding.KEY_REFUSED, Finding.DISCORD_AWAY]


def test_what_stops_starts_is_told_from_what_is_only_a_pity() -> None:
    assert [each for each in Finding if each.stops_starts] == [
        *(Finding.KEY_REFUSED, Finding.SUSPENDED, Finding.MONTH_USED_UP),
        *(Finding.UNREACHABLE, Finding.NO_STREAMERS),
    ]
