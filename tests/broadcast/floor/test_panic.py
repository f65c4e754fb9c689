"""A moderator stops everything: the line is refused, and something safe is shown."""

import asyncio

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Outcome, Refusal, Viewer
from tests.broadcast.conftest import MIKA, ROBIN, Rig

SASHA = Viewer(102, "Sasha")


async def test_a_panic_amid_a_rush_settles_everything_once(rig: Rig) -> None:
    """Suggestions meet a panic: each is settled once, and the safe prompt is sent."""
    session = await rig.start()
    rig.world.may_answer.clear()
    people = [Viewer(400 + number, "Viewer") for number in range(12)]
    early = [await session.floor.suggest(person, f"early {person.id}") for person in people[:6]]
    rush = [
        asyncio.ensure_future(session.floor.suggest(person, f"late {person.id}")) for person in people[6:]
    ]
    await asyncio.gather(session.floor.panic(MIKA, "a meadow"), *rush, return_exceptions=True)
    with pytest.raises(BroadcastError) as paused:
        await session.floor.suggest(ROBIN, "too late")
    assert paused.value.code is Code.INTAKE_PAUSED
    rig.world.may_answer.set()
    late = [task.result() for task in rush if not task.exception()]
    while "interact a meadow" not in rig.world.calls:
        await asyncio.sleep(0)
    settled = await asyncio.gather(*(ticket.settled for ticket in [*early, *late]))
    assert all(suggestion.outcome.is_settled for suggestion in settled)


async def test_of_two_panics_before_the_world_answers_one_safe_prompt_is_sent(rig: Rig) -> None:
    """The other one is in the books as refused, rather than open until the end."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(ROBIN, "under way")
    await rig.world.interacting.wait()
    await session.floor.panic(MIKA, "a meadow")
    await session.floor.panic(ROBIN, "a lake")
    rig.world.may_answer.set()
    while (
        rig.journal.suggestions[-1].outcome is not Outcome.ACKNOWLEDGED or session.prompt_in_force != "a lake"
    ):
        await asyncio.sleep(0)
    assert "interact a meadow" not in rig.world.calls
    refused = {s.prompt: s.refusal for s in rig.journal.suggestions if s.outcome is Outcome.REFUSED}
    assert refused == {"a meadow": Refusal.PANIC}


async def test_a_panic_that_cannot_be_stored_is_a_panic_all_the_same(rig: Rig) -> None:
    """The line is refused and told so, the safe prompt is sent; and the moderator hears of the failure."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(SASHA, "under way")
    await rig.world.interacting.wait()
    waiting = await session.floor.suggest(ROBIN, "a volcano")
    with rig.journal.broken(), pytest.raises(OSError, match="disk full"):
        await session.floor.panic(MIKA, "a meadow")
    assert waiting.settled.result().refusal is Refusal.PANIC
    rig.world.may_answer.set()
    async with asyncio.timeout(5):
        while session.prompt_in_force != "a meadow":
            await asyncio.sleep(0)


async def test_a_panic_that_is_cut_off_is_a_panic_all_the_same(rig: Rig) -> None:
    """Whoever waited for the disk is gone: the line is refused, and the safe prompt is sent."""
    session = await rig.start()
    session.floor.switch(Mode.HOST)
    await session.floor.suggest(ROBIN, "a volcano")
    with rig.journal.slow():
        panic = asyncio.create_task(session.floor.panic(MIKA, "a meadow"), name="panic")
        await asyncio.sleep(0)
        panic.cancel()
    await asyncio.wait([panic])
    async with asyncio.timeout(5):
        while session.prompt_in_force != "a meadow":
            await asyncio.sleep(0)
    outcomes = {suggestion.prompt: suggestion.outcome for suggestion in rig.journal.suggestions}
    assert outcomes == {"a volcano": Outcome.REFUSED, "a meadow": Outcome.ACKNOWLEDGED}


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_safe_prompt_of_a_panic_waits_for_nobody(rig: Rig, mode: Mode) -> None:
    """Neither for a ballot, nor for a moderator's approval."""
    session = await rig.start()
    session.floor.switch(mode)
    ticket = await session.floor.suggest(ROBIN, "a volcano")
    await session.floor.panic(MIKA, "a meadow")
    async with asyncio.timeout(5):
        while session.prompt_in_force != "a meadow":
            await asyncio.sleep(0)
    assert (await ticket.settled).outcome.is_settled


async def test_a_panic_takes_what_is_being_stored_too(rig: Rig) -> None:
    """It has no place yet, and is refused with the rest."""
    session = await rig.start()
    with rig.journal.slow():
        suggesting = asyncio.ensure_future(session.floor.suggest(ROBIN, "a volcano"))
        await asyncio.sleep(0)
        panic = asyncio.ensure_future(session.floor.panic(MIKA, "a meadow"))
        await asyncio.sleep(0)
    await panic
    ticket = await suggesting
    async with asyncio.timeout(5):
        assert (await ticket.settled).refusal is Refusal.PANIC
    assert "interact a volcano" not in rig.world.calls
