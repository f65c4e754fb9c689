"""A stream is stored as it is meant, before the service is asked for it."""

import asyncio
from datetime import timedelta

from bot.broadcast.errors import WorldError
from bot.broadcast.model import Stream
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from bot.broadcast.world import StartedStream, StreamEvents
from tests.broadcast.conftest import Rig, reach, start


async def test_a_stream_is_stored_as_meant_before_the_service_is_asked(rig: Rig) -> None:
    """Under a key of ours; the service's ID is added to the same stream when it comes."""
    stored_by_then: list[Stream] = []
    start = rig.world.start

    async def start_later(
        prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        stored_by_then.extend(rig.journal.streams)
        await rig.clock.sleep(3)
        return await start(prompt, events, portrait=portrait, picture=picture)

    rig.world.start = start_later  # type: ignore[method-assign]
    session = await rig.start()
    [meant] = stored_by_then
    assert (meant.number, meant.service_id, meant.state) == (1, None, State.CONNECTING)
    begun = rig.journal.streams[-1]
    assert (begun.id, begun.service_id, begun.state) == (meant.id, "stream-1", State.LIVE)
    assert begun.intended_at == meant.intended_at == begun.started_at - timedelta(seconds=3)
    assert session.relay.streams.newest == begun


async def test_nothing_is_asked_of_the_service_that_is_not_stored(rig: Rig) -> None:
    """A full disk costs no stream."""
    rig.journal.refuses = lambda thing: isinstance(thing, Stream)
    session = await start(rig.broadcasts)
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert rig.world.calls == ["connect", "disconnect"]


async def test_a_stream_that_never_began_is_closed_and_has_no_recording(rig: Rig) -> None:
    """It is stored why; nobody waits for what cannot come."""
    rig.world.failing_at["start"] = WorldError(Reason.STREAM_ERROR)
    session = await start(rig.broadcasts)
    while rig.broadcasts.running:
        await asyncio.sleep(0)
    last = rig.journal.streams[-1]
    assert (last.service_id, last.state, last.end_reason) == (None, State.FAILED, Reason.STREAM_ERROR)
    assert last.ended_at is not None
    assert not session.relay.streams.begun
    for _ in range(100):
        await asyncio.sleep(0)
    assert rig.board.posts == []


async def test_a_stream_that_is_asked_for_again_is_the_same_one(rig: Rig) -> None:
    """None was free at the service: however often it is tried, one stream is meant."""
    rig.world.full_at = "start"
    session = await start(rig.broadcasts)
    while rig.world.calls.count("start A cat") < 3:
        await asyncio.sleep(0)
    rig.world.full_at = None
    await reach(session, State.LIVE)
    assert len({stream.id for stream in rig.journal.streams}) == 1
    intended = [stream.intended_at for stream in rig.journal.streams]
    assert intended[0] < intended[-2] == intended[-1]
