"""The life of one broadcast."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, WorldError
from bot.broadcast.model import Broadcast, Ending, Outcome, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.states import TRANSITIONS, IllegalTransitionError, Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, reach, start
from tests.broadcast.fakes import TURNS

NOW = datetime(2026, 8, 1, tzinfo=UTC)


async def test_a_broadcast_lives_from_request_to_end(rig: Rig) -> None:
    """Connect, start, end, disconnect, in this order, with every state stored."""
    session = await rig.start("A cat")
    rig.end()
    await reach(session, State.ENDED)
    assert rig.world.calls == ["connect", "start A cat", "end", "disconnect"]
    states = [broadcast.state for broadcast in rig.journal.broadcasts]
    assert states == [State.REQUESTED, State.CONNECTING, State.LIVE, State.ENDING, State.ENDED]
    assert session.broadcast.ending == Ending(Reason.HOST_ENDED, by=MIKA)


async def test_the_stream_id_is_stored_before_anyone_is_told(rig: Rig) -> None:
    """Whoever hears that a broadcast is live could already find its stream in the journal."""
    await rig.start()
    streams_known = [count for broadcast, count in rig.audience.heard if broadcast.state is State.LIVE]
    assert streams_known
    assert min(streams_known) == 1


async def test_suggestions_are_sent_one_at_a_time_in_order(rig: Rig) -> None:
    """However many are suggested at once, never are two interactions under way."""
    session = await rig.start()
    people = [Viewer(200 + number, f"Viewer {number}") for number in range(5)]
    tickets = [await session.floor.suggest(person, f"idea {number}") for number, person in enumerate(people)]
    settled = await asyncio.gather(*(ticket.settled for ticket in tickets))
    assert [suggestion.outcome for suggestion in settled] == [Outcome.ACKNOWLEDGED] * 5
    assert rig.world.calls[2:] == [f"interact idea {number}" for number in range(5)]
    assert rig.world.most_in_flight == 1
    assert session.prompt_in_force == "idea 4"


async def test_a_suggestion_is_stored_at_every_step(rig: Rig) -> None:
    """Queued, sent, acknowledged: each is in the journal, in this order."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    ticket = await session.floor.suggest(ROBIN, "snow")
    rig.world.may_connect.set()
    await ticket.settled
    assert [s.outcome for s in rig.journal.suggestions] == [
        Outcome.QUEUED,
        Outcome.SENT,
        Outcome.ACKNOWLEDGED,
    ]
    assert session.relay.streams.newest
    assert {suggestion.stream_id for suggestion in rig.journal.suggestions} == {
        None,
        session.relay.streams.newest.id,
    }


@pytest.mark.parametrize("panic", [False, True])
async def test_an_interaction_leaves_when_it_is_stored_that_it_was_sent(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, panic: bool
) -> None:
    """A crash in between would have it sent twice. If somebody panics meanwhile, it does not leave at all."""
    disk, noted = asyncio.Event(), asyncio.Event()
    save = rig.journal.save_suggestion

    async def save_when_the_disk_turns(suggestion: Suggestion, **_: object) -> None:
        if suggestion.outcome is Outcome.SENT:
            noted.set()
            await disk.wait()
        await save(suggestion)

    monkeypatch.setattr(rig.journal, "save_suggestion", save_when_the_disk_turns)
    session = await rig.start()
    ticket = await session.floor.suggest(ROBIN, "snow")
    async with asyncio.timeout(5):
        await noted.wait()
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert not rig.world.interacting.is_set()
    if panic:
        monkeypatch.setattr(rig.journal, "save_suggestion", save)
        await session.panic(MIKA, "A meadow")
    disk.set()
    settled = await ticket.settled
    if panic:
        assert settled.refusal is Refusal.PANIC
        await rig.world.interacting.wait()
    assert [call for call in rig.world.calls if call.startswith("interact")] == [
        "interact A meadow" if panic else "interact snow"
    ]


async def test_a_panic_waits_for_no_disk(rig: Rig) -> None:
    """Its safe prompt is sent while it is being stored, and that it was sent, too."""
    session = await rig.start()
    with rig.journal.slow():
        panicking = asyncio.ensure_future(session.panic(MIKA, "A meadow"))
        await asyncio.wait_for(rig.world.interacting.wait(), 5)
    await panicking


async def test_a_note_that_cannot_be_stored_ends_the_broadcast_and_leaves_nobody_waiting(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of the journal is not lost because nobody waited for the note."""
    save = rig.journal.save_suggestion

    async def save_until_sent(suggestion: Suggestion, **_: object) -> None:
        if suggestion.outcome is Outcome.SENT:
            raise OSError("disk full")
        await save(suggestion)

    monkeypatch.setattr(rig.journal, "save_suggestion", save_until_sent)
    session = await rig.start()
    ticket = await session.floor.suggest(ROBIN, "snow")
    settled = await asyncio.wait_for(ticket.settled, 5)
    assert settled.outcome.is_settled
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is Reason.INTERNAL


async def test_suggestions_wait_while_the_broadcast_connects(rig: Rig) -> None:
    """An idea that comes before the first picture is kept, and sent once the stream runs."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    await reach(session, State.CONNECTING)
    ticket = await session.floor.suggest(ROBIN, "snow")
    rig.world.may_connect.set()
    assert (await ticket.settled).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.outage("an interaction unanswered")
@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        (Reason.STREAM_ERROR, Refusal.SERVICE_REFUSED),
        (Reason.UNREACHABLE, Refusal.NOT_ACKNOWLEDGED),
    ],
)
async def test_a_refused_interaction_does_not_end_the_stream(
    rig: Rig, reason: Reason, refusal: Refusal
) -> None:
    """One idea is turned down, with the service's word on it; the next is sent."""
    session = await rig.start()
    rig.world.failing_at["interact"] = WorldError(reason, "not this")
    first, second = await session.floor.suggest(ROBIN, "bad"), await session.floor.suggest(ROBIN, "good")
    refused = await first.settled
    assert (refused.outcome, refused.refusal, refused.detail) == (Outcome.REFUSED, refusal, "not this")
    assert (await second.settled).outcome is Outcome.ACKNOWLEDGED


async def test_the_end_refuses_what_is_in_flight_and_in_line(rig: Rig) -> None:
    """Nobody waits for ever: with the end, every open suggestion is settled, and stored so."""
    session = await rig.start()
    rig.world.may_answer.clear()
    tickets = [await session.floor.suggest(ROBIN, f"idea {number}") for number in range(3)]
    await rig.world.interacting.wait()
    rig.end()
    settled = await asyncio.gather(*(ticket.settled for ticket in tickets))
    assert {suggestion.refusal for suggestion in settled} == {Refusal.BROADCAST_ENDED}
    await reach(session, State.ENDED)
    last = {suggestion.id: suggestion.outcome for suggestion in rig.journal.suggestions}
    assert set(last.values()) == {Outcome.REFUSED}


@pytest.mark.parametrize("where", ["connect", "start"])
async def test_a_start_that_fails_frees_connection_and_channel(rig: Rig, where: str) -> None:
    """No streamer, no key, no quota: the broadcast has failed, with a reference, and another may start."""
    rig.world.failing_at[where] = WorldError(Reason.NO_STREAMER, "all busy")
    session = await start(rig.broadcasts)
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert session.broadcast.state is State.FAILED
    assert session.broadcast.ending == Ending(Reason.NO_STREAMER, detail="all busy", reference="ref-1")
    assert rig.world.calls[-1] == "disconnect"
    await asyncio.sleep(0)
    await rig.start("Another cat")


async def test_the_end_can_be_asked_for_while_connecting(rig: Rig) -> None:
    """A host who changes their mind does not have to wait for a streamer."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    await reach(session, State.CONNECTING)
    rig.end()
    await reach(session, State.ENDED)
    assert rig.world.calls == ["connect", "disconnect"]


async def test_an_end_asked_for_at_once_never_connects(rig: Rig) -> None:
    """Start and end in the same breath cost nothing."""
    session = await start(rig.broadcasts)
    rig.end()
    await reach(session, State.ENDED)
    assert rig.world.calls == []


@pytest.mark.parametrize(
    ("reason", "state"), [(Reason.TIME_LIMIT, State.ENDED), (Reason.SERVICE_GONE, State.FAILED)]
)
async def test_the_service_closes_the_stream(rig: Rig, reason: Reason, state: State) -> None:
    """A time limit is an end, a lost connection a failure; neither asks the service to end again."""
    session = await rig.start()
    assert rig.world.events
    rig.world.events.closed(Ending(reason))
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert session.broadcast.state is state
    assert "end" not in rig.world.calls
    assert rig.journal.streams[-1].end_reason is reason


async def test_losing_the_service_in_mid_interaction_fails_the_broadcast(rig: Rig) -> None:
    """The interaction under way is settled as lost, and the stream's end is stored."""
    session = await rig.start()
    rig.world.failing_at["interact"] = WorldError(Reason.SERVICE_GONE)
    ticket = await session.floor.suggest(ROBIN, "snow")
    assert (await ticket.settled).refusal is Refusal.CONNECTION_LOST
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert session.broadcast.state is State.FAILED
    assert rig.journal.streams[-1].ended_at is not None


@pytest.mark.outage("an end unanswered")
async def test_an_unconfirmed_end_is_an_end_all_the_same(rig: Rig) -> None:
    """Disconnecting, which comes next, ends the stream too."""
    rig.world.failing_at["end"] = WorldError(Reason.UNREACHABLE)
    session = await rig.start()
    rig.end()
    await reach(session, State.ENDED)
    assert rig.world.calls[-1] == "disconnect"


async def test_nothing_is_taken_once_the_end_has_begun(rig: Rig) -> None:
    """Until the very last moment: who suggests or moderates is told so, and no row is left open."""
    session = await rig.start()
    session.floor.call_vote(Mode.VOTE, ROBIN)
    rig.world.may_answer.clear()
    waiting = [await session.floor.suggest(ROBIN, prompt) for prompt in ("under way", "in line")][
        1
    ].suggestion
    rig.end()
    floor = session.floor
    while not session.broadcast.state.is_over:
        for refused in (
            lambda: floor.suggest(ROBIN, "too late"),
            lambda: floor.panic(MIKA, "a meadow").send(None),
            lambda: floor.call_vote(Mode.DRAW, ROBIN),
            lambda: floor.switch(Mode.HOST),
            lambda: floor.pause(paused=True),
        ):
            with pytest.raises(BroadcastError) as caught:
                refused()
            assert caught.value.code is Code.BROADCAST_OVER
        with pytest.raises(BroadcastError):
            floor.vote_on_mode(MIKA, is_for=True)
        with pytest.raises(BroadcastError) as gone:
            floor.vote(MIKA, waiting.id)
        assert gone.value.code is Code.NOT_IN_LINE
        floor.approve(waiting.id)
        assert not await floor.revise(waiting.id, "too late")
        assert not await floor.approve_as(waiting.id, "too late")
        assert not await floor.refuse(waiting.id, Refusal.WITHDRAWN)
        await asyncio.sleep(0)
    last = {suggestion.prompt: suggestion.refusal for suggestion in rig.journal.suggestions}
    assert last == {"under way": Refusal.BROADCAST_ENDED, "in line": Refusal.BROADCAST_ENDED}


@pytest.mark.parametrize(("origin", "target"), list(itertools.product(State, State)))
def test_no_state_is_reached_but_by_the_transition_table(origin: State, target: State) -> None:
    """Every pair of states is either in the table or refused."""
    broadcast = Broadcast("b", CHANNEL, MIKA, "A cat", False, NOW, state=origin)
    if target in TRANSITIONS[origin]:
        assert broadcast.moved(target, NOW).state is target
    else:
        with pytest.raises(IllegalTransitionError):
            broadcast.moved(target, NOW)


async def test_an_end_that_cannot_be_stored_is_told_all_the_same(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk at the very end: nobody is left before a live panel, or unanswered; the log has it."""
    session = await rig.start()
    rig.world.may_answer.clear()
    ticket = await session.floor.suggest(ROBIN, "snow")
    await rig.world.interacting.wait()
    rig.journal.refuses = lambda thing: isinstance(thing, Broadcast) and thing.state.is_over
    rig.end()
    async with asyncio.timeout(5):
        while rig.broadcasts.is_running_in(CHANNEL):
            await asyncio.sleep(0)
    heard, _ = rig.audience.heard[-1]
    assert (heard.state, heard.ending) == (State.ENDED, Ending(Reason.HOST_ENDED, by=MIKA))
    assert (await ticket.settled).refusal is Refusal.BROADCAST_ENDED
    assert "disk full" in caplog.text


async def test_one_failed_step_of_the_end_stops_none_of_the_others(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """The stream's end cannot be stored: the broadcast's is, and the log has what failed."""
    session = await rig.start()
    rig.journal.refuses = lambda thing: isinstance(thing, Stream)
    rig.end()
    await reach(session, State.ENDED)
    async with asyncio.timeout(5):
        while rig.broadcasts.is_running_in(CHANNEL):
            await asyncio.sleep(0)
    assert rig.journal.broadcasts[-1].state is State.ENDED
    assert "disk full" in caplog.text
