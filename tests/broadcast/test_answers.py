"""What is remembered of the service's answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.answers import SLICE_S, SLICES, TIMES_KEPT, Answer, Answers, Call, together
from bot.broadcast.errors import WorldError
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending, Stream
from bot.broadcast.states import Reason
from tests.broadcast.fakes import SteppedClock


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def answers(clock: SteppedClock) -> Answers:
    return Answers(clock)


async def test_what_goes_through_is_counted_with_its_time(answers: Answers, clock: SteppedClock) -> None:
    """And handed on to whoever listens."""
    heard: list[Answer] = []
    answers.heard.listen(heard.append)
    with answers.asking(Call.START):
        await clock.sleep(2.5)
    assert heard == [Answer(Call.START, 2.5)]
    hour = together(answers.last_hour())
    assert (hour.good(Call.START), hour.times_s) == (1, {Call.START: [2.5]})


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (WorldError(Reason.NO_STREAMER), Reason.NO_STREAMER),
        (WorldError(Reason.USAGE_LIMIT), Reason.USAGE_LIMIT),
        (WorldError(Reason.USAGE_LIMIT, limit=UsageLimit(LimitKind.MONTH)), LimitKind.MONTH),
    ],
)
async def test_what_fails_is_counted_by_its_reason(
    answers: Answers, error: WorldError, failure: object
) -> None:
    """Of usage limits, by which one it was; the error goes on."""
    with pytest.raises(WorldError), answers.asking(Call.CONNECT):
        raise error
    hour = together(answers.last_hour())
    assert (hour.good(Call.CONNECT), hour.failures(Call.CONNECT, Call.START)) == (0, {failure: 1})


async def test_who_gives_up_waiting_has_heard_nothing(answers: Answers) -> None:
    """A host who ends a broadcast that connects says nothing of the service."""
    with pytest.raises(asyncio.CancelledError), answers.asking(Call.CONNECT):
        raise asyncio.CancelledError
    assert not together(answers.last_hour()).counts


async def test_an_hour_is_remembered_and_no_more(answers: Answers, clock: SteppedClock) -> None:
    """In slices, with gaps where nothing was asked; after a night there is nothing."""
    for _ in range(3):
        answers.hear(Answer(Call.INTERACT, 0.1))
        await clock.sleep(2 * SLICE_S)
    found = [each.good(Call.INTERACT) for each in answers.last_hour()]
    assert found == [0] * 5 + [1, 0, 1, 0, 1, 0, 0]
    assert len(found) == SLICES
    await clock.sleep(SLICES * SLICE_S)
    assert not together(answers.last_hour()).counts


async def test_memory_is_bounded(answers: Answers) -> None:
    """However much is asked in five minutes, it is counted, and so many times are kept."""
    for _ in range(3 * TIMES_KEPT):
        answers.hear(Answer(Call.INTERACT, 0.1))
    hour = together(answers.last_hour())
    assert (hour.good(Call.INTERACT), len(hour.times_s[Call.INTERACT])) == (3 * TIMES_KEPT, TIMES_KEPT)


async def test_a_refused_key_is_refused_until_something_is_answered(answers: Answers) -> None:
    """A stream that breaks meanwhile says nothing of the key."""
    seen = []
    for answer in (
        Answer(Call.LOOK_UP, 0.1, Reason.BAD_KEY),
        Answer(Call.BREAK, 0.1, Reason.STREAM_ERROR),
        Answer(Call.RECORDING, 20.0),
        Answer(Call.CONNECT, 0.1),
    ):
        answers.hear(answer)
        seen.append(answers.key_is_refused)
    assert seen == [True, True, True, False]


async def test_a_break_is_counted_with_how_long_the_stream_ran(answers: Answers) -> None:
    heard: list[Answer] = []
    answers.heard.listen(heard.append)
    answers.broke(Ending(Reason.SERVICE_GONE), lasted_s=12.0)
    assert heard == [Answer(Call.BREAK, 12.0, Reason.SERVICE_GONE)]


async def test_a_recording_is_waited_for_from_its_streams_end(answers: Answers, clock: SteppedClock) -> None:
    """Also when the wall was set back meanwhile: never for less than nothing."""
    stream = Stream("own", "b", "A cat", False, clock.now(), clock.now(), service_id="s")
    answers.found(stream)
    answers.found(replace(stream, ended_at=clock.now() - timedelta(seconds=20)))
    answers.found(replace(stream, ended_at=clock.now() + timedelta(hours=1)))
    assert together(answers.last_hour()).times_s == {Call.RECORDING: [20.0, 0.0]}


async def test_discords_absences_are_added_up(answers: Answers, clock: SteppedClock) -> None:
    """In the slices in which they end or are looked at; it is told more than once."""
    answers.discord(is_there=True)
    await clock.sleep(10)
    answers.discord(is_there=False)
    await clock.sleep(5)
    answers.discord(is_there=False)
    await clock.sleep(5)
    assert together(answers.last_hour()).discord_away_s == 10
    await clock.sleep(5)
    answers.discord(is_there=True)
    await clock.sleep(100)
    assert together(answers.last_hour()).discord_away_s == 15
