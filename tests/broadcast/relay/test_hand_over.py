"""From one stream to the next, before the first one's limit."""

import asyncio
from datetime import timedelta

import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.limits.continuation import Continuation
from bot.broadcast.model import Channel, Ending, Outcome
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import MIKA, ROBIN, start
from tests.broadcast.relay.conftest import Opened
from tests.broadcast.relay.service import settle


async def test_with_a_free_slot_the_next_stream_begins_beside_the_one_on_air(opened: Opened) -> None:
    """On a connection of its own, from the newest picture, ten seconds before the limit.

    The old one lingers, since spectators have to change over too.
    """
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(139.9)
        assert len(run.service.connections) == 1
        await run.clock.turn(0.2)
        assert run.service.calls == [["start"], ["start"]]
        assert run.service.starts[1].picture == run.service.looks()
        assert session.view.spectating
        assert session.view.spectating.webrtc_url.endswith("stream-2")
        await run.clock.turn(4)
        assert run.service.calls == [["start", "end", "disconnect"], ["start"]]
        first, second = run.streams
        assert (first.number, first.end_reason, first.state) == (1, Reason.CONTINUED, State.ENDED)
        assert (second.number, second.service_id, second.end_reason) == (2, "stream-2", None)
        assert session.broadcast.state is State.LIVE
        await run.end(session)
        assert [stream.end_reason for stream in run.streams] == [Reason.CONTINUED, Reason.HOST_ENDED]
        assert run.service.open == 0


async def test_an_hour_is_one_broadcast_of_many_streams(opened: Opened) -> None:
    """Numbered without gaps, never more than two at once, and at the end nothing is left open."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(3600)
        assert session.broadcast.state is State.LIVE
        await run.end(session)
        numbers = [stream.number for stream in run.streams]
        assert numbers == list(range(1, len(numbers) + 1))
        assert 20 < len(numbers) < 30
        assert (run.service.most_open, run.service.open) == (2, 0)
        assert [each.state for each in run.journal.broadcasts if each.state is State.LIVE] == [State.LIVE]


@pytest.mark.parametrize(
    ("continuation", "slots"),
    [(Continuation.SEQUENTIAL, 5), (Continuation.AUTO, 1), (Continuation.OVERLAP, 1)],
)
async def test_without_a_second_slot_the_same_connection_goes_on(
    opened: Opened, continuation: Continuation, slots: int
) -> None:
    """The stream is ended shortly before its limit, and the next one starts from its last picture."""
    async with opened(continuation, slots=slots) as run:
        session = await run.start()
        await run.clock.turn(149)
        assert run.service.calls == [["start", "end", "start"]]
        assert run.service.starts[1].picture == run.service.looks()
        assert run.service.most_open == 1
        assert [stream.end_reason for stream in run.streams] == [Reason.CONTINUED, None]
        assert not session.view.coming_back


@pytest.mark.parametrize("continuation", [Continuation.AUTO, Continuation.SEQUENTIAL])
async def test_nothing_follows_the_stream_on_which_the_broadcast_ends(
    opened: Opened, continuation: Continuation
) -> None:
    """Its minutes are over within the stream's last seconds: it goes on until then, alone."""
    async with opened(continuation) as run:
        session = await run.start(lasting_s=148.5)
        await run.clock.turn(148.4)
        assert session.broadcast.state is State.LIVE
        assert run.service.calls == [["start"]]
        await run.clock.turn(0.2)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.LENGTH_REACHED
        assert run.service.calls == [["start", "end", "disconnect"]]


async def test_a_broadcast_that_gets_more_time_at_the_last_moment_goes_on(opened: Opened) -> None:
    """Nothing was begun for its last seconds; then they were not its last ones."""
    async with opened() as run:
        session = await run.start(lasting_s=600)
        run.allows(session, longest=timedelta(seconds=148))
        await run.clock.turn(144)
        run.allows(session, longest=timedelta(hours=1))
        await run.clock.turn(5)
        assert session.broadcast.state is State.LIVE
        assert run.service.calls == [["start", "end", "start"]]
        await run.end(session)


async def test_a_connection_is_changed_before_its_hour_is_over(opened: Opened) -> None:
    """One after the other on one connection, and for the last minutes of it on a new one."""
    async with opened(Continuation.SEQUENTIAL) as run:
        session = await run.start()
        await run.clock.turn(3650)
        assert session.broadcast.state is State.LIVE
        assert len(run.service.connections) == 2
        assert run.service.most_open == 1
        assert not session.view.coming_back


async def test_what_is_sent_is_sent_once_and_to_a_stream_that_stays(opened: Opened) -> None:
    """Suggestions all the time, over ten seams: each is acknowledged once, in order, by whoever is on air."""
    async with opened(limit_s=20) as run:
        session = await run.start()
        tickets: list[Ticket] = []
        while session.relay.streams.begun < 11:
            tickets.append(await session.floor.suggest(ROBIN, f"idea {len(tickets)}"))
            await run.clock.turn(3.5)
        settled = [await ticket.settled for ticket in tickets]
        assert {suggestion.outcome for suggestion in settled} == {Outcome.ACKNOWLEDGED}
        assert [prompt for _, prompt in run.service.sent] == [f"idea {each}" for each in range(len(tickets))]
        connections = [number for number, _ in run.service.sent]
        assert connections == sorted(connections)


async def test_the_change_waits_for_the_interaction_under_way(opened: Opened) -> None:
    """The next stream is not begun before it is answered, or it would not have it."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(139)
        run.service.may_answer.clear()
        ticket = await session.floor.suggest(ROBIN, "snow")
        await run.clock.turn(3)
        assert (len(run.service.connections), len(run.service.starts)) == (2, 1)
        later = await session.floor.suggest(ROBIN, "rain")
        run.service.may_answer.set()
        assert (await ticket.settled).outcome is Outcome.ACKNOWLEDGED
        await run.clock.turn(10)  # after a slow answer the gap is long
        assert (await later.settled).outcome is Outcome.ACKNOWLEDGED
        assert run.service.sent == [(1, "snow"), (2, "rain")]
        assert run.service.starts[1].prompt.endswith("Snow.")


async def test_nothing_is_sent_to_a_stream_that_is_leaving(opened: Opened) -> None:
    """From its last picture until the next one is on air: it would be lost with the old world."""
    async with opened() as run:
        session = await run.start()
        run.service.may_start.clear()
        await run.clock.turn(141)
        ticket = await session.floor.suggest(ROBIN, "snow")
        await run.clock.turn(1)
        assert run.service.sent == []
        run.service.may_start.set()
        assert (await ticket.settled).outcome is Outcome.ACKNOWLEDGED
        assert run.service.sent == [(2, "snow")]


async def test_in_a_gap_nothing_is_sent_and_nobody_loses_their_place(opened: Opened) -> None:
    """Who suggests while the streams change on one connection waits, and is next."""
    async with opened(Continuation.SEQUENTIAL) as run:
        session = await run.start()
        run.service.may_start.clear()
        await run.clock.turn(148)
        assert not session.relay.is_open
        ticket = await session.floor.suggest(ROBIN, "snow")
        await run.clock.turn(1)
        assert not ticket.settled.done()
        assert session.floor.waiting == 1
        run.service.may_start.set()
        assert (await ticket.settled).outcome is Outcome.ACKNOWLEDGED
        assert run.streams[1].id == (await ticket.settled).stream_id


async def test_a_gap_is_told_when_it_grows_long(opened: Opened) -> None:
    """A short one is no news; one whose next stream does not come is not called live."""
    async with opened(Continuation.SEQUENTIAL) as run:
        session = await run.start()
        run.service.may_start.clear()
        await run.clock.turn(149)
        assert session.view.coming_back == 0
        await run.clock.turn(3)
        assert session.view.coming_back == 1
        run.service.may_start.set()
        await run.clock.turn(0)
        assert (session.view.coming_back, session.view.streams) == (0, 2)


async def test_the_next_stream_is_told_the_world_as_it_stands(opened: Opened) -> None:
    """In the service's words of the opening, with what was applied since."""
    async with opened() as run:
        session = await run.start()
        await (await session.floor.suggest(ROBIN, "lanterns light up")).settled
        await run.clock.turn(141)
        assert run.service.starts[1].prompt == "A harbour, in soft light. Lanterns light up."
        assert session.prompt_in_force == "lanterns light up"


async def test_after_a_panic_the_next_stream_is_told_the_safe_world_alone(opened: Opened) -> None:
    """Neither the opening nor what was applied before it comes back, in whatever words it is asked for."""
    async with opened() as run:
        session = await run.start()
        await (await session.floor.suggest(ROBIN, "something bad")).settled
        await session.floor.panic(MIKA, "a meadow")
        await run.clock.turn(1)
        session.floor.pause(paused=False)
        await run.clock.turn(30)
        await (await session.floor.suggest(ROBIN, "a hare")).settled
        run.service.failing_at["start"] = [WorldError(Reason.REFUSED)] * 3
        await run.clock.turn(110)
        asked = [start.prompt for start in run.service.starts[1:]]
        assert asked == ["A meadow. A hare.", "a meadow"] * 2
        await run.end(session)
        assert (session.last_moment.opening, session.last_moment.applied) == ("a meadow", ("a hare",))


async def test_where_streams_start_from_no_picture_the_words_have_to_do(opened: Opened) -> None:
    """The next stream is started without one."""
    async with opened() as run:
        run.service.starts_from_pictures = False
        await run.start()
        await run.clock.turn(141)
        assert run.service.starts[1].picture is None


async def test_a_picture_that_cannot_be_had_is_replaced_by_the_last_one(opened: Opened) -> None:
    """The newest that was kept while the stream ran."""
    async with opened() as run:
        await run.start()
        kept = Picture(b"kept", portrait=False)
        run.service.starts[0].events.pictured(kept, b"small")
        run.service.failing_at["latest_picture"] = [WorldError(Reason.SERVICE_GONE)]
        await run.clock.turn(141)
        assert run.service.starts[1].picture == kept


async def test_five_broadcasts_at_their_seams_do_not_wait_for_each_other(opened: Opened) -> None:
    """With all slots on air each goes on with its own; who waits to start comes in with the first end."""
    async with opened() as run:
        sessions = [await run.start(Channel(number, number)) for number in range(1, 6)]
        waiting = await start(run.broadcasts, Channel(9, 9), MIKA, "A fox")
        await run.clock.turn(600)
        assert {session.relay.streams.begun for session in sessions} == {5}
        assert run.service.most_open == 5
        assert waiting.relay.place_in_pool == 1
        await run.end(sessions[0])
        assert waiting.broadcast.state is State.LIVE


async def test_a_start_is_not_kept_waiting_by_seams(opened: Opened) -> None:
    """A slot that a seam has taken is the start's as soon as the seam is through."""
    async with opened(slots=2) as run:
        session = await run.start()
        await run.clock.turn(141)
        assert run.service.open == 2
        starting = await start(run.broadcasts, Channel(9, 9), MIKA, "A fox")
        await settle()
        assert starting.relay.place_in_pool == 1
        await run.clock.turn(4)
        assert starting.broadcast.state is State.LIVE
        assert session.broadcast.state is State.LIVE


async def test_one_slot_is_kept_for_seams_where_they_are_to_overlap(opened: Opened) -> None:
    """A start waits rather than take it; the seams of those on air take it in turn."""
    async with opened(Continuation.OVERLAP, slots=3) as run:
        sessions = [await run.start(Channel(number, number)) for number in (1, 2)]
        waiting = await start(run.broadcasts, Channel(9, 9), MIKA, "A fox")
        await run.clock.turn(300)
        assert waiting.relay.place_in_pool == 1
        assert {session.relay.streams.begun for session in sessions} == {3}
        assert run.service.most_open == 3


async def test_an_end_in_the_middle_of_a_seam_leaves_nothing_open(opened: Opened) -> None:
    """Both streams are ended at the service, and stored so."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(141)
        assert run.service.open == 2
        await run.end(session)
        assert session.broadcast.state is State.ENDED
        assert [calls[1:] for calls in run.service.calls] == [["end", "disconnect"]] * 2
        assert [stream.end_reason for stream in run.streams] == [Reason.HOST_ENDED] * 2


async def test_a_late_word_of_the_old_stream_is_not_taken_for_the_new_ones(opened: Opened) -> None:
    """The old one's end, its picture and its spectators' address change nothing on air."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(141)
        old = run.service.starts[0].events
        old.pictured(Picture(b"old", portrait=False), b"old")
        old.closed(Ending(Reason.TIME_LIMIT))
        await asyncio.sleep(0)
        await run.clock.turn(1)
        assert not session.view.coming_back
        assert session.view.picture is None
        assert run.service.calls[1] == ["start"]
        assert session.relay.streams.seed == run.service.looks()
        assert run.limit.limit_s == 150


async def test_a_seam_that_fails_gives_its_slot_back(opened: Opened) -> None:
    """The one on air goes on alone, and others can start on what is free."""
    async with opened(slots=2) as run:
        session = await run.start()
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
        await run.clock.turn(149)
        assert session.view.streams == 2
        assert run.service.most_open == 1
        assert (await run.start(Channel(9, 9))).broadcast.state is State.LIVE
