"""One deadline for an orderly stop."""

from bot.process.deadline import CLEARING_S, LAST_WORDS_S, LEAVING_S, STOP_S, Deadline
from tests.broadcast.fakes import SteppedClock


async def test_streams_that_take_all_their_time_leave_the_others_theirs() -> None:
    """Each step has its share, however long the ones before took, and all of them end in time."""
    clock = SteppedClock()
    deadline = Deadline(clock)
    deadline.begin()
    await clock.sleep(deadline.streams_s())
    assert (deadline.streams_s(), deadline.last_words_s()) == (0.0, LAST_WORDS_S)
    await clock.sleep(deadline.last_words_s())
    assert (deadline.last_words_s(), deadline.leaving_s()) == (0.0, LEAVING_S)
    await clock.sleep(deadline.leaving_s())
    assert clock.steady() == STOP_S - CLEARING_S


async def test_a_stop_that_is_asked_for_twice_has_one_deadline() -> None:
    """The second word gives no more time; what is late already has none."""
    clock = SteppedClock()
    deadline = Deadline(clock)
    deadline.begin()
    await clock.sleep(STOP_S)
    deadline.begin()
    assert (deadline.streams_s(), deadline.last_words_s(), deadline.leaving_s()) == (0.0, 0.0, 0.0)


async def test_a_bot_that_is_made_anew_has_its_last_words_too() -> None:
    """Nobody told it to stop, and yet a Discord that does not answer must not hold it."""
    deadline = Deadline(SteppedClock())
    assert deadline.last_words_s() == LAST_WORDS_S
    assert deadline.leaving_s() == LAST_WORDS_S + LEAVING_S
