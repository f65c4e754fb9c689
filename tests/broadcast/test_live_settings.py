"""Settings that change while a broadcast runs."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.arbitration.arbiter import Arbiter, ArbitrationSettings
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, LineFull, TooManyOfYours
from bot.broadcast.floor.floor import Floor
from bot.broadcast.model import Channel, Outcome, Refusal, Suggestion, Viewer
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, person, put_in, start
from tests.broadcast.fakes import ListeningAudience, MemoryJournal, ScriptedWorld, WaitingClock, ports
from tests.support.rules import arbitration_settings, line_limits, policy_settings

TODAY = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
NOW = 0.0
SETTINGS = arbitration_settings(gap=timedelta())


def seconds(number: float) -> timedelta:
    """So many seconds."""
    return timedelta(seconds=number)


def arbiter_with(settings: ArbitrationSettings, waiting: int) -> Arbiter:
    """An arbiter with so many people in line, each with one suggestion."""
    arbiter = Arbiter(settings)
    for number in range(waiting):
        put_in(arbiter.line, suggestion(number))
    return arbiter


def suggestion(number: int, viewer: int | None = None) -> Suggestion:
    """A suggestion of its own kind."""
    person = Viewer(number if viewer is None else viewer, "Viewer")
    return Suggestion(f"s{number}", "b", person, f"word{number}", TODAY)


def test_a_shorter_line_refuses_newcomers_and_drops_nobody() -> None:
    """Three wait where two may: they are served, in their order; a fourth is refused with the new limit."""
    arbiter = arbiter_with(SETTINGS, waiting=3)
    arbiter.adopt(replace(SETTINGS, limits=line_limits(total=2)))
    with pytest.raises(BroadcastError) as full:
        put_in(arbiter.line, suggestion(3))
    assert full.value.why == LineFull(limit=2)
    served = [choice.suggestion.id for _ in range(3) if (choice := arbiter.take_next(NOW))]
    assert served == ["s0", "s1", "s2"]
    put_in(arbiter.line, suggestion(4))


def test_fewer_a_person_refuses_the_next_and_drops_none() -> None:
    """Somebody has two in line when one each is allowed: both stay, a third is refused."""
    arbiter = Arbiter(SETTINGS)
    put_in(arbiter.line, suggestion(0, viewer=1))
    put_in(arbiter.line, suggestion(1, viewer=1))
    arbiter.adopt(replace(SETTINGS, limits=line_limits(per_viewer=1)))
    with pytest.raises(BroadcastError) as hogged:
        put_in(arbiter.line, suggestion(2, viewer=1))
    assert hogged.value.why == TooManyOfYours(limit=1)
    assert len(arbiter.line) == 2


def test_a_new_gap_counts_from_the_last_interaction() -> None:
    """Also while the old gap is being waited for: shorter and longer."""
    arbiter = arbiter_with(replace(SETTINGS, gap=seconds(60)), waiting=1)
    arbiter.settled(NOW, NOW)
    assert arbiter.next_due(NOW) == NOW + 60
    arbiter.adopt(replace(SETTINGS, gap=seconds(90)))
    assert arbiter.take_next(NOW + 60) is None
    arbiter.adopt(replace(SETTINGS, gap=seconds(5)))
    assert arbiter.next_due(NOW) == NOW + 5
    assert arbiter.take_next(NOW + 5)


def test_an_open_ballot_keeps_its_end() -> None:
    """Those who vote were told when it closes; the next ballot is open for as long as now set."""
    voting = replace(SETTINGS, mode=Mode.VOTE, policy=policy_settings(vote_window=seconds(20)))
    arbiter = arbiter_with(voting, waiting=2)
    assert arbiter.take_next(NOW) is None
    arbiter.adopt(replace(voting, policy=policy_settings(vote_window=seconds(5))))
    assert arbiter.standing().closes_at == NOW + 20
    assert arbiter.take_next(NOW + 19) is None
    assert arbiter.take_next(NOW + 20)
    assert arbiter.take_next(NOW + 30) is None
    assert arbiter.standing().closes_at == NOW + 35


def test_other_settings_leave_the_mode_as_it_is() -> None:
    """A mode that was switched to is not undone by a setting; it has the options that hold by then."""
    arbiter = arbiter_with(SETTINGS, waiting=1)
    arbiter.adopt(replace(SETTINGS, mode=Mode.HOST, policy=policy_settings(vote_window=seconds(7))))
    assert arbiter.mode is Mode.QUEUE
    arbiter.switch(Mode.VOTE)
    arbiter.take_next(NOW)
    assert arbiter.standing().closes_at == NOW + 7


async def test_a_running_broadcast_goes_by_new_settings_at_once(rig: Rig) -> None:
    """One of two servers allows one suggestion each from now on: there the next one is refused."""
    elsewhere = Channel(guild_id=2, id=20)
    await start(rig.broadcasts, elsewhere, MIKA, "A dog")
    await rig.start()
    rig.world.may_answer.clear()
    for channel in (CHANNEL, elsewhere):
        await rig.broadcasts.suggest(channel, f"first {channel.id}", by=person(ROBIN))
    await rig.world.interacting.wait()
    rig.adopt(limits=line_limits(per_viewer=1))
    for channel in (CHANNEL, elsewhere):
        await rig.broadcasts.suggest(channel, f"second {channel.id}", by=person(ROBIN))
    await rig.broadcasts.suggest(elsewhere, "third there", by=person(ROBIN))
    with pytest.raises(BroadcastError) as caught:
        await rig.broadcasts.suggest(CHANNEL, "third here", by=person(ROBIN))
    assert caught.value.why == TooManyOfYours(limit=1)


async def test_whoever_waits_for_the_next_choice_wakes_for_new_settings() -> None:
    """Ten seconds have passed of a lifetime of two minutes, when it becomes one of ten seconds."""
    journal, clock = MemoryJournal(), WaitingClock()
    surroundings = ports(ScriptedWorld(), journal, ListeningAudience(journal), clock)
    floor = Floor("b", surroundings, replace(SETTINGS, mode=Mode.HOST), lambda: None)
    ticket = await floor.suggest(ROBIN, "snow")
    choosing = asyncio.create_task(
        floor.outlet.next_choice(until=lambda: None, onto=lambda: "stream"), name="the forwarder"
    )
    await clock.sleep(10)
    assert not ticket.settled.done()
    floor.adopt(replace(SETTINGS, limits=line_limits(lifetime=seconds(10))))
    async with asyncio.timeout(5):
        settled = await ticket.settled
    assert (settled.outcome, settled.refusal) == (Outcome.REFUSED, Refusal.STALE)
    choosing.cancel()
    await asyncio.gather(choosing, return_exceptions=True)
