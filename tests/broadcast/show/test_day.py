"""A server's minutes of a day: they end what outlasts them, and nobody gets the last one twice."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.broadcast.errors import (
    AlreadyRunning,
    BroadcastError,
    BroadcastTooLong,
    DayIsUsedUp,
    Kind,
    WorldError,
)
from bot.broadcast.limits.budget import LAST_CALL_S, STREAM_LIMIT_S, Budget
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.show.day import Days
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN, Rig, opened_rig, reach, start
from tests.broadcast.fakes import AN_ENDLESS_EVENING, WaitingClock
from tests.support.rules import budget

GUILD = CHANNEL.guild_id
OTHER = Channel(GUILD, 11)


def a_day(**length: float) -> Budget:
    """A budget of so much a day."""
    return replace(AN_ENDLESS_EVENING, per_day=timedelta(**length))


async def refusal(rig: Rig, channel: Channel = CHANNEL) -> Kind | None:
    """What a start is refused with."""
    try:
        await start(rig.broadcasts, channel)
    except BroadcastError as error:
        return error.code
    return None


async def end(rig: Rig, session: BroadcastSession) -> None:
    """It ends, and its time is stored."""
    rig.end(session.broadcast.channel)
    while rig.broadcasts.is_running_in(session.broadcast.channel):
        await asyncio.sleep(0)


def past(rig: Rig, *, hours_ago: float, lasted_s: float, name: str = "past") -> None:
    """Writes a broadcast into the journal that is over: it began so long ago."""
    began = rig.clock.now() - timedelta(hours=hours_ago)
    over = began + timedelta(seconds=lasted_s)
    rig.journal.broadcasts.append(
        Broadcast(name, CHANNEL, MIKA, "A cat", False, began, State.ENDED, live_at=began, ended_at=over)
    )


@pytest.mark.parametrize("day_s", [20, 149, 150, 151, 400, 3600])
async def test_the_days_minutes_end_a_broadcast_that_outlasts_them(rig: Rig, day_s: float) -> None:
    """To the second, and in order, however many times what a stream takes by default; then none may start."""
    rig.budgets[GUILD] = a_day(seconds=day_s)
    session = await rig.start()
    await reach(session, State.ENDED)
    assert session.broadcast.ending
    assert (session.broadcast.ending.reason, rig.clock.steady()) == (Reason.DAY_LIMIT, day_s)
    assert rig.world.calls[-2:] == ["end", "disconnect"]
    while rig.broadcasts.is_running_in(CHANNEL):
        await asyncio.sleep(0)
    assert await refusal(rig) is DayIsUsedUp


async def test_a_refused_start_says_how_much_there_is_and_when_there_is_more(rig: Rig) -> None:
    """The limit in minutes, and midnight."""
    rig.budgets[GUILD] = a_day(minutes=3)
    past(rig, hours_ago=1, lasted_s=180)
    with pytest.raises(BroadcastError) as caught:
        await start(rig.broadcasts)
    assert caught.value.why == DayIsUsedUp(3, until=datetime(2026, 8, 2, tzinfo=rig.clock.now().tzinfo))
    assert await refusal(rig, Channel(2, 20)) is None, "another server has its own minutes"


@pytest.mark.parametrize("day_s", [1, 60, 150])
async def test_two_starts_at_once_cannot_both_have_the_last_of_the_day(rig: Rig, day_s: float) -> None:
    """One is live, the other is refused; what the first one leaves is there again."""
    rig.world.may_connect.clear()
    rig.budgets[GUILD] = a_day(seconds=day_s)
    answers = await asyncio.gather(refusal(rig), refusal(rig, OTHER))
    assert set(answers) == {None, DayIsUsedUp}
    [session] = rig.broadcasts.running
    await end(rig, session)
    assert await refusal(rig, OTHER) is None


async def test_two_starts_at_once_in_one_channel_are_one(rig: Rig) -> None:
    """What was kept for the other one is given back."""
    rig.budgets[GUILD] = a_day(seconds=300)
    answers = await asyncio.gather(refusal(rig), refusal(rig))
    assert set(answers) == {None, AlreadyRunning}
    assert await refusal(rig, OTHER) is None


async def test_what_several_use_together_counts() -> None:
    """Three at once, of 400 s: 150 each for two of them, the rest for the third, and none for a fourth."""
    async with opened_rig(WaitingClock()) as rig:
        rig.budgets[GUILD] = a_day(seconds=400)
        sessions = [await rig.start(channel=Channel(GUILD, number)) for number in (10, 11, 12)]
        assert await refusal(rig, Channel(GUILD, 13)) is DayIsUsedUp
        lengths = [(s.ends_at or rig.clock.now()) - rig.clock.now() for s in sessions]
        assert [length.total_seconds() for length in lengths] == [STREAM_LIMIT_S, STREAM_LIMIT_S, 100]
        await rig.clock.sleep(60)
        await end(rig, sessions[0])
        assert await refusal(rig, Channel(GUILD, 13)) is None, "it used 60 s of its 150"
        await end(rig, sessions[1])
        await end(rig, sessions[2])
        stored = await rig.journal.times_on_air(GUILD, since=rig.clock.now() - timedelta(days=1))
        ids = {session.broadcast.id for session in sessions}
        lengths = [time.ended_at - time.began_at for time in stored if time.broadcast_id in ids]
        assert [length.total_seconds() for length in lengths] == [60, 60, 60]


@pytest.mark.parametrize(
    ("hours_ago", "lasted_s", "lasts_s"),
    [(1, 60, 60), (20.01, 96, 60), (30, 90, 120), (20, 60, 60), (48, 48 * 3600, None)],
    ids=["today", "over midnight", "yesterday", "from midnight on", "for two days"],
)
async def test_of_what_reached_over_midnight_the_part_since_counts(
    rig: Rig, hours_ago: float, lasted_s: float, lasts_s: float | None
) -> None:
    """It is 20:00: of what began before the day did, the rest is today's."""
    rig.budgets[GUILD] = a_day(seconds=120)
    past(rig, hours_ago=hours_ago, lasted_s=lasted_s)
    if lasts_s is None:
        assert await refusal(rig) is DayIsUsedUp
        return
    session = await rig.start()
    await reach(session, State.ENDED)
    assert rig.clock.steady() == pytest.approx(lasts_s)


async def test_midnight_gives_new_minutes_to_what_runs(rig: Rig) -> None:
    """Half a minute before midnight, with 40 s of today: it goes on, and ends 40 s into the new day."""
    rig.clock.step_the_wall(hours=3, minutes=59, seconds=30)
    rig.budgets[GUILD] = a_day(seconds=40)
    session = await rig.start()
    await reach(session, State.ENDED)
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is Reason.DAY_LIMIT
    assert rig.clock.now() == datetime(2026, 8, 2, 0, 0, 40, tzinfo=rig.clock.now().tzinfo)


async def test_more_minutes_hold_at_once() -> None:
    """A moderator gives more while it runs: it goes on, and its panel is told until when."""
    async with opened_rig(WaitingClock()) as rig:
        rig.budgets[GUILD] = a_day(seconds=60)
        session = await rig.start()
        rig.budgets[GUILD] = a_day(seconds=90)
        rig.audience.heard.clear()
        rig.adopt()
        for _ in range(20):
            await asyncio.sleep(0)
        assert session.ends_at == rig.clock.now() + timedelta(seconds=90)
        assert rig.audience.heard
        rig.budgets[GUILD] = AN_ENDLESS_EVENING
        rig.adopt()
        for _ in range(20):
            await asyncio.sleep(0)
        assert session.ends_at == rig.clock.now() + AN_ENDLESS_EVENING.usual


@pytest.mark.parametrize(
    ("fewer", "reason"),
    [
        (a_day(seconds=30), Reason.DAY_LIMIT),
        (budget(longest=timedelta(seconds=30)), Reason.BROADCAST_LIMIT),
    ],
)
async def test_fewer_minutes_hold_at_once(fewer: Budget, reason: Reason) -> None:
    """It has been live for longer than is allowed now: it ends."""
    async with opened_rig(WaitingClock()) as rig, asyncio.timeout(5):
        rig.budgets[GUILD] = a_day(seconds=100)
        session = await rig.start()
        await rig.clock.sleep(40)
        rig.budgets[GUILD] = fewer
        rig.adopt()
        await reach(session, State.ENDED)
        assert session.broadcast.ending
        assert session.broadcast.ending.reason is reason


async def test_rules_that_change_while_it_connects_hold_when_it_is_live(rig: Rig) -> None:
    """There was no limit when it was asked for."""
    rig.world.may_connect.clear()
    session = await start(rig.broadcasts)
    rig.budgets[GUILD] = a_day(seconds=30)
    rig.adopt()
    rig.world.may_connect.set()
    await reach(session, State.ENDED)
    assert session.broadcast.ending
    assert (session.broadcast.ending.reason, rig.clock.steady()) == (Reason.DAY_LIMIT, 30)


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_wall_that_is_set_makes_no_broadcast_longer_or_shorter(rig: Rig, hours: float) -> None:
    """Two hours ahead while it runs: it was live for 30 s, is stored so, and so much is used of the day."""
    rig.budgets[GUILD] = a_day(seconds=30)
    session = await rig.start()
    rig.clock.step_the_wall(hours=hours)
    await reach(session, State.ENDED)
    broadcast, stream = session.broadcast, rig.journal.streams[-1]
    assert broadcast.live_at
    assert broadcast.ended_at
    assert stream.ended_at
    assert broadcast.ended_at - broadcast.live_at == timedelta(seconds=30)
    assert stream.ended_at - stream.started_at == timedelta(seconds=30)
    assert broadcast.ended_at == rig.clock.now()


async def test_a_start_that_fails_uses_nothing(rig: Rig) -> None:
    """Nobody saw it: its part of the day is there again."""
    rig.budgets[GUILD] = a_day(seconds=60)
    rig.world.failing_at["start"] = WorldError(Reason.NO_STREAMER)
    failed = await start(rig.broadcasts, CHANNEL, ROBIN, "A dog")
    while rig.broadcasts.is_running_in(CHANNEL):
        await asyncio.sleep(0)
    assert failed.broadcast.state is State.FAILED
    session = await rig.start()
    await reach(session, State.ENDED)
    assert rig.clock.steady() == 60


def called_out(rig: Rig) -> list[tuple[float, bool]]:
    """What listeners see of it from now on: each change, with the steady moment."""
    seen: list[tuple[float, bool]] = []

    def look(broadcast: Broadcast) -> None:
        view = rig.broadcasts.view_in(broadcast.channel)
        if view and (not seen or seen[-1][1] is not view.is_last_call):
            seen.append((rig.clock.steady(), view.is_last_call))

    rig.listeners.listen(look)
    return seen


@pytest.mark.parametrize("length_s", [31, 200, 600])
@pytest.mark.parametrize("day_s", [None, 10_000])
async def test_the_last_30_s_are_called_out(rig: Rig, length_s: float, day_s: float | None) -> None:
    """Once, and never before: of the day there is more whenever a part of it is used up."""
    per_day = timedelta(seconds=day_s) if day_s else None
    rig.budgets[GUILD] = budget(usual=timedelta(seconds=length_s), per_day=per_day)
    seen = called_out(rig)
    session = await rig.start()
    await reach(session, State.ENDED)
    assert seen == [(0, False), (length_s - LAST_CALL_S, True)]
    assert rig.clock.steady() == length_s


@pytest.mark.parametrize("day_s", [140, 170, 320])
async def test_the_last_of_the_day_is_called_out(rig: Rig, day_s: float) -> None:
    """Also of one that is meant to be longer."""
    rig.budgets[GUILD] = a_day(seconds=day_s)
    seen = called_out(rig)
    await reach(await rig.start(), State.ENDED)
    assert seen == [(0, False), (day_s - LAST_CALL_S, True)]


async def test_more_minutes_take_the_call_back() -> None:
    """A moderator gives them in the last 30 s; the end is called out again when it comes."""
    async with opened_rig() as rig:
        rig.budgets[GUILD] = a_day(seconds=60)
        seen = called_out(rig)
        session = await rig.start()
        while not session.view.is_last_call:
            await asyncio.sleep(0)
        rig.budgets[GUILD] = a_day(seconds=100)
        rig.adopt()
        await reach(session, State.ENDED)
        assert seen == [(0, False), (30, True), (30, False), (70, True)]


async def test_nothing_is_called_out_of_what_is_shorter_than_that(rig: Rig) -> None:
    """It would not be true."""
    rig.budgets[GUILD] = a_day(seconds=20)
    seen = called_out(rig)
    await reach(await rig.start(), State.ENDED)
    assert seen == [(0, False)]


@pytest.mark.parametrize(
    ("named", "lasts_s", "reason"),
    [
        (None, 60, Reason.LENGTH_REACHED),
        (timedelta(seconds=20), 20, Reason.LENGTH_REACHED),
        (timedelta(seconds=90), 90, Reason.BROADCAST_LIMIT),
    ],
)
async def test_a_broadcast_lasts_as_long_as_is_said(
    rig: Rig, named: timedelta | None, lasts_s: float, reason: Reason
) -> None:
    """Else as long as its server has set it; and that is stored when it is asked for."""
    rig.budgets[GUILD] = budget(usual=timedelta(seconds=60), longest=timedelta(seconds=90))
    session = await start(rig.broadcasts, length=named)
    await reach(session, State.ENDED)
    assert session.broadcast.ending
    assert (session.broadcast.ending.reason, rig.clock.steady()) == (reason, lasts_s)
    assert {broadcast.length for broadcast in rig.journal.broadcasts} == {timedelta(seconds=lasts_s)}


async def test_more_than_the_longest_is_refused(rig: Rig) -> None:
    """With how long it may be; what the server has set as usual is cut to it instead."""
    rig.budgets[GUILD] = budget(usual=timedelta(minutes=10), longest=timedelta(minutes=2))
    with pytest.raises(BroadcastError) as caught:
        await start(rig.broadcasts, length=timedelta(minutes=3))
    assert caught.value.why == BroadcastTooLong(limit_minutes=2)
    session = await rig.start()
    assert session.broadcast.length == timedelta(minutes=2)


async def test_of_the_day_no_more_is_kept_than_a_broadcast_is_long(rig: Rig) -> None:
    """Three of a minute fit into three, and a fourth does not."""
    rig.world.may_connect.clear()
    rig.budgets[GUILD] = replace(a_day(minutes=3), usual=timedelta(minutes=1))
    answers = [await refusal(rig, Channel(GUILD, number)) for number in (10, 11, 12, 13)]
    assert answers == [None, None, None, DayIsUsedUp]


async def test_a_share_that_is_due_is_over_however_its_moments_are_rounded(rig: Rig) -> None:
    """A sum and a difference of moments differ in the last digit: nobody asks for ever in between."""
    luck = random.Random(1)
    for number in range(100):
        days = Days(rig.journal, lambda _: AN_ENDLESS_EVENING, rig.clock)
        share = await days.claim(GUILD, f"share {number}", timedelta(seconds=400))
        await rig.clock.sleep(luck.uniform(0, 50))
        share.begin(rig.clock.steady())
        assert share.ends_at
        await rig.clock.sleep(share.ends_at - rig.clock.steady())
        assert rig.clock.steady() >= share.ends_at
        assert await share.renew() is Reason.LENGTH_REACHED
