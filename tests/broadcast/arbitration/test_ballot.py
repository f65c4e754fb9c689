"""A ballot: who has a place on it and keeps it, who joins, what can be voted for, whose words are sent."""

import asyncio
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, Kind, Repeated, WorldError
from bot.broadcast.floor.floor import Floor
from bot.broadcast.model import Outcome, Refusal, Viewer
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.arbitration.test_arbitration import arbiter_of, suggestion
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, person, put_in, reach, start
from tests.support.rules import arbitration_settings, line_limits, policy_settings

SASHA = Viewer(102, "Sasha")
BOB, CAROL, ALICE, DAN, ERIN, FRANK = range(1, 7)


async def connecting(rig: Rig, mode: Mode) -> BroadcastSession:
    """A broadcast for which nothing is sent before the world `may_connect`."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    session.floor.switch(mode)
    return session


async def refusal(rig: Rig, viewer: Viewer, prompt: str) -> Kind | None:
    """Why a suggestion is not taken, if it is not."""
    try:
        await rig.broadcasts.suggest(CHANNEL, prompt, by=person(viewer))
    except BroadcastError as error:
        return error.code
    return None


def code_of_vote(floor: Floor, viewer: Viewer, suggestion_id: str) -> Kind | None:
    """Why a vote is not taken, if it is not."""
    try:
        floor.vote(viewer, suggestion_id)
    except BroadcastError as error:
        return error.code
    return None


def on_ballot(arbiter: Arbiter) -> list[str]:
    """The suggestions whose words would be sent, by their places."""
    candidates = sorted(arbiter.standing().candidates, key=lambda candidate: candidate.place)
    return [candidate.choice.suggestion.id for candidate in candidates]


async def test_votes_are_for_what_is_on_the_ballot(rig: Rig) -> None:
    """One for what waits for a place is refused, and moves nothing; who joined a candidate is on it too."""
    floor = (await connecting(rig, Mode.VOTE)).floor
    owl = (await floor.suggest(MIKA, "an owl")).suggestion
    same = (await floor.suggest(ROBIN, "An owl!")).suggestion
    waits = (await floor.suggest(MIKA, "a whale")).suggestion
    assert code_of_vote(floor, SASHA, owl.id) is None
    assert code_of_vote(floor, SASHA, waits.id) is Code.NOT_ON_BALLOT
    assert floor.vote_of(SASHA) == owl
    assert code_of_vote(floor, SASHA, same.id) is None
    await floor.refuse(owl.id, Refusal.WITHDRAWN)
    assert code_of_vote(floor, SASHA, waits.id) is None, "now it has a place"
    assert code_of_vote(floor, SASHA, owl.id) is Code.NOT_IN_LINE


@pytest.mark.parametrize("mode", [Mode.QUEUE, Mode.HOST])
async def test_where_votes_do_not_count_none_is_taken(rig: Rig, mode: Mode) -> None:
    """Nobody is told that one was; in a draw it counts."""
    floor = (await connecting(rig, mode)).floor
    owl = (await floor.suggest(MIKA, "an owl")).suggestion
    assert code_of_vote(floor, ROBIN, owl.id) is Code.VOTES_DO_NOT_COUNT
    assert floor.vote_of(ROBIN) is None
    floor.switch(Mode.DRAW)
    assert code_of_vote(floor, ROBIN, owl.id) is None


async def test_a_lifetime_below_the_ballots_time_lets_it_come_to_its_end(rig: Rig) -> None:
    """Those on it stay until people have decided, and the winner is sent; who waits for a place does not."""
    floor = (await connecting(rig, Mode.VOTE)).floor
    floor.adopt(
        arbitration_settings(
            limits=line_limits(lifetime=timedelta(seconds=5)),
            policy=policy_settings(vote_window=timedelta(seconds=20)),
        )
    )
    owl, waits = await floor.suggest(MIKA, "an owl"), await floor.suggest(MIKA, "a whale")
    rig.world.may_connect.set()
    async with asyncio.timeout(5):
        assert (await waits.settled).refusal is Refusal.STALE
        assert (await owl.settled).outcome is Outcome.ACKNOWLEDGED
    assert rig.clock.steady() >= 20


async def test_a_ballot_that_opens_after_the_gap_is_told(rig: Rig) -> None:
    """Though nobody says anything: from then on it is shown when it closes."""
    session = await connecting(rig, Mode.VOTE)
    await reach(session, State.CONNECTING)
    await session.floor.outlet.settled([])  # so the gap counts
    await session.floor.suggest(MIKA, "an owl")
    rig.audience.heard.clear()
    choosing = asyncio.create_task(
        session.floor.outlet.next_choice(until=lambda: None, onto=lambda: "stream"), name="the forwarder"
    )
    while session.floor.standing.closes_at is None:
        assert not rig.audience.heard
        await asyncio.sleep(0)
    assert len(rig.audience.heard) == 1
    assert await asyncio.wait_for(choosing, 5)


@pytest.mark.parametrize("mode", list(Mode))
async def test_equal_words_of_another_person_join_where_people_vote_or_draw(rig: Rig, mode: Mode) -> None:
    """Typed anew, or by an edit. Elsewhere it is a repetition; and so it is everywhere to say it again."""
    floor = (await connecting(rig, mode)).floor
    repeated = None if mode.takes_votes else Repeated
    assert await refusal(rig, MIKA, "an owl hoots") is None
    assert await refusal(rig, ROBIN, "An OWL hoots") is repeated
    assert await refusal(rig, MIKA, "an owl hoots") is Repeated
    if mode.takes_votes:
        assert await refusal(rig, ROBIN, "an owl hoots") is Repeated
        ticket = await rig.broadcasts.suggest(CHANNEL, "a whale", by=person(SASHA))
        [session] = rig.broadcasts.running
        assert await rig.broadcasts.revise(session, ticket.suggestion, "an owl hoots", by=person(SASHA))
        [candidate] = floor.standing.candidates
        assert [each.viewer for each in candidate.choice.suggestions] == [MIKA, ROBIN, SASHA]
        assert candidate.votes == 3


@pytest.mark.parametrize("mode", [Mode.VOTE, Mode.DRAW])
async def test_what_was_sent_lately_cannot_be_joined(rig: Rig, mode: Mode) -> None:
    """It is on screen already: to say it is a repetition, whoever does."""
    session = await connecting(rig, mode)
    ticket = await rig.broadcasts.suggest(CHANNEL, "an owl hoots", by=person(MIKA))
    rig.world.may_answer.clear()
    rig.world.may_connect.set()
    await rig.world.interacting.wait()
    assert await refusal(rig, ROBIN, "an owl hoots") is Repeated, "it is on its way"
    rig.world.may_answer.set()
    await ticket.settled
    assert await refusal(rig, ROBIN, "an owl hoots") is Repeated
    assert session.floor.waiting == 0


async def test_who_is_sent_in_the_words_of_another_is_known(rig: Rig) -> None:
    """Of those who share one candidate, only whoever's words were not sent has others to be told of."""
    floor = (await connecting(rig, Mode.VOTE)).floor
    tickets = [await floor.suggest(MIKA, "a huge dargon"), await floor.suggest(ROBIN, "a huge dragon")]
    floor.vote(SASHA, tickets[1].suggestion.id)
    rig.world.may_connect.set()
    async with asyncio.timeout(5):
        settled = [await ticket.settled for ticket in tickets]
    assert [each.applied for each in settled] == ["a huge dragon"] * 2
    assert [each.in_others_words for each in settled] == [True, False]


async def test_a_failure_loses_what_was_sent_and_blames_nothing_that_waited(rig: Rig) -> None:
    """What merely waited ended with the broadcast, on the ballot or off it."""
    session = await connecting(rig, Mode.VOTE)
    sent = await session.floor.suggest(MIKA, "an owl")
    waiting = [await session.floor.suggest(ROBIN, words) for words in ("a whale", "a storm")]
    session.floor.vote(SASHA, sent.suggestion.id)
    rig.world.failing_at["interact"] = WorldError(Reason.SERVICE_GONE)
    rig.world.may_connect.set()
    async with asyncio.timeout(5):
        assert (await sent.settled).refusal is Refusal.CONNECTION_LOST
        assert {(await each.settled).refusal for each in waiting} == {Refusal.BROADCAST_ENDED}
        while not session.broadcast.state.is_over:
            await asyncio.sleep(0)
    assert session.broadcast.state is State.FAILED
    assert session.floor.left_in_line == 2


def test_who_has_just_got_a_place_is_behind_those_who_have_had_none() -> None:
    """Bob has two in line, five others one each: once his first is withdrawn, the free place is Frank's."""
    arbiter = arbiter_of(Mode.QUEUE)
    for name, author in [("bob 1", BOB), ("bob 2", BOB)]:
        put_in(arbiter.line, suggestion(name, author))
    for author, name in [(CAROL, "carol"), (ALICE, "alice"), (DAN, "dan"), (ERIN, "erin"), (FRANK, "frank")]:
        put_in(arbiter.line, suggestion(name, author))
    arbiter.switch(Mode.VOTE)
    assert on_ballot(arbiter) == ["bob 1", "carol", "alice", "dan", "erin"]
    arbiter.line.remove("bob 1")
    assert on_ballot(arbiter) == ["frank", "carol", "alice", "dan", "erin"]


def test_nobody_leads_more_than_their_share_by_joining() -> None:
    """Bob has a candidate, and says Carol's wish too, in words that most are for: hers are sent.

    Once he has no candidate of his own, his are.
    """
    arbiter = arbiter_of(Mode.VOTE)
    put_in(arbiter.line, suggestion("owl", BOB, "an owl"))
    put_in(arbiter.line, suggestion("carol", CAROL, "a huge dargon"))
    put_in(arbiter.line, suggestion("bob", BOB, "a huge dragon"))
    for voter in (DAN, ERIN):
        arbiter.vote(Viewer(voter, "Voter"), "bob")
    assert on_ballot(arbiter) == ["owl", "carol"]
    assert arbiter.standing().candidates[0].votes == 3, "Carol's, and those for his words"
    arbiter.line.remove("owl")
    assert on_ballot(arbiter) == ["bob"]
