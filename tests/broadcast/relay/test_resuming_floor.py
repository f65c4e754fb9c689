"""What was open on a floor when the bot was cut off goes on, and a start from a picture too."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.floor.motion import WINDOW_S
from bot.broadcast.interrupted import Left, MotionLeft
from bot.broadcast.model import Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.states import State
from tests.broadcast.conftest import MIKA, ROBIN
from tests.broadcast.relay.conftest import Opened
from tests.broadcast.relay.service import settle
from tests.broadcast.relay.test_resuming import PICTURE, SEEN_AGO, left, resumed, waiting
from tests.support.rules import arbitration_settings

SASHA = Viewer(102, "Sasha")
WINDOW = arbitration_settings().policy.vote_window
HANDED_IN = Picture(b"what somebody drew", portrait=False)


@pytest.mark.outage("the bot is killed")
async def test_a_ballot_closes_as_if_nothing_had_been(opened: Opened) -> None:
    """What was left of its time is left: what the bot was away does not count, nor begins it anew."""
    async with opened() as run:
        some = left(run, Left(waiting(run, "snow"), ballot_place=1), mode=Mode.VOTE)
        session = await resumed(run, replace(some, ballot_closes_at=some.seen_at + timedelta(seconds=7)))
        await settle()
        assert session.view.floor.closes_at == run.clock.now() + timedelta(seconds=7)
        await run.clock.turn(6.5)
        assert run.service.sent == []
        await run.clock.turn(1)
        assert run.service.sent == [(1, "snow")]


async def test_a_ballot_whose_candidates_are_gone_is_over(opened: Opened) -> None:
    """Who comes then gets one of their own: the end of the old one is not theirs."""
    async with opened() as run:
        some = left(run, mode=Mode.VOTE)
        session = await resumed(run, replace(some, ballot_closes_at=some.seen_at + timedelta(seconds=7)))
        await settle()
        await run.clock.turn(6)
        await session.floor.suggest(ROBIN, "snow")
        await settle()
        assert session.view.floor.closes_at == run.clock.now() + WINDOW


@pytest.mark.outage("the bot is killed")
async def test_a_vote_on_the_mode_goes_on(opened: Opened) -> None:
    """With its votes and what is left of its time; who voted may change their mind."""
    async with opened() as run:
        some = left(run)
        motion = MotionLeft(
            Mode.DRAW, MIKA, some.seen_at + timedelta(seconds=9), {MIKA.id: True, ROBIN.id: False}
        )
        session = await resumed(run, replace(some, motion=motion))
        await settle()
        shown = session.view.floor.motion
        assert shown
        assert (shown.mode, shown.by, shown.votes_for, shown.votes_against) == (Mode.DRAW, MIKA, 1, 1)
        assert shown.closes_at == run.clock.now() + timedelta(seconds=9)
        session.floor.vote_on_mode(ROBIN, is_for=True)
        await run.clock.turn(10)
        assert session.floor.mode is Mode.DRAW


async def test_a_vote_on_the_mode_whose_time_was_over_is_decided(opened: Opened) -> None:
    """By the votes that were given: nobody had closed it yet."""
    async with opened() as run:
        some = left(run)
        motion = MotionLeft(Mode.DRAW, MIKA, some.seen_at - SEEN_AGO, {MIKA.id: True, ROBIN.id: True})
        session = await resumed(run, replace(some, motion=motion))
        await settle()
        assert session.floor.motion is None
        assert session.floor.mode is Mode.DRAW


@pytest.mark.parametrize("is_killed_live", [True, False])
async def test_it_begins_with_the_picture_that_was_handed_in(opened: Opened, is_killed_live: bool) -> None:
    """As long as there is none of its own; which is nobody's after a panic."""
    state = State.LIVE if is_killed_live else State.CONNECTING
    for own, panic, begins_with in (
        (None, False, HANDED_IN),
        (PICTURE, False, PICTURE),
        (None, True, None),
    ):
        async with opened() as run:
            safe = [Left(waiting(run, "a meadow", MIKA), is_urgent=True)] if panic else []
            some = left(run, *safe, state=state, moment=None)
            if own:
                some = left(run, *safe, state=state)
            session = await resumed(run, replace(some, handed_in=HANDED_IN))
            await settle()
            assert run.service.starts[0].picture == begins_with
            assert session.last_moment.picture in (None, PICTURE)


async def test_what_is_open_is_noted_until_it_is_decided(opened: Opened) -> None:
    """When the ballot closes; the vote on the mode, each vote of it, and that it is over."""
    async with opened() as run:
        session = await run.start()
        floor, journal, name = session.floor, run.journal, session.broadcast.id
        floor.switch(Mode.VOTE)
        await floor.suggest(ROBIN, "snow")
        await settle()
        assert journal.ballots[name] == run.clock.now() + WINDOW
        floor.call_vote(Mode.DRAW, ROBIN)
        floor.vote_on_mode(SASHA, is_for=False)
        motion = journal.motions[name]
        assert motion
        assert motion == MotionLeft(Mode.DRAW, ROBIN, motion.closes_at, {ROBIN.id: True, SASHA.id: False})
        assert motion.closes_at == run.clock.now() + timedelta(seconds=WINDOW_S)
        floor.withdraw_vote_on_mode(SASHA)
        assert (journal.motions[name] or motion).votes == {ROBIN.id: True}
        await run.clock.turn(WINDOW.total_seconds() + 1)
        assert journal.ballots[name] is None
        await run.clock.turn(20)
        assert journal.motions[name] is None
        floor.call_vote(Mode.HOST, ROBIN)
        floor.switch(Mode.HOST)
        assert journal.motions[name] is None


async def test_what_is_handed_over_stays_noted(opened: Opened) -> None:
    """A stop in order is no end of what is open."""
    async with opened() as run:
        session = await run.start()
        floor, journal, name = session.floor, run.journal, session.broadcast.id
        floor.switch(Mode.VOTE)
        await floor.suggest(ROBIN, "snow")
        floor.call_vote(Mode.DRAW, ROBIN)
        await settle()
        floor.shut()
        assert journal.ballots[name]
        assert journal.motions[name]


async def test_a_panic_before_the_first_stream_forgets_the_picture_too(opened: Opened) -> None:
    """It begins with the safe prompt alone, whatever somebody handed in."""
    async with opened() as run:
        run.service.may_start.clear()
        await resumed(run, replace(left(run, state=State.REQUESTED), handed_in=HANDED_IN))
        [session] = run.broadcasts.running
        panic = asyncio.create_task(session.panic(MIKA, "a meadow"), name="panic")
        await asyncio.sleep(0)
        assert session.relay.streams.handed_in is None
        run.service.may_start.set()
        await settle()
        await panic
