"""The gate for suggestions: waits and memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake import MEMORY_LIMIT, Intake, IntakeRules
from bot.broadcast.model import Viewer
from tests.broadcast.fakes import SteppedClock

MINUTE = timedelta(minutes=1)
ROBIN, SASHA = Viewer(1, "Robin"), Viewer(2, "Sasha")


def refusal(intake: Intake, viewer: Viewer, prompt: str) -> Code | None:
    """What a suggestion would be refused with."""
    try:
        intake.check(viewer, prompt, is_exempt=False)
    except BroadcastError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("rules", "same_prompt", "same_person", "anybody"),
    [
        (IntakeRules(repeat_window=MINUTE), Code.REPEATED, None, None),
        (IntakeRules(repeat_window=timedelta(), cooldown=MINUTE), None, Code.COOLING_DOWN, None),
        (IntakeRules(slow_mode=MINUTE), Code.REPEATED, Code.SLOW_MODE, Code.SLOW_MODE),
    ],
)
async def test_each_wait_is_a_rule_of_its_own_and_ends(
    rules: IntakeRules, same_prompt: Code | None, same_person: Code | None, anybody: Code | None
) -> None:
    """For what was said, for who said it, for everyone; after a minute nobody is refused any more."""
    clock = SteppedClock()
    intake = Intake(rules, lambda _: None, clock)
    intake.taken(ROBIN, "Snow")
    attempts = [(SASHA, "snow"), (ROBIN, "rain"), (SASHA, "rain")]
    await clock.sleep(30)
    assert [refusal(intake, *attempt) for attempt in attempts] == [same_prompt, same_person, anybody]
    await clock.sleep(30)
    assert {refusal(intake, *attempt) for attempt in attempts} == {None}


def test_of_what_was_said_the_oldest_is_forgotten_first() -> None:
    """The memory is bounded, and what is said again counts as new."""
    intake = Intake(IntakeRules(), lambda _: None, SteppedClock())
    for number in range(MEMORY_LIMIT):
        intake.taken(ROBIN, f"idea {number}")
    intake.taken(ROBIN, "idea 0")
    intake.taken(ROBIN, "one more")
    codes = [refusal(intake, SASHA, prompt) for prompt in ("idea 0", "idea 1", "idea 2", "one more")]
    assert codes == [Code.REPEATED, None, Code.REPEATED, Code.REPEATED]
