"""A broadcast of many streams leaves one panel, one post and one line; so does one that is cut off."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from typing import Any

from bot.broadcast.limits.continuation import LEAD_S
from bot.local.discord.people.views import SeenMessage
from bot.local.odyssey.service import Standin, StandinSettings
from tests.cogs.conftest import HastyClock, bot_process, until
from tests.cogs.panel.test_panel_keeper import panels
from tests.cogs.recordings.test_recording_board import recordings
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.next_stream import NextStream
from tests.support.steering import set_

STREAM_LIMIT_S = 1000.0
NEXT_AFTER_S = STREAM_LIMIT_S - LEAD_S
STREAMS = 4
"""In an hour; the last one has time left."""
ON_AIR_S = "round((julianday(ended_at) - julianday(live_at)) * 86400)"


def stored(house: House, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(query).fetchall()


async def streams_begun(house: House, count: int) -> None:
    """Returns when so many streams have begun."""
    async with asyncio.timeout(WAIT_S):
        while len(stored(house, "SELECT 1 FROM streams WHERE service_id IS NOT NULL")) < count:
            await asyncio.sleep(0.02)


async def complete(house: House, clock: HastyClock, streams: int) -> None:
    """Returns when the broadcast has one post, which offers so many streams."""
    await until(
        house,
        lambda: [_offered(post) for post in recordings(house)] == [streams],
        meanwhile=lambda: clock.skip(at_most_s=60),
    )


def _offered(post: SeenMessage) -> int:
    return sum(len(each.get("options", [])) for each in post.components)


async def test_an_hour_leaves_one_panel_one_post_and_one_line(house: House) -> None:
    """It ends when its minutes are over, and is one hour of the day's, however many streams it took."""
    house.clock = clock = HastyClock()
    clock.step_the_wall(hours=12 - clock.now().hour)  # far from midnight
    mika = house.discord.user("mika")
    async with house.bot(stream_limit_s=STREAM_LIMIT_S):
        await mika.slash(CHANNEL, "odyssey start", prompt="A harbour", minutes=60)
        await house.shown("Live")
        for number in range(2, STREAMS + 1):
            clock.forward(seconds=NEXT_AFTER_S)
            await streams_begun(house, number)
        clock.forward(seconds=3600 - NEXT_AFTER_S * (STREAMS - 1))
        ended = await house.shown("reached the longest time")
        await complete(house, clock, STREAMS)
        assert panels(house) == [ended.id]
        [(lasted_s,)] = stored(house, f"SELECT {ON_AIR_S} FROM broadcasts")
        assert 3600 <= lasted_s < 3700
        listed = await (await mika.slash(CHANNEL, "odyssey list")).final(timeout_s=WAIT_S)
        assert listed.text.count("A harbour") == 1
        await set_(house, minutes_per_day=60)
        refused = await (await mika.slash("lounge", "odyssey start", prompt="A dog")).final(timeout_s=WAIT_S)
        assert "60 minutes of today are used up" in refused.text
        await set_(house, minutes_per_day=62)
        begun = await (await mika.slash("lounge", "odyssey start", prompt="A dog")).final(timeout_s=WAIT_S)
        assert "used up" not in begun.text


async def test_a_kill_at_a_seam_leaves_one_panel_and_one_post(house: House) -> None:
    """Both streams are closed as of the last sign of life, and the recordings of both are in the post."""
    async with Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, faults=True)) as house.standin:
        async with bot_process(house, STREAM_LIMIT_S="5") as process:
            await house.live_broadcast()
            NextStream(house.standin).never_sends_a_frame()
            await streams_begun(house, 2)
            process.send_signal(signal.SIGKILL)
            await process.communicate()
        assert stored(house, "SELECT 1 FROM streams WHERE ended_at IS NULL") == [(1,), (1,)]
        house.clock = clock = HastyClock()
        async with house.bot(resume_within_s=0):
            closed = await house.shown("The bot was interrupted")
            await complete(house, clock, 2)
            assert panels(house) == [closed.id]
    rows = stored(house, "SELECT end_reason, ended_at FROM streams")
    assert rows == stored(house, "SELECT reason, ended_at FROM broadcasts") * 2
    assert rows[0][0] == "interrupted"
