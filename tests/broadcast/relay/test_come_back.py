"""A stream that breaks off, whatever breaks it, and a next one that does not begin as it should."""

import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.limits.continuation import Continuation
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending, Outcome, Refusal, Spectating
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import MIKA, ROBIN
from tests.broadcast.relay.conftest import Opened
from tests.broadcast.relay.service import FULL


@pytest.mark.outage("a stream breaks off")
@pytest.mark.parametrize(
    "reason", [Reason.SERVICE_GONE, Reason.STREAM_ERROR, Reason.STREAM_ENDED, Reason.TIME_LIMIT]
)
async def test_a_stream_that_breaks_off_is_followed_at_once(opened: Opened, reason: Reason) -> None:
    """On a new connection, from the last picture that was kept; the broadcast stays live."""
    async with opened() as run:
        session = await run.start()
        kept = Picture(b"kept", portrait=False)
        run.service.starts[0].events.pictured(kept, b"small")
        await run.clock.turn(30)
        run.service.break_off(reason)
        await run.clock.turn(0)
        assert session.broadcast.state is State.LIVE
        assert run.service.calls == [["start", "disconnect"], ["start"]]
        assert run.service.starts[1].picture == kept
        assert [stream.end_reason for stream in run.streams] == [reason, None]
        assert session.view.coming_back == 0


async def test_the_panel_says_which_try_it_is(opened: Opened) -> None:
    """The second and later ones wait, longer each time; what comes back is counted anew."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(30)
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE), WorldError(Reason.NO_STREAMER)]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(0.5)
        assert session.view.coming_back == 2
        await run.clock.turn(1)
        assert session.view.coming_back == 3
        await run.clock.turn(3)
        assert session.view.coming_back == 0
        await run.clock.turn(30)
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(0.5)
        assert session.view.coming_back == 2
        await run.clock.turn(0.6)
        assert session.view.coming_back == 0


async def test_a_stream_that_never_began_is_the_one_that_is_tried_again(opened: Opened) -> None:
    """It keeps its key and its number: what never was leaves no gap."""
    async with opened() as run:
        await run.start()
        run.service.failing_at["start"] = [FULL]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(10)
        begun = [(stream.number, stream.service_id) for stream in run.streams]
        assert begun == [(1, "stream-1"), (2, "stream-2")]


@pytest.mark.parametrize("reason", [Reason.UNREACHABLE, Reason.SERVICE_GONE])
async def test_a_start_that_was_not_answered_leaves_what_it_meant(opened: Opened, reason: Reason) -> None:
    """The service may have begun it: by what is stored of it, its recording can still be found."""
    async with opened() as run:
        await run.start()
        run.service.failing_at["start"] = [WorldError(reason)]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(10)
        stored = [(stream.number, stream.service_id, stream.end_reason) for stream in run.streams]
        assert stored == [
            (1, "stream-1", Reason.SERVICE_GONE), (2, None, reason), (3, "stream-2", None)
        ]  # fmt: skip


@pytest.mark.outage("Odyssey stays away")
async def test_after_so_many_tries_in_a_row_the_broadcast_ends(opened: Opened) -> None:
    """With what broke it off; the streams that were stay recorded."""
    async with opened(tries=3) as run:
        session = await run.start()
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)] * 3
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(60)
        assert session.broadcast.state is State.FAILED
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.SERVICE_GONE
        assert run.service.failing_at["connect"] == []
        assert [stream.end_reason for stream in run.streams] == [Reason.SERVICE_GONE]


async def test_a_stream_that_shows_a_frame_and_dies_counts_as_a_try(opened: Opened) -> None:
    """Again and again: it does not go on for ever."""
    async with opened(tries=3) as run:
        session = await run.start()
        for _ in range(4):
            run.service.break_off(Reason.STREAM_ERROR)
            await run.clock.turn(2.5)
        assert session.broadcast.state is State.FAILED
        assert len(run.streams) == 4


@pytest.mark.outage("plan used up or key refused")
@pytest.mark.parametrize(
    "error",
    [
        WorldError(Reason.BAD_KEY),
        WorldError(Reason.USAGE_LIMIT, limit=UsageLimit(LimitKind.MONTH, 10, 10)),
        WorldError(Reason.USAGE_LIMIT, limit=UsageLimit(LimitKind.SUSPENDED)),
        WorldError(Reason.USAGE_LIMIT),
    ],
)
async def test_a_used_up_plan_or_a_refused_key_is_the_end(opened: Opened, error: WorldError) -> None:
    """No second try: nobody can mend that in a minute. The reason is told."""
    async with opened() as run:
        session = await run.start()
        run.service.failing_at["connect"] = [error]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(1)
        assert session.broadcast.state is State.FAILED
        assert session.broadcast.ending
        assert (session.broadcast.ending.reason, session.broadcast.ending.limit) == (
            error.reason,
            error.limit,
        )


@pytest.mark.outage("no slot at Odyssey")
async def test_without_a_slot_for_a_quarter_of_an_hour_it_waits_in_line(opened: Opened) -> None:
    """The connection that was lost still counts at the service: nothing is given up, and suggestions wait."""
    async with opened() as run:
        session = await run.start()
        run.service.failing_at["connect"] = [FULL] * 16
        run.service.break_off(Reason.SERVICE_GONE)
        ticket = await session.floor.suggest(ROBIN, "snow")
        await run.clock.turn(60)
        waiting = session.view
        assert waiting.place_in_pool == 1
        assert not ticket.settled.done()
        await run.clock.turn(900)
        assert session.broadcast.state is State.LIVE
        assert session.view.place_in_pool is None
        assert (await ticket.settled).refusal in (None, Refusal.STALE)


async def test_the_end_can_be_asked_for_while_the_picture_is_gone(opened: Opened) -> None:
    """Nobody has to wait for a service that does not come back."""
    async with opened() as run:
        session = await run.start()
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)] * 9
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(0.5)
        await run.end(session)
        assert session.broadcast.state is State.ENDED
        assert run.service.open == 0


async def test_what_was_under_way_goes_to_the_next_stream_once(opened: Opened) -> None:
    """It is neither lost nor put behind the others; a prompt that breaks that one too is refused."""
    async with opened() as run:
        session = await run.start()
        gone = WorldError(Reason.SERVICE_GONE)
        run.service.failing_at["interact"] = [gone, None, gone, gone]
        first, second = (
            await session.floor.suggest(ROBIN, "snow"),
            await session.floor.suggest(MIKA, "an owl"),
        )
        await run.clock.turn(10)
        assert (await first.settled).outcome is Outcome.ACKNOWLEDGED
        await run.clock.turn(60)
        settled = await second.settled
        assert (settled.outcome, settled.refusal) == (Outcome.REFUSED, Refusal.CONNECTION_LOST)
        assert run.service.sent == [(1, "snow"), (2, "snow"), (2, "an owl"), (3, "an owl")]
        assert session.broadcast.state is State.LIVE


async def test_a_panic_takes_back_what_was_to_be_sent_again(opened: Opened) -> None:
    """After a moderator has stopped everything, only the safe prompt is sent."""
    async with opened() as run:
        session = await run.start()
        run.service.failing_at["interact"] = [WorldError(Reason.SERVICE_GONE)]
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
        ticket = await session.floor.suggest(ROBIN, "something bad")
        await run.clock.turn(0.5)
        await session.floor.panic(MIKA, "a meadow")
        settled = await ticket.settled
        assert settled.refusal is Refusal.PANIC
        assert settled.sent_at, "it was seen by a stream, and the books have it otherwise"
        await run.clock.turn(10)
        assert run.service.sent == [(1, "something bad"), (2, "a meadow")]


@pytest.mark.parametrize("by", ["its author", "a mute"])
async def test_what_is_to_be_sent_again_can_still_be_taken_back(opened: Opened, by: str) -> None:
    """While the world is coming back it waits, like what is in line; what others want goes on to the next."""
    async with opened() as run:
        session = await run.start()
        run.service.failing_at["interact"] = [WorldError(Reason.SERVICE_GONE)]
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
        ticket = await session.floor.suggest(ROBIN, "something bad")
        later = await session.floor.suggest(MIKA, "snow")
        await run.clock.turn(0.5)
        if by == "a mute":
            await session.floor.refuse_all_of(ROBIN, Refusal.MUTED)
        else:
            assert await session.floor.refuse(ticket.suggestion.id, Refusal.WITHDRAWN)
        assert ticket.settled.done()
        refused = ticket.settled.result()
        assert refused.outcome is Outcome.REFUSED
        assert refused.sent_at, "it had left once, and that stays in the books"
        await run.clock.turn(10)
        assert (await later.settled).outcome is Outcome.ACKNOWLEDGED
        assert run.service.sent == [(1, "something bad"), (2, "snow")]


async def test_after_a_panic_in_a_gap_the_world_comes_back_as_the_safe_one(opened: Opened) -> None:
    """Nothing of what was stopped is seen again, not even for the moment until the safe prompt is sent."""
    async with opened() as run:
        session = await run.start()
        run.service.starts[0].events.pictured(Picture(b"something bad", portrait=False), b"small")
        run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(0.5)
        await session.panic(MIKA, "a meadow")
        await run.clock.turn(10)
        assert [(start.prompt, start.picture) for start in run.service.starts[1:]] == [("a meadow", None)]
        assert run.service.sent == [(2, "a meadow")]


@pytest.mark.parametrize("is_shown", [False, True])
async def test_after_a_panic_nothing_starts_from_a_picture_of_before(opened: Opened, is_shown: bool) -> None:
    """Neither from one that was known, nor from one that came before the safe prompt was taken."""
    async with opened() as run:
        session = await run.start()
        events = run.service.starts[0].events
        events.pictured(Picture(b"something bad", portrait=False), b"small")
        run.service.may_answer.clear()
        await session.panic(MIKA, "a meadow")
        events.pictured(Picture(b"something bad, later", portrait=False), b"small")
        meadow = None
        if is_shown:
            run.service.may_answer.set()
            await run.clock.turn(1)
            events.spectating(Spectating("https://watch.example/", "token"))
            assert session.last_moment.picture is None
            meadow = Picture(b"a meadow", portrait=False)
            events.pictured(meadow, b"small")
        run.service.break_off(Reason.SERVICE_GONE)
        await run.clock.turn(10)
        run.service.may_answer.set()
        assert [(start.prompt, start.picture) for start in run.service.starts[1:]] == [("a meadow", meadow)]


@pytest.mark.parametrize("by", ["a panic", "a mute"])
async def test_what_was_stopped_while_it_was_under_way_is_not_sent_again(opened: Opened, by: str) -> None:
    """Its stream breaks off before it answers: the next one does not get what a moderator has stopped."""
    async with opened() as run:
        session = await run.start()
        run.service.may_answer.clear()
        ticket = await session.floor.suggest(ROBIN, "something bad")
        await run.clock.turn(0)
        if by == "a panic":
            await session.floor.panic(MIKA, "a meadow")
        else:
            await session.floor.refuse_all_of(ROBIN, Refusal.MUTED)
            await session.floor.suggest(MIKA, "a meadow")
        run.service.failing_at["interact"] = [WorldError(Reason.SERVICE_GONE)]
        run.service.may_answer.set()
        await run.clock.turn(10)
        assert ticket.settled.done()
        assert ticket.settled.result().refusal is Refusal.CONNECTION_LOST
        assert run.service.sent == [(1, "something bad"), (2, "a meadow")]


async def test_no_other_stream_is_begun_for_a_broadcasts_last_seconds(opened: Opened) -> None:
    """The stream breaks off four seconds before its minutes are over: they are sat out, and end in order."""
    async with opened() as run:
        session = await run.start(lasting_s=60)
        await run.clock.turn(56)
        run.service.break_off(Reason.STREAM_ERROR)
        await run.clock.turn(3.9)
        assert (len(run.service.starts), session.view.coming_back) == (1, 1)
        await run.clock.turn(0.2)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.LENGTH_REACHED
        assert len(run.service.starts) == 1


async def test_a_shorter_limit_is_learned(opened: Opened) -> None:
    """The first stream breaks off at it; the next ones hand over in time, in other broadcasts too."""
    async with opened(limit_s=150) as run:
        await run.start()
        await run.clock.turn(20)
        run.service.break_off(Reason.TIME_LIMIT)
        await run.clock.turn(0)
        assert run.limit.limit_s == 20
        await run.clock.turn(12.5)
        assert len(run.service.starts) == 3
        assert run.service.most_open == 2


async def test_an_end_within_moments_is_no_limit(opened: Opened) -> None:
    """A service that ends streams as they begin is not believed that they may last no longer."""
    async with opened() as run:
        await run.start()
        await run.clock.turn(1)
        run.service.break_off(Reason.TIME_LIMIT)
        await run.clock.turn(1)
        assert run.limit.limit_s == 150


@pytest.mark.outage("start refused for what it shows")
@pytest.mark.parametrize("reason", [Reason.STREAM_ERROR, Reason.REFUSED])
async def test_a_refused_picture_or_prompt_is_left_out(opened: Opened, reason: Reason) -> None:
    """First the words of the opening, then none of the pictures: the broadcast goes on, be it with a cut."""
    async with opened() as run:
        session = await run.start()
        await (await session.floor.suggest(ROBIN, "snow")).settled
        run.service.failing_at["start"] = [WorldError(reason, "not this")] * 3
        await run.clock.turn(141)
        told = "A harbour, in soft light. Snow."
        asked = [(start.prompt, start.picture is not None) for start in run.service.starts[1:]]
        assert asked == [(told, True), ("A harbour", True), (told, False), ("A harbour", False)]
        assert session.relay.on_air
        assert session.relay.on_air.stream.number == 2
        assert [stream.number for stream in run.streams] == [1, 2]


@pytest.mark.parametrize("continuation", list(Continuation))
@pytest.mark.parametrize("case", ["wrong shape", "no frame", "ends as it begins"])
async def test_a_next_stream_that_is_none_is_tried_again(
    opened: Opened, continuation: Continuation, case: str
) -> None:
    """It is ended and stored, and the broadcast goes on with another one."""
    async with opened(continuation) as run:
        session = await run.start()
        await run.clock.turn(130)
        if case == "wrong shape":
            shapes = iter([False, True])
            run.service.looks = lambda: Picture(b"a picture", portrait=next(shapes, False))
        elif case == "no frame":
            run.service.failing_at["shows_portrait"] = [WorldError(Reason.UNREACHABLE)]
        else:
            run.service.ends_at_once["stream-2"] = Ending(Reason.STREAM_ERROR)
            run.service.failing_at["shows_portrait"] = [WorldError(Reason.STREAM_ENDED)]
        await run.clock.turn(30)
        assert session.broadcast.state is State.LIVE
        assert session.relay.is_open
        numbers = [(stream.number, stream.end_reason is None) for stream in run.streams]
        assert numbers == [(1, False), (2, False), (3, True)]
        assert "end" in run.service.starts[1].connection.calls
        await run.end(session)
        assert run.service.open == 0


async def test_a_start_that_is_answered_only_when_the_old_stream_is_gone(opened: Opened) -> None:
    """The old one runs into its limit meanwhile; the next one comes on air as soon as it is there."""
    async with opened() as run:
        session = await run.start()
        await run.clock.turn(139)
        run.service.may_start.clear()
        await run.clock.turn(5)
        assert run.service.open == 2
        run.service.connections[0].calls.append("limit")
        first = run.streams[0]
        run.service.starts[0].events.closed(Ending(Reason.TIME_LIMIT))
        await run.clock.turn(1)
        assert session.relay.on_air
        assert session.relay.on_air.over
        run.service.may_start.set()
        await run.clock.turn(1)
        assert session.relay.is_open
        assert session.view.streams == 2
        await run.clock.turn(5)
        assert run.streams[0].id == first.id
        assert run.streams[0].end_reason is Reason.TIME_LIMIT
        assert run.service.open == 1
