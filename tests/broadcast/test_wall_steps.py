"""The wall is set to another time while something waits: nothing that waits, lasts or is due takes notice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, CoolingDown, Kind, Muted, Repeated, SlowMode
from bot.broadcast.floor.motion import WINDOW_S
from bot.broadcast.intake.intake import LONGEST_MUTE, Intake, IntakeRules, Mute
from bot.broadcast.intake.recent import Recent
from bot.broadcast.model import Broadcast, Outcome, Stream, Suggestion
from bot.broadcast.states import Reason, State
from bot.process.clock import SystemClock
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, start
from tests.broadcast.fakes import MemoryJournal, PostingBoard, ScriptedRecordings, SteppedClock, desk_of
from tests.support.rules import budget, intake_rules

STEPS_H = (-1.0, 1.0, -24.0 * 365, 24.0 * 365, -1 / 1800)
"""An hour, a clock that lost its battery, two seconds."""

every_step = pytest.mark.parametrize("hours", STEPS_H)


@pytest.mark.outage("clock jumps")
@every_step
@pytest.mark.parametrize("comes_back", [False, True])
async def test_what_waits_is_sent_on_time(rig: Rig, hours: float, comes_back: bool) -> None:
    """Behind the gap of three seconds, neither later nor refused as stale, and stored by the wall."""
    session = await rig.start()
    await (await session.floor.suggest(ROBIN, "snow")).settled
    settled_at = rig.clock.steady()
    rig.clock.step_the_wall(hours=hours)
    ticket = await session.floor.suggest(ROBIN, "rain")
    if comes_back:
        rig.clock.step_the_wall(hours=-hours)
    settled = await asyncio.wait_for(ticket.settled, 5)
    assert settled.outcome is Outcome.ACKNOWLEDGED
    assert rig.clock.steady() == settled_at + 3
    assert settled.settled_at == rig.clock.now()


@every_step
async def test_a_ballot_closes_on_time_and_is_shown_by_the_new_wall(rig: Rig, hours: float) -> None:
    """Twenty seconds are twenty seconds; what the panel shows of them changes once, with the wall."""
    rig.world.may_connect.clear()
    rig.adopt(mode=Mode.VOTE)
    session = await start(rig.broadcasts)
    await session.floor.suggest(ROBIN, "snow")
    choosing = asyncio.create_task(
        session.floor.outlet.next_choice(until=lambda: None, onto=lambda: "stream"), name="the forwarder"
    )
    closes_at = None
    while closes_at is None:
        await asyncio.sleep(0)
        closes_at = session.floor.standing.closes_at
    rig.clock.step_the_wall(hours=hours)
    shown = session.floor.view().closes_at
    assert shown
    assert shown - rig.clock.now() == timedelta(seconds=20)
    assert await asyncio.wait_for(choosing, 5)
    assert rig.clock.steady() == closes_at


@every_step
async def test_a_vote_on_the_mode_is_open_for_as_long_as_it_says(rig: Rig, hours: float) -> None:
    """Neither closed by a step forward, nor open for an hour by one back."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    session.floor.call_vote(Mode.VOTE, MIKA)
    rig.clock.step_the_wall(hours=hours)
    await rig.clock.sleep(WINDOW_S - 1)
    assert session.floor.motion
    await rig.clock.sleep(1)
    assert session.floor.motion is None


@pytest.mark.outage("clock jumps")
@every_step
async def test_a_broadcast_lasts_as_long_as_its_server_allows(rig: Rig, hours: float) -> None:
    """Thirty seconds of it, and the panel's "ends" goes with the wall."""
    rig.budgets[CHANNEL.guild_id] = budget(longest=timedelta(seconds=30))
    session = await start(rig.broadcasts)
    while session.ends_at is None:
        await asyncio.sleep(0)
    rig.clock.step_the_wall(hours=hours)
    assert session.ends_at - rig.clock.now() == timedelta(seconds=30)
    while not session.broadcast.state.is_over:
        await asyncio.sleep(0)
    assert session.broadcast.ending
    assert (session.broadcast.ending.reason, rig.clock.steady()) == (Reason.BROADCAST_LIMIT, 30)


def wait_told(intake: Intake, recent: Recent, clock: SteppedClock) -> tuple[Kind, float] | None:
    """The code that refuses a suggestion, and how long it says that one has to wait."""
    try:
        intake.check(ROBIN, "snow", recent, is_exempt=False)
    except BroadcastError as error:
        match error.why:
            case Muted(until) | Repeated(until) | CoolingDown(until) | SlowMode(until):
                return error.code, (until - clock.now()).total_seconds()
    return None


@every_step
@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (intake_rules(repeat_window=timedelta(seconds=60)), Repeated),
        (intake_rules(repeat_window=timedelta(), cooldown=timedelta(seconds=60)), CoolingDown),
        (intake_rules(repeat_window=timedelta(), slow_mode=timedelta(seconds=60)), SlowMode),
    ],
)
async def test_waits_last_as_long_as_they_say(rules: IntakeRules, code: Code, hours: float) -> None:
    """Repeats, cooldowns and slow mode: what is told is what is still to come, by the wall as it is then."""
    clock = SteppedClock()
    intake, recent = Intake(rules, lambda _: None, clock), Recent(clock)
    recent.add(Suggestion("s", "b", ROBIN, "snow", clock.now()))
    clock.step_the_wall(hours=hours)
    await clock.sleep(20)
    assert wait_told(intake, recent, clock) == (code, 40)
    await clock.sleep(40)
    assert wait_told(intake, recent, clock) is None


@every_step
async def test_a_mute_lasts_as_long_as_it_says(hours: float) -> None:
    """Ten minutes, though the wall is set meanwhile; it is told by the wall as it is then."""
    clock = SteppedClock()
    intake = Intake(intake_rules(), lambda _: None, clock)
    intake.mute(Mute(ROBIN, clock.now() + timedelta(minutes=10), by=MIKA))
    clock.step_the_wall(hours=hours)
    await clock.sleep(60)
    assert wait_told(intake, Recent(clock), clock) == (Muted, 540)
    await clock.sleep(540)
    assert wait_told(intake, Recent(clock), clock) is None


async def test_no_mute_lasts_for_ever() -> None:
    """One that was stored by a wall years ahead ends when the longest that there is would."""
    clock = SteppedClock()
    intake = Intake(intake_rules(), lambda _: None, clock)
    intake.mute(Mute(ROBIN, clock.now() + timedelta(days=9000), by=MIKA))
    assert wait_told(intake, Recent(clock), clock) == (Muted, LONGEST_MUTE.total_seconds())
    await clock.sleep(LONGEST_MUTE.total_seconds())
    assert wait_told(intake, Recent(clock), clock) is None


@every_step
async def test_a_recording_is_waited_for_as_long_as_it_says(hours: float) -> None:
    """A minute: not given up by a step forward, not waited for a year by one back."""

    class SteppingRecordings(ScriptedRecordings):
        async def find(self, stream: Stream) -> None:
            clock.step_the_wall(hours=hours)
            await super().find(stream)

    clock, board, journal = SteppedClock(), PostingBoard(), MemoryJournal()
    stream = Stream("own", "b", "A cat", False, clock.now(), clock.now(), service_id="s")
    journal.broadcasts.append(Broadcast("b", CHANNEL, MIKA, "A cat", False, clock.now(), State.ENDED))
    journal.streams.append(stream)
    async with desk_of(SteppingRecordings(None), board, journal, clock, timeout_s=60) as desk:
        desk.follow(stream)
        await asyncio.wait_for(board.posted.wait(), 5)
    assert 60 <= clock.steady() < 71


class WrongWall(SystemClock):
    """The machine's clocks, with a wall that is set to another time and jitters."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.wrong_by


@pytest.fixture
def wall() -> WrongWall:
    """It starts right."""
    return WrongWall()


@every_step
def test_a_moment_has_one_date_until_the_wall_steps(wall: WrongWall, hours: float) -> None:
    """However often it is asked for, and through jitter: panels are compared. After a step it is another."""
    moment = wall.steady() + 100
    dates = set()
    for jitter_ms in (0, 3, -3, 400, -400):
        wall.wrong_by = timedelta(milliseconds=jitter_ms)
        dates.add(wall.date_of(moment))
    assert len(dates) == 1
    assert abs(dates.pop() - datetime.now(UTC) - timedelta(seconds=100)) < timedelta(seconds=2)
    wall.wrong_by = timedelta(hours=hours)
    assert abs(wall.date_of(moment) - wall.now() - timedelta(seconds=100)) < timedelta(seconds=2)


@every_step
async def test_a_wait_ends_at_its_moment_whatever_the_wall_says(wall: WrongWall, hours: float) -> None:
    """On the machine's own clock too."""
    began = wall.steady()
    waiting = asyncio.create_task(wall.wait(asyncio.Event(), began + 0.02), name="a wait")
    await asyncio.sleep(0)
    wall.wrong_by = timedelta(hours=hours)
    await waiting
    assert 0.02 <= wall.steady() - began < 5
