"""Broadcasts go to another process, and come from one, while the others run on."""

import asyncio
import logging

import pytest

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Channel, Ending, Outcome
from bot.broadcast.sharding import Shard
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, start
from tests.broadcast.relay.conftest import Opened
from tests.broadcast.relay.service import settle
from tests.broadcast.relay.test_resuming import left, waiting

OTHERS = Channel(guild_id=1 << 22, id=11)
FIRST, SECOND = Shard(0, 2), Shard(1, 2)
"""Of the servers of `CHANNEL`, and of the other channel."""


async def test_those_of_a_shard_go_and_the_others_run_on(opened: Opened) -> None:
    """The stream ends at the service; nothing else of it is stored: who waits in line waits."""
    async with opened() as run:
        goes, stays = await run.start(), await run.start(OTHERS)
        await goes.floor.suggest(ROBIN, "snow")
        await settle()
        await run.broadcasts.let_go(FIRST)
        assert run.broadcasts.running == [stays]
        assert goes.is_elsewhere
        assert goes.broadcast.state is State.LIVE
        ended = {s.broadcast_id: s.end_reason for s in run.streams if s.ended_at}
        assert ended == {goes.broadcast.id: Reason.SHUTDOWN}
        assert [b.state for b in run.journal.broadcasts if b.id == goes.broadcast.id][-1] is State.LIVE
        assert stays.relay.is_open


async def test_none_begins_there_until_they_are_back(opened: Opened) -> None:
    """Whoever has the shard now would not know of it. Elsewhere broadcasts begin."""
    async with opened() as run:
        await run.broadcasts.let_go(FIRST)
        with pytest.raises(BroadcastError) as raised:
            await start(run.broadcasts, CHANNEL, MIKA)
        assert raised.value.code is Code.SHUTTING_DOWN
        await run.start(OTHERS)
        await run.broadcasts.resume([], [], of=FIRST)
        await run.start()


async def test_they_are_taken_up_while_others_run(opened: Opened) -> None:
    """Whoever shows broadcasts is told of each. What waited waits."""
    async with opened() as run:
        told: list[BroadcastSession] = []
        run.broadcasts.taken_up.listen(told.append)
        runs = await run.start(OTHERS)
        snow = waiting(run, "snow")
        await run.broadcasts.resume([left(run, snow)], [], of=FIRST)
        await settle()
        [session] = told
        assert set(run.broadcasts.running) == {runs, session}
        assert session.taken_up is not None
        assert [ticket.suggestion.id for ticket in session.taken_up] == ["snow"]
        assert runs.relay.is_open


async def test_what_is_lost_is_not_waited_for(opened: Opened) -> None:
    """Another process may have it already: what is under way is left, and the stream ended at once."""
    async with opened() as run:
        session = await run.start()
        run.service.may_answer.clear()
        await session.floor.suggest(ROBIN, "snow")
        await settle()
        letting_go = asyncio.create_task(run.broadcasts.let_go(FIRST, is_lost=True), name="let go")
        await settle()
        assert letting_go.done()
        assert run.broadcasts.running == []
        assert [s.outcome for s in run.journal.suggestions][-1] is Outcome.SENT


async def test_what_ends_by_itself_ends(opened: Opened) -> None:
    """It is over, and is not to begin anew elsewhere."""
    async with opened() as run:
        session = await run.start()
        await run.end(session)
        await run.broadcasts.let_go(FIRST)
        assert not session.is_elsewhere
        assert session.broadcast.state is State.ENDED


async def test_what_another_process_has_ends_its_stream_and_does_nothing_else(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    """Its place is free in that moment; nothing is stored, sent or told of an end."""
    async with opened() as run:
        session, stays = await run.start(), await run.start(OTHERS)
        ticket = await session.floor.suggest(ROBIN, "snow")
        run.service.may_answer.clear()
        await settle()
        told: list[State] = []
        run.listeners.listen(lambda broadcast: told.append(broadcast.state))
        run.journal.refuses = lambda thing: "own" not in repr(thing) and session.broadcast.id in repr(thing)
        stored = len(run.journal.streams), len(run.journal.suggestions), len(run.journal.broadcasts)
        run.broadcasts.depose(session.broadcast.id)
        assert run.broadcasts.running == [stays]
        with pytest.raises(BroadcastError):
            await session.floor.suggest(ROBIN, "rain")
        await settle()
        assert (len(run.journal.streams), len(run.journal.suggestions), len(run.journal.broadcasts)) == stored
        assert run.service.calls[0][-2:] == ["end", "disconnect"]
        assert session.broadcast.state is State.LIVE
        assert set(told) == {State.LIVE}
        assert ticket.settled.cancelled()
        assert stays.relay.is_open
        taken = await run.start()
        assert run.broadcasts.find(taken.broadcast.id) is taken, "here, or elsewhere"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_an_end_that_another_process_makes_is_not_made_here(opened: Opened) -> None:
    """It was about to be stored when it was refused: it does not seem over to anybody."""
    async with opened() as run:
        session = await run.start()
        await session.floor.suggest(ROBIN, "snow")
        run.service.may_answer.clear()
        await settle()
        run.journal.refuses = lambda _: True
        session.end(Ending(Reason.HOST_ENDED, by=MIKA))
        run.broadcasts.depose(session.broadcast.id)
        await settle()
        assert session.broadcast.state is State.LIVE
        assert run.broadcasts.running == []
        assert session.is_elsewhere


async def test_what_is_asked_of_one_that_never_began_here_is_nothing(opened: Opened) -> None:
    async with opened() as run:
        run.broadcasts.depose("unknown")
