"""A crowd of thirty, in each of the ways to decide: nobody is told what is not so."""

from pathlib import Path

import pytest

from bot.broadcast.arbitration.policy import Mode
from tests.crowd.show import crowd_house, crowd_of, show
from tests.e2e.conftest import CHANNEL, House, paint_small

PEOPLE, PAUSE_S = 30, 1.0
SHOWS_S = {
    (Mode.QUEUE,): 3.0,
    (Mode.VOTE,): 7.0,  # a ballot takes five
    (Mode.DRAW,): 3.0,
    (Mode.HOST,): 3.5,
    tuple(Mode): 6.0,
}
"""How long each broadcast lasts, by its modes, one after the other."""
HURRIED = {"gap_s": 0.3, "vote_window_s": 5, "lifetime_s": 10, "line_limit": 30}
EDITS = 5
"""That Discord allows in a channel in five seconds."""


@pytest.mark.long
async def test_a_crowd_is_told_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each private answer, notice, mark and panel is compared with what was so then, and in the end.

    Nobody has more than one private answer about their votes before them; edits stay within Discord's limits.
    """
    paint_small(monkeypatch)
    async with crowd_house(tmp_path) as (house, requests):
        crowd = crowd_of(house.discord, PEOPLE)
        async with house.bot():
            await _hurry(house)
            for modes, duration_s in SHOWS_S.items():
                report = await show(house, requests, crowd, *modes, duration_s=duration_s, pause_s=PAUSE_S)
                verdict = report.verdict
                assert verdict.unknown == []
                assert verdict.false == []
                assert verdict.compared > PEOPLE
                assert verdict.votes_told <= 1
                assert report.most["edited"] <= EDITS


async def _hurry(house: House) -> None:
    for name, value in HURRIED.items():
        given = {"name": name, "value": str(value)}
        await (await house.discord.user("mika").slash(CHANNEL, "odyssey settings", **given)).final()
