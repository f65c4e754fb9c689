"""What an earlier run of the bot was cut off from goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import WorldError
from bot.broadcast.interrupted import Interrupted, Left
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Outcome, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.show.resuming import CutOff
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, reach, start
from tests.broadcast.relay.conftest import Opened, Run
from tests.broadcast.relay.service import FULL, settle
from tests.support.rules import arbitration_settings, budget

SASHA = Viewer(102, "Sasha")
SEEN_AGO, ON_AIR = timedelta(seconds=20), timedelta(seconds=40)
PICTURE = Picture(b"the world then", portrait=False)


def left(run: Run, *suggestions: Suggestion | Left, state: State = State.LIVE, **more: object) -> Interrupted:
    """A broadcast of five minutes that was live for 40 s and cut off 20 s ago; it had one stream."""
    seen_at = run.clock.now() - SEEN_AGO
    live_at = seen_at - ON_AIR
    broadcast = Broadcast(
        "b",
        CHANNEL,
        MIKA,
        "A harbour",
        False,
        live_at - timedelta(seconds=3),
        state,
        live_at=live_at if state is State.LIVE else None,
        length=timedelta(minutes=5),
    )
    stream = Stream("s", "b", "A harbour", False, live_at, live_at, 1, "service's", session="the old one")
    streams = (stream,) if state is State.LIVE else ()
    all_of_them = tuple(each if isinstance(each, Left) else Left(each) for each in suggestions)
    moment = LastMoment("A harbour", (), None, PICTURE)
    stands = {"streams": streams, "suggestions": all_of_them, "moment": moment, "moment_at": seen_at} | more
    return Interrupted(broadcast, seen_at, **stands)  # type: ignore[arg-type]


def waiting(run: Run, name: str, viewer: Viewer = ROBIN, ago_s: float = 30) -> Suggestion:
    return Suggestion(name, "b", viewer, name, run.clock.now() - timedelta(seconds=ago_s))


@pytest.mark.outage("the bot is killed")
async def test_a_live_broadcast_goes_on_with_another_stream(opened: Opened) -> None:
    """From its last picture, in the world as it stood, with the next number; it was off air in between."""
    async with opened() as run:
        snow = waiting(run, "snow").sent("s", run.clock.now()).acknowledged("It snows", run.clock.now())
        session = await resumed(run, left(run, snow))
        await settle()
        [start] = run.service.starts
        assert (start.prompt, start.picture) == ("A harbour. It snows.", PICTURE)
        assert [(each.number, each.end_reason) for each in run.streams] == [
            (1, Reason.INTERRUPTED),
            (2, None),
        ]
        assert session.broadcast.state is State.LIVE
        assert session.broadcast.off_air == SEEN_AGO
        assert (session.view.prompt_in_force, session.view.ideas, session.view.people) == ("It snows", 1, 1)
        assert session.view.ends_at == run.clock.now() + timedelta(minutes=5) - ON_AIR
        await run.clock.turn(30)
        await run.end(session)
        assert session.broadcast.on_air_s == 70


async def test_what_waited_waits_in_its_place(opened: Opened) -> None:
    """Turns, votes, approvals, mode and pause are as they were; nothing of it is stored anew."""
    async with opened() as run:
        run.service.may_start.clear()
        ideas = [waiting(run, "snow"), waiting(run, "an owl", SASHA), waiting(run, "rain", SASHA)]
        some = left(
            run,
            *(Left(each, each.suggested_at if each.id == "rain" else None) for each in ideas),
            mode=Mode.HOST,
            is_paused=True,
            votes={MIKA.id: "snow", ROBIN.id: "snow", SASHA.id: "gone"},
        )
        session = await resumed(run, some)
        floor = session.floor
        assert (floor.mode, floor.is_paused, floor.waiting) == (Mode.HOST, True, 3)
        assert [each.id for each in floor.pending] == ["snow", "an owl"]
        assert [each.id for each in (floor.vote_of(MIKA), floor.vote_of(ROBIN)) if each] == ["snow", "snow"]
        assert floor.vote_of(SASHA) is None
        assert (run.journal.suggestions, run.journal.votes) == ([], {})
        run.service.may_start.set()
        await settle()
        assert run.service.sent == [(1, "rain")]


async def test_who_stood_on_the_ballot_stands_there_still(opened: Opened) -> None:
    """Under the same number, whoever came before; who said the same is there with them."""
    async with opened() as run:
        names = ("snow", "an owl", "a train", "rain", "fog", "a comet", "a comet!")
        people = [Viewer(200 + number, "Viewer") for number in range(len(names))]
        ideas = [waiting(run, *each) for each in zip(names, people, strict=True)]
        places = {"an owl": 5, "a comet": 2, "fog": 1}
        some = left(run, *(Left(each, ballot_place=places.get(each.id)) for each in ideas), mode=Mode.VOTE)
        view = (await resumed(run, some)).floor.view()
        shown = {each.number: each.ids for each in view.candidates}
        assert shown == {
            1: ("fog",),
            2: ("a comet", "a comet!"),
            3: ("snow",),
            4: ("a train",),
            5: ("an owl",),
        }
        assert view.waiting_for_a_place == 1


async def test_what_was_sent_is_not_sent_again(opened: Opened) -> None:
    """It is settled: nobody knows whether it was seen."""
    async with opened() as run:
        under_way = waiting(run, "snow").sent("s", run.clock.now())
        await resumed(run, left(run, under_way, waiting(run, "an owl")))
        await settle()
        assert run.service.sent == [(1, "an owl")]
        fates = {each.id: (each.outcome, each.refusal) for each in run.journal.suggestions}
        assert fates == {
            "snow": (Outcome.REFUSED, Refusal.NOT_KNOWN),
            "an owl": (Outcome.ACKNOWLEDGED, None),
        }


async def test_what_is_stale_after_the_pause_was_so_before(opened: Opened) -> None:
    """A suggestion is no older for the time in which the bot was not there."""
    async with opened() as run:
        run.service.may_answer.clear()
        lifetime = arbitration_settings().limits.lifetime
        almost_stale = waiting(run, "snow", ago_s=(SEEN_AGO + lifetime).total_seconds() - 1)
        session = await resumed(run, left(run, almost_stale, waiting(run, "an owl")))
        await settle()
        assert session.floor.waiting == 1  # one is under way: neither was too old
        run.service.may_answer.set()


async def test_with_a_panics_safe_prompt_the_world_begins(opened: Opened) -> None:
    """Without a picture of before. It may have been sent already, so it is not sent again."""
    async with opened() as run:
        safe = Left(waiting(run, "a meadow", MIKA), is_urgent=True)
        await resumed(run, left(run, waiting(run, "snow", ago_s=60), safe, is_paused=True))
        await settle()
        assert (run.service.starts[0].prompt, run.service.starts[0].picture) == ("a meadow", None)
        assert run.service.sent == [(1, "snow")]
        fates = {each.id: each.refusal for each in run.journal.suggestions}
        assert fates == {"a meadow": Refusal.NOT_KNOWN, "snow": None}


@pytest.mark.parametrize("state", [State.REQUESTED, State.CONNECTING])
async def test_one_that_was_not_live_yet_comes_on_air(opened: Opened, state: State) -> None:
    """As if nothing had been."""
    async with opened() as run:
        session = await resumed(run, left(run, state=state))
        await reach(session, State.LIVE)
        assert session.broadcast.off_air == timedelta()
        assert session.broadcast.live_at == run.clock.now()
        states = [each.state for each in run.journal.broadcasts]
        assert states == [State.CONNECTING, State.LIVE][state is State.CONNECTING :]


async def test_those_in_line_stand_where_they_stood(opened: Opened) -> None:
    """The one that was live is first, whatever came later."""
    async with opened(slots=1) as run:
        live = left(run)
        second, third = (
            replace(
                left(run, state=State.REQUESTED),
                broadcast=replace(
                    left(run, state=State.REQUESTED).broadcast,
                    id=f"b{number}",
                    channel=Channel(CHANNEL.guild_id, 20 + number),
                ),
            )
            for number in (2, 3)
        )
        await run.broadcasts.resume([live, second, third], [])
        await settle()
        places = [session.relay.place_in_pool for session in run.broadcasts.running]
        assert places == [None, 1, 2]
        assert run.service.open == 1


async def test_its_own_old_stream_may_block_its_slot(opened: Opened) -> None:
    """It tries at once, waits in line while the service is full, and says so; then it is live again."""
    async with opened(slots=1) as run:
        run.service.failing_at["connect"] = [FULL, FULL]
        session = await resumed(run, left(run), CutOff(run.clock.now(), None))
        await settle()
        assert session.view.place_in_pool == 1
        assert session.view.coming_back
        await run.clock.turn(20)
        assert run.service.open == 1
        assert not (session.view.place_in_pool)
        assert not (session.view.coming_back)
        assert session.broadcast.off_air > SEEN_AGO


async def test_a_service_that_fails_is_tried_again(opened: Opened) -> None:
    """As often as whenever a picture breaks off; then it is the end, with word of why."""
    async with opened(tries=2) as run:
        gone = WorldError(Reason.UNREACHABLE)
        run.service.failing_at["connect"] = [gone, gone]
        session = await resumed(run, left(run))
        await run.clock.turn(10)
        assert run.service.open == 1
        await run.end(session)
    async with opened(tries=2) as run:
        run.service.failing_at["connect"] = [gone] * 3
        session = await resumed(run, left(run))
        await run.clock.turn(60)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.UNREACHABLE


async def test_it_ends_when_its_time_is_over_all_the_same(opened: Opened) -> None:
    """Its length counts what it was on air before."""
    async with opened() as run:
        session = await resumed(run, left(run))
        await settle()
        await run.clock.turn(300 - ON_AIR.total_seconds() - 1)
        assert session.broadcast.state is State.LIVE
        await run.clock.turn(5)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.LENGTH_REACHED
        assert session.broadcast.on_air_s == pytest.approx(300, abs=2)


async def test_a_day_that_is_used_up_ends_it(opened: Opened) -> None:
    """What it was on air for is used; nobody has the minute twice."""
    async with opened() as run:
        run.budgets[CHANNEL.guild_id] = budget(per_day=timedelta(seconds=60), longest=timedelta(minutes=9))
        session = await resumed(run, left(run))
        await settle()
        await run.clock.turn(19)
        assert session.broadcast.state is State.LIVE
        await run.clock.turn(5)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is Reason.DAY_LIMIT


async def test_it_can_be_ended_while_it_comes_back(opened: Opened) -> None:
    """And was on air for no longer than it was."""
    async with opened(slots=1) as run:
        run.service.failing_at["connect"] = [FULL] * 9
        session = await resumed(run, left(run))
        await run.clock.turn(30)
        await run.end(session)
        assert session.broadcast.state is State.ENDED
        assert session.broadcast.on_air_s == ON_AIR.total_seconds()


@pytest.mark.outage("the bot is killed")
async def test_cut_off_as_it_ends_its_time_off_air_is_not_reckoned_twice(opened: Opened) -> None:
    """An end that has begun is stored without it: whoever closes it then reckons it to its last stream."""
    async with opened(slots=1) as run:
        run.service.failing_at["connect"] = [FULL] * 9
        session = await resumed(run, left(run))
        await run.clock.turn(30)
        await run.end(session)
        stored = {each.state: each.off_air for each in run.journal.broadcasts}
        assert stored[State.ENDING] == timedelta()
        assert stored[State.ENDED] > SEEN_AGO


async def test_a_start_waits_in_line_for_what_an_old_connection_may_block(opened: Opened) -> None:
    """That is told goodbye; as soon as it is left, the start goes."""
    async with opened(slots=1) as run:
        run.service.may_leave.clear()
        await run.broadcasts.resume([], [CutOff(run.clock.now(), "the old one")])
        await settle()
        assert run.service.left == ["the old one"]
        session = await start(run.broadcasts)
        await settle()
        assert (session.relay.place_in_pool, run.service.starts) == (1, [])
        run.service.may_leave.set()
        await settle()
        assert session.broadcast.state is State.LIVE


async def resumed(run: Run, some: Interrupted, *cut_off: CutOff) -> BroadcastSession:
    """The one that is left, as it goes on."""
    await run.broadcasts.resume([some], cut_off)
    return run.broadcasts.in_channel(CHANNEL)
