"""What viewers and moderators do while a broadcast runs."""

import asyncio

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, WorldError
from bot.broadcast.floor.motion import WINDOW_S
from bot.broadcast.model import Channel, Outcome, Refusal, Viewer
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, person, reach, start

SASHA = Viewer(102, "Sasha")


@pytest.mark.parametrize(
    ("votes", "mode"),
    [
        ([True, True], Mode.VOTE),
        ([True], Mode.QUEUE),
        ([True, True, False, False], Mode.QUEUE),
        ([True, True, True, False], Mode.VOTE),
    ],
)
async def test_viewers_vote_on_the_mode(rig: Rig, votes: list[bool], mode: Mode) -> None:
    """It is carried by more for than against, and by two at least; who asks is for it."""
    session = await rig.start()
    session.floor.call_vote(Mode.VOTE, Viewer(300, "Viewer 0"))
    with pytest.raises(BroadcastError):
        session.floor.call_vote(Mode.DRAW, ROBIN)
    for number, is_for in enumerate(votes):
        session.floor.vote_on_mode(Viewer(300 + number, "Viewer"), is_for=is_for)
    while session.floor.motion:
        await asyncio.sleep(0)
    assert session.floor.mode is mode
    with pytest.raises(BroadcastError) as closed:
        session.floor.vote_on_mode(ROBIN, is_for=True)
    assert closed.value.code is Code.NO_VOTE_RUNNING


async def test_a_vote_on_the_mode_ends_in_time_though_nothing_is_forwarded(rig: Rig) -> None:
    """It was called while the broadcast connected: late votes are refused, and then it is carried out."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    session.floor.call_vote(Mode.VOTE, MIKA)
    session.floor.vote_on_mode(ROBIN, is_for=True)
    await rig.clock.sleep(WINDOW_S)
    assert session.floor.motion is None
    with pytest.raises(BroadcastError) as late:
        session.floor.vote_on_mode(SASHA, is_for=False)
    assert late.value.code is Code.NO_VOTE_RUNNING
    session.floor.call_vote(Mode.DRAW, MIKA)
    assert session.floor.mode is Mode.VOTE
    await rig.clock.sleep(WINDOW_S)
    rig.world.may_connect.set()
    await reach(session, State.LIVE)
    await asyncio.sleep(0)
    assert session.floor.mode is Mode.VOTE, "nobody else was for the second one"


async def test_a_moderators_mode_is_not_undone_by_a_vote_that_was_open(rig: Rig) -> None:
    """The vote is off, and says so."""
    session = await rig.start()
    session.floor.call_vote(Mode.VOTE, MIKA)
    session.floor.vote_on_mode(ROBIN, is_for=True)
    session.floor.switch(Mode.HOST)
    assert session.floor.motion is None
    await rig.clock.sleep(WINDOW_S)
    session.floor.pause(paused=False)
    await asyncio.sleep(0)
    assert session.floor.mode is Mode.HOST


async def test_a_pause_is_for_newcomers_only(rig: Rig) -> None:
    """What is in line is sent; what comes is refused, until suggestions are taken again."""
    session = await rig.start()
    rig.world.may_answer.clear()
    waiting = [await session.floor.suggest(ROBIN, prompt) for prompt in ("under way", "in line")]
    session.floor.pause(paused=True)
    with pytest.raises(BroadcastError) as paused:
        await session.floor.suggest(ROBIN, "too late")
    assert paused.value.code is Code.INTAKE_PAUSED
    rig.world.may_answer.set()
    async with asyncio.timeout(5):
        assert [(await ticket.settled).outcome for ticket in waiting] == [Outcome.ACKNOWLEDGED] * 2
    session.floor.pause(paused=False)
    assert (await (await session.floor.suggest(ROBIN, "in time")).settled).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.parametrize("is_refused", [False, True])
async def test_those_who_ask_for_the_same_share_what_becomes_of_it(rig: Rig, is_refused: bool) -> None:
    """One interaction is sent, and both are told what was applied, or why not."""
    session = await rig.start()
    rig.world.may_answer.clear()
    under_way = await session.floor.suggest(SASHA, "under way")
    await rig.world.interacting.wait()
    session.floor.switch(Mode.VOTE)
    tickets = [
        await session.floor.suggest(MIKA, "a cat jumps"),
        await session.floor.suggest(ROBIN, "The cat jumps!"),
    ]
    rig.world.may_answer.set()
    await under_way.settled
    if is_refused:
        rig.world.failing_at["interact"] = WorldError(Reason.STREAM_ERROR, "not this")
    async with asyncio.timeout(5):
        settled = [await ticket.settled for ticket in tickets]
    assert [suggestion.applied for suggestion in settled] == [None if is_refused else "a cat jumps"] * 2
    assert [suggestion.detail for suggestion in settled] == ["not this" if is_refused else None] * 2
    assert rig.world.calls[3:] == ["interact a cat jumps"]


async def test_an_edit_is_in_the_books_before_its_turn_comes(rig: Rig) -> None:
    """A restart in the meantime would find the new words."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(SASHA, "under way")
    await rig.world.interacting.wait()
    ticket = await session.floor.suggest(ROBIN, "a cat jumps")
    assert await session.floor.revise(ticket.suggestion.id, "a dog jumps")
    assert (rig.journal.suggestions[-1].prompt, rig.journal.suggestions[-1].outcome) == (
        "a dog jumps",
        Outcome.QUEUED,
    )
    rig.world.may_answer.set()
    assert (await ticket.settled).applied == "a dog jumps"


async def test_an_edit_that_meets_an_approval_needs_an_approval_of_its_own(rig: Rig) -> None:
    """Its author's words come while the moderator's are being stored: they are not sent unseen."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(SASHA, "under way")
    await rig.world.interacting.wait()
    session.floor.switch(Mode.HOST)
    suggestion = (await session.floor.suggest(ROBIN, "a cat")).suggestion
    await asyncio.gather(
        session.floor.approve_as(suggestion.id, "a dog"),
        session.floor.revise(suggestion.id, "something vile"),
    )
    assert [waiting.prompt for waiting in session.floor.pending] == ["something vile"]
    await session.floor.approve_as(suggestion.id, "a dog")
    rig.world.may_answer.set()
    async with asyncio.timeout(5):
        while session.prompt_in_force != "a dog":
            await asyncio.sleep(0)
    assert not await session.floor.approve_as(suggestion.id, "too late")


@pytest.mark.parametrize("mode", [Mode.QUEUE, Mode.VOTE, Mode.DRAW])
async def test_a_suggestion_is_sent_only_when_it_is_stored(rig: Rig, mode: Mode) -> None:
    """Whatever wakes the forwarder meanwhile; if its write fails, it never reaches the world."""
    session = await rig.start()
    session.floor.switch(mode)
    with rig.journal.slow(OSError("disk full")):
        suggesting = asyncio.ensure_future(rig.broadcasts.suggest(CHANNEL, "unstored", by=person(ROBIN)))
        for _ in range(20):
            session.floor.pause(paused=False)
            await asyncio.sleep(0)
        assert session.floor.waiting == 0
    with pytest.raises(OSError, match="disk full"):
        await suggesting
    async with asyncio.timeout(5):
        assert (await (await session.floor.suggest(ROBIN, "stored")).settled).applied == "stored"
    assert rig.world.calls[2:] == ["interact stored"]


async def test_what_is_taken_back_with_the_ticket_is_not_sent(rig: Rig) -> None:
    """Its message was deleted while it was being stored: the forwarder comes after its author."""
    session = await rig.start()

    async def suggest_and_withdraw() -> bool:
        ticket = await rig.broadcasts.suggest(CHANNEL, "a volcano", by=person(ROBIN))
        return await session.floor.refuse(ticket.suggestion.id, Refusal.WITHDRAWN)

    with rig.journal.slow():
        working = asyncio.ensure_future(suggest_and_withdraw())
        session.floor.pause(paused=False)
        await asyncio.sleep(0)
    session.floor.pause(paused=False)
    assert await working
    assert "interact a volcano" not in rig.world.calls


async def test_a_withdrawal_that_cannot_be_stored_is_shown(rig: Rig) -> None:
    """It is out of the line, so the panel has to show that; the error is raised all the same."""
    session = await rig.start()
    session.floor.switch(Mode.HOST)
    ticket = await session.floor.suggest(ROBIN, "a volcano")
    heard = len(rig.audience.heard)
    with rig.journal.broken(), pytest.raises(OSError, match="disk full"):
        await session.floor.refuse(ticket.suggestion.id, Refusal.WITHDRAWN)
    assert session.floor.waiting == 0
    assert len(rig.audience.heard) > heard


async def test_who_may_not_steer_any_more_has_no_say_left(rig: Rig) -> None:
    """All of theirs is refused, what is being stored included; their votes do not count, others' do."""
    session = await rig.start()
    rig.world.may_answer.clear()
    await session.floor.suggest(SASHA, "under way")
    await rig.world.interacting.wait()
    session.floor.switch(Mode.VOTE)
    session.floor.call_vote(Mode.DRAW, ROBIN)
    session.floor.vote_on_mode(MIKA, is_for=True)
    cat = await session.floor.suggest(MIKA, "a cat")
    session.floor.vote(ROBIN, cat.suggestion.id)
    theirs = await session.floor.suggest(ROBIN, "a volcano")
    with rig.journal.slow():
        suggesting = asyncio.ensure_future(session.floor.suggest(ROBIN, "an earthquake"))
        await asyncio.sleep(0)
        refusing = asyncio.ensure_future(session.floor.refuse_all_of(ROBIN, Refusal.MODERATOR_REFUSED))
        await asyncio.sleep(0)
    await refusing
    for ticket in (theirs, await suggesting):
        assert (await ticket.settled).refusal is Refusal.MODERATOR_REFUSED
    assert [(c.choice.suggestion.prompt, c.votes) for c in session.floor.standing.candidates] == [
        ("a cat", 1)
    ]
    assert session.floor.motion
    assert (session.floor.motion.votes_for, session.floor.motion.votes_against) == (1, 0)


async def test_who_leaves_the_server_leaves_all_its_floors(rig: Rig) -> None:
    """What they have in line is withdrawn everywhere in it; other servers and people keep theirs."""
    rig.world.may_connect.clear()  # nothing is forwarded, and nothing becomes stale
    here, there, elsewhere = [
        await start(rig.broadcasts, channel)
        for channel in (CHANNEL, Channel(CHANNEL.guild_id, 11), Channel(2, 20))
    ]
    for session in (here, there, elsewhere):
        session.floor.switch(Mode.DRAW)
        await session.floor.suggest(ROBIN, "something vile")
    kept = await here.floor.suggest(MIKA, "rain")
    here.floor.vote(SASHA, kept.suggestion.id)
    here.floor.call_vote(Mode.DRAW, Viewer(103, "Toni"))
    assert here.floor.people == {MIKA.id, ROBIN.id, SASHA.id, 103}
    await rig.broadcasts.withdraw_all_of(CHANNEL.guild_id, ROBIN.id)
    withdrawn = [each for each in rig.journal.suggestions if each.refusal is Refusal.WITHDRAWN]
    assert {(each.viewer, each.broadcast_id) for each in withdrawn} == {
        (ROBIN, here.broadcast.id),
        (ROBIN, there.broadcast.id),
    }
    assert here.floor.people == {MIKA.id, SASHA.id, 103}
    rig.world.may_connect.set()
