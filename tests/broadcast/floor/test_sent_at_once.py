"""What comes while nothing else waits is stored once before it is sent: as if it were sent already."""

import asyncio
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Outcome, Refusal, Suggestion
from bot.broadcast.show.handing_over import hand_over
from bot.broadcast.show.session import BroadcastSession
from tests.broadcast.conftest import MIKA, ROBIN, Rig
from tests.broadcast.fakes import A_YEAR, TURNS
from tests.support.rules import arbitration_settings, line_limits


async def idle(rig: Rig) -> BroadcastSession:
    """A live broadcast, in which nothing is left to do."""
    session = await rig.start()
    await turns()
    return session


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def stored(rig: Rig, suggestion: Suggestion) -> list[Outcome]:
    return [each.outcome for each in rig.journal.suggestions if each.id == suggestion.id]


def interactions(rig: Rig) -> list[str]:
    return [call.removeprefix("interact ") for call in rig.world.calls if call.startswith("interact ")]


@pytest.mark.parametrize("mode", [Mode.QUEUE, Mode.DRAW])
async def test_it_is_stored_once_before_it_is_sent(rig: Rig, mode: Mode) -> None:
    """With its stream; who comes while it is under way waits in line, and is stored so."""
    rig.adopt(mode=mode)
    session = await idle(rig)
    session.floor.switch(mode)
    await turns()
    rig.world.may_answer.clear()
    first = (await session.floor.suggest(ROBIN, "snow")).suggestion
    await rig.world.interacting.wait()
    assert stored(rig, first) == [Outcome.SENT]
    assert session.relay.streams.newest
    assert rig.journal.suggestions[-1].stream_id == session.relay.streams.newest.id
    ticket = await session.floor.suggest(MIKA, "rain")
    assert stored(rig, ticket.suggestion) == [Outcome.QUEUED]
    rig.world.may_answer.set()
    await ticket.settled
    assert stored(rig, first) == [Outcome.SENT, Outcome.ACKNOWLEDGED]
    assert stored(rig, ticket.suggestion) == [Outcome.QUEUED, Outcome.SENT, Outcome.ACKNOWLEDGED]


async def test_it_is_not_sent_before_it_is_stored(rig: Rig) -> None:
    """However long that takes."""
    session = await idle(rig)
    with rig.journal.slow():
        suggesting = asyncio.ensure_future(session.floor.suggest(ROBIN, "snow"))
        await turns()
        assert rig.journal.suggestions[-1].outcome is Outcome.SENT
        assert not interactions(rig)
    assert (await (await suggesting).settled).outcome is Outcome.ACKNOWLEDGED


@pytest.mark.parametrize("mode", [Mode.VOTE, Mode.HOST])
async def test_who_has_to_wait_for_others_is_not_stored_as_sent(rig: Rig, mode: Mode) -> None:
    """For votes, or for a moderator."""
    session = await idle(rig)
    session.floor.switch(mode)
    await turns()
    ticket = await session.floor.suggest(ROBIN, "snow")
    assert stored(rig, ticket.suggestion) == [Outcome.QUEUED]


async def test_who_has_to_wait_for_the_pace_is_not_stored_as_sent(rig: Rig) -> None:
    """The gap to the one before is not over."""
    session = await idle(rig)
    await (await session.floor.suggest(ROBIN, "snow")).settled
    session.floor.adopt(arbitration_settings(gap=timedelta(hours=1)))
    await turns()
    ticket = await session.floor.suggest(MIKA, "rain")
    assert stored(rig, ticket.suggestion) == [Outcome.QUEUED]


async def test_what_cannot_be_stored_is_not_sent_and_the_next_one_is(rig: Rig) -> None:
    """Its author is told; nobody else suffers for it."""
    session = await idle(rig)
    with rig.journal.broken(), pytest.raises(OSError, match="disk full"):
        await session.floor.suggest(ROBIN, "snow")
    await turns()
    assert session.floor.waiting == 0
    await (await session.floor.suggest(ROBIN, "rain")).settled
    assert interactions(rig) == ["rain"]


async def suggest_slowly(rig: Rig, session: BroadcastSession) -> asyncio.Future[Ticket]:
    """Is still being stored, as sent."""
    suggesting = asyncio.ensure_future(session.floor.suggest(ROBIN, "snow"))
    await turns()
    assert rig.journal.suggestions[-1].outcome is Outcome.SENT
    return suggesting


async def test_where_it_has_to_wait_after_all_it_is_stored_so(rig: Rig) -> None:
    """Moderators decide from now on, while it is being stored: a crash would find it in line."""
    rig.adopt(limits=line_limits(lifetime=2 * A_YEAR))
    session = await idle(rig)
    with rig.journal.slow():
        suggesting = await suggest_slowly(rig, session)
        session.floor.switch(Mode.HOST)
    suggestion = (await suggesting).suggestion
    await turns()
    assert stored(rig, suggestion) == [Outcome.SENT, Outcome.QUEUED]
    assert not interactions(rig)
    session.floor.approve(suggestion.id)
    await turns()
    assert stored(rig, suggestion) == [Outcome.SENT, Outcome.QUEUED, Outcome.SENT, Outcome.ACKNOWLEDGED]
    assert interactions(rig) == ["snow"]


async def test_who_takes_it_back_with_the_ticket_in_hand_is_in_time(rig: Rig) -> None:
    """As a message is that was deleted while its suggestion was stored."""
    session = await idle(rig)
    ticket = await session.floor.suggest(ROBIN, "snow")
    assert await session.floor.refuse(ticket.suggestion.id, Refusal.WITHDRAWN)
    await turns()
    assert (await ticket.settled).refusal is Refusal.WITHDRAWN
    assert stored(rig, ticket.suggestion) == [Outcome.SENT, Outcome.REFUSED]
    assert not interactions(rig)


async def test_in_other_words_it_is_stored_anew_before_it_is_sent(rig: Rig) -> None:
    """Its message was edited while it was stored: it is the new words that are stored, and sent."""
    session = await idle(rig)
    ticket = await session.floor.suggest(ROBIN, "snow")
    assert await session.floor.revise(ticket.suggestion.id, "rain")
    await ticket.settled
    assert [(each.prompt, each.outcome) for each in rig.journal.suggestions] == [
        ("snow", Outcome.SENT),
        ("rain", Outcome.QUEUED),
        ("rain", Outcome.SENT),
        ("rain", Outcome.ACKNOWLEDGED),
    ]
    assert interactions(rig) == ["rain"]


async def test_a_panic_meanwhile_stops_it(rig: Rig) -> None:
    """Only the safe prompt is sent."""
    session = await idle(rig)
    with rig.journal.slow():
        suggesting = await suggest_slowly(rig, session)
        panicking = asyncio.ensure_future(session.panic(MIKA, "A meadow"))
        await turns()
    await panicking
    assert (await (await suggesting).settled).refusal is Refusal.PANIC
    await turns()
    assert interactions(rig) == ["A meadow"]


@pytest.mark.parametrize("is_stored", [False, True])
async def test_handed_over_before_it_is_sent_it_waits_for_the_next_run(rig: Rig, is_stored: bool) -> None:
    """Nobody need doubt whether it was seen; and it is stored so before this run is done with it."""
    session = await idle(rig)
    if is_stored:
        ticket = await session.floor.suggest(ROBIN, "snow")
        await hand_over(session)
    else:
        with rig.journal.slow():
            suggesting = await suggest_slowly(rig, session)
            await hand_over(session)
            for _ in range(TURNS):
                await turns()
            assert rig.broadcasts.running == [session]
        ticket = await suggesting
    await turns()
    assert stored(rig, ticket.suggestion) == [Outcome.SENT, Outcome.QUEUED]
    assert not interactions(rig)
