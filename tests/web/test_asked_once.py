"""Answers that are asked for once."""

import asyncio

import pytest

from bot.web.asked_once import AskedOnce
from tests.broadcast.fakes import SteppedClock


class Oracle:
    """Answers with how often it was asked, when it may."""

    def __init__(self, *, limit: int = 10) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.clock = SteppedClock()
        self.answers = AskedOnce(self._ask, self.clock, limit=limit)

    async def _ask(self, key: str) -> tuple[int, float]:
        self.asked.append(key)
        number = len(self.asked)
        await self.may_answer.wait()
        if key == "bad":
            raise ValueError("no")
        return number, 60.0


async def test_who_asks_at_the_same_time_gets_the_same_answer() -> None:
    """And others than they are not waited for."""
    oracle = Oracle()
    oracle.may_answer.clear()
    asking = [asyncio.create_task(oracle.answers.answer(key), name=key) for key in ("a", "a", "b", "a")]
    await asyncio.sleep(0)
    assert oracle.asked == ["a", "b"]
    oracle.may_answer.set()
    assert [await each for each in asking] == [1, 1, 2, 1]


async def test_an_answer_is_good_for_as_long_as_it_says() -> None:
    oracle = Oracle()
    assert [await oracle.answers.answer("a") for _ in range(2)] == [1, 1]
    await oracle.clock.sleep(61)
    assert await oracle.answers.answer("a") == 2


async def test_an_answer_from_before_a_change_is_not_kept() -> None:
    """Whoever asks after it was forgotten hears a new one, though the old one came later."""
    oracle = Oracle()
    oracle.may_answer.clear()
    early = asyncio.create_task(oracle.answers.answer("a"), name="early")
    await asyncio.sleep(0)
    oracle.answers.forget("a")
    oracle.may_answer.set()
    assert await early == 1
    assert await oracle.answers.answer("a") == 2


async def test_who_gives_up_leaves_the_question_to_the_next() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    first, second = (asyncio.create_task(oracle.answers.answer("a"), name="asking") for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    oracle.may_answer.set()
    assert await second == 2


async def test_a_question_that_fails_is_asked_again() -> None:
    oracle = Oracle()
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await oracle.answers.answer("bad")
    assert oracle.asked == ["bad", "bad"]


async def test_of_too_many_answers_the_first_go() -> None:
    oracle = Oracle(limit=2)
    for key in ("a", "b", "c", "b", "a"):
        await oracle.answers.answer(key)
    assert oracle.asked == ["a", "b", "c", "a"]
