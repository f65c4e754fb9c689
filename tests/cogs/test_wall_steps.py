"""The machine's wall time is set to another while a broadcast runs, as its people see it."""

import re

import pytest

from tests.cogs.conftest import HastyClock
from tests.e2e.conftest import CHANNEL, House
from tests.support.steering import set_, suggest


@pytest.mark.parametrize("hours", [-1, 2, -1 / 60])
async def test_a_wall_that_is_set_stops_nothing(house: House, clock: HastyClock, hours: float) -> None:
    """What is suggested is applied, waits are told as they are, and the panel's times go with the wall."""
    async with house.bot():
        await set_(house, gap_s=1, cooldown_s=60)
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat", minutes=5)
        await house.shown("Live")
        assert "Taken" in (await suggest(house, "robin", "it snows")).text
        await house.shown("> it snows")
        clock.step_the_wall(hours=hours)
        assert "Taken" in (await suggest(house, "sasha", "an owl hoots")).text
        panel = await house.shown("> an owl hoots")
        now = clock.now().timestamp()
        ends = re.search(r"ends <t:(\d+):R>", panel.text)
        assert ends
        assert 0 < int(ends[1]) - now <= 301
        waits = re.search(r"<t:(\d+):R>", (await suggest(house, "robin", "rain")).text)
        assert waits
        assert 0 < int(waits[1]) - now <= 62
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        ended = await house.shown("⏹️ Ended")
        length = re.search(r"Hosted by \*\*Mika\*\* · (?:(\d+) min )?([\d.]+) s", ended.text)
        assert length
        assert float(length[2]) + 60 * int(length[1] or 0) < 60
