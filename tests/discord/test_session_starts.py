"""How many sessions are begun, and when: in each bucket one by one, and a day's are never used up."""

import asyncio
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.discord.identifying import IDENTIFY_EVERY_S, OwnTurns
from bot.discord.session_starts import LEFT_ALONE, LOOK_AGAIN_S, SCARCE, TRUE_FOR_S, SessionStarts
from tests.broadcast.fakes import SteppedClock


class HandClock(SteppedClock):
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._sleeping: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            woken = asyncio.Event()
            self._sleeping.append((self._steady + seconds, woken))
            await woken.wait()

    def step(self, seconds: float) -> None:
        self._steady += seconds
        for at, woken in self._sleeping:
            if at <= self._steady:
                woken.set()


class Discord:
    """What GET /gateway/bot says, as often as it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.shards: Any = 4
        self.limit: dict[str, Any] = {
            "total": 1000,
            "remaining": 1000,
            "reset_after": 3_600_000,
            "max_concurrency": 1,
        }

    async def get_bot_gateway(self) -> tuple[Any, str, dict[str, Any]]:
        self.asked += 1
        if self.fails:
            raise discord.GatewayNotFound
        return self.shards, "wss://gateway", dict(self.limit)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def told() -> Discord:
    return Discord()


@pytest.fixture
def starts(clock: HandClock, told: Discord) -> SessionStarts:
    return SessionStarts(told, OwnTurns(clock), clock)  # type: ignore[arg-type]  # it asks nothing else


async def begin(starts: SessionStarts, shard_id: int, begun: list[int]) -> None:
    async with starts.begin(shard_id):
        await starts.wait_for_turn(shard_id)
        begun.append(shard_id)


async def all_at_rest() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_shards_of_a_bucket_begin_one_after_the_other(
    clock: HandClock, told: Discord, starts: SessionStarts
) -> None:
    """Two buckets: two at once, the next two when Discord's seconds are over."""
    told.limit["max_concurrency"] = 2
    begun: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        for shard_id in range(4):
            tasks.create_task(begin(starts, shard_id, begun))
        await all_at_rest()
        assert sorted(begun) == [0, 1]
        clock.step(IDENTIFY_EVERY_S - 0.1)
        await all_at_rest()
        assert sorted(begun) == [0, 1]
        clock.step(0.2)
        await all_at_rest()
        assert sorted(begun) == [0, 1, 2, 3]
    assert starts.allowance
    assert starts.allowance.remaining == 996


async def test_a_lone_shard_begins_at_once(told: Discord, starts: SessionStarts) -> None:
    """As long as it does not begin again and again; Discord is asked once."""
    begun: list[int] = []
    await begin(starts, 0, begun)
    assert (begun, told.asked) == ([0], 1)


async def test_the_last_sessions_of_a_day_are_left_alone(
    clock: HandClock, told: Discord, starts: SessionStarts, caplog: pytest.LogCaptureFixture
) -> None:
    """Who uses them up loses the token. Shards wait, the log says so, and go on when Discord allows more."""
    told.limit["remaining"] = LEFT_ALONE
    await starts.ask()
    begun: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        for shard_id in range(2):
            tasks.create_task(begin(starts, shard_id, begun))
        await all_at_rest()
        for _ in range(5):
            clock.step(LOOK_AGAIN_S[1])
            await all_at_rest()
        assert begun == []
        until = (clock.now() + timedelta(hours=1)).strftime("%H:%M UTC")
        assert f"Discord allows {LEFT_ALONE} more sessions until {until}" in caplog.text
        assert told.asked == 1 + 6, "one looks for all of them"
        told.limit["remaining"] = 1000
        clock.step(LOOK_AGAIN_S[1])
        await all_at_rest()
        clock.step(IDENTIFY_EVERY_S)
        await all_at_rest()
        assert begun == [0, 1]


async def test_shards_in_line_do_not_all_count_on_the_same_session(
    clock: HandClock, told: Discord, starts: SessionStarts
) -> None:
    """Who waited for the turn before is counted first."""
    told.limit["remaining"] = LEFT_ALONE + 1
    begun: list[int] = []

    async def begin_and_use_up(shard_id: int) -> None:
        await begin(starts, shard_id, begun)
        told.limit["remaining"] -= 1

    beginning = [asyncio.create_task(begin_and_use_up(shard_id)) for shard_id in range(3)]
    await all_at_rest()
    for _ in range(5):
        clock.step(IDENTIFY_EVERY_S)
        await all_at_rest()
    assert begun == [0]
    for each in beginning:
        each.cancel()
    await asyncio.gather(*beginning, return_exceptions=True)


async def test_what_is_scarce_is_counted_before_each(told: Discord, starts: SessionStarts) -> None:
    """Other processes begin sessions too."""
    told.limit |= {"remaining": SCARCE - 1, "max_concurrency": 16}
    await starts.ask()
    begun: list[int] = []
    for shard_id in range(3):
        await begin(starts, shard_id, begun)
    assert told.asked == 1 + 3


async def test_who_does_not_answer_is_believed_for_longer(
    clock: HandClock, told: Discord, starts: SessionStarts
) -> None:
    """What was told before counts; but nothing is begun before anything was told."""
    told.fails = True
    with pytest.raises(discord.GatewayNotFound):
        await starts.ask()
    told.fails = False
    await starts.ask()
    told.fails = True
    clock.step(TRUE_FOR_S + 1)
    begun: list[int] = []
    await begin(starts, 0, begun)
    assert (begun, told.asked) == ([0], 3)


@pytest.mark.parametrize(
    ("shards", "limit"),
    [(0, {}), (10**9, {}), ("many", {}), (4, {"max_concurrency": 0}), (4, {"total": None})],
)
async def test_nonsense_is_believed_by_nobody(
    told: Discord, starts: SessionStarts, shards: object, limit: dict[str, Any]
) -> None:
    """As from something else than Discord at DISCORD_API_URL."""
    told.shards = shards
    told.limit |= limit
    with pytest.raises((ValueError, TypeError)):
        await starts.ask()
