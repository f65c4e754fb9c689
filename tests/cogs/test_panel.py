"""What the panel shows, and what its buttons refuse."""

from __future__ import annotations

import re

import pytest

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Mode, Standing
from cogs.panel import Panel
from cogs.wording.panel import how_to_steer
from tests.broadcast.conftest import CHANNEL as CHANNEL_OF_RIG
from tests.broadcast.conftest import MIKA, ROBIN, opened_rig
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_crowd import set_


async def test_the_panel_shows_what_was_asked_and_what_odyssey_made_of_it(house: House) -> None:
    """Both wordings where they differ; who suggested what is shown, and since when."""
    async with house.bot():
        await set_(house, gap_s=0)
        panel = await house.live_broadcast("A cat")
        assert "> A cat\n-# In Odyssey's words: A cat. " in panel.text
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
        applied = await house.shown("Suggested by **Robin**")
        assert "> snow\n" in applied.text
        assert re.search(r"Suggested by \*\*Robin\*\* · applied <t:\d+:R>", applied.text)
        assert "In Odyssey's words" not in applied.text


async def test_nobody_types_an_idea_that_is_refused_anyway(house: House) -> None:
    """Paused, or muted: the Suggest button says so at once, in place of a dialogue."""
    mika, robin, sasha = (house.discord.user(name) for name in ("mika", "robin", "sasha"))
    async with house.bot():
        panel = await house.live_broadcast()
        await (await mika.slash(CHANNEL, "odyssey mute", person=robin.id)).final(timeout_s=WAIT_S)
        assert "has muted you from steering" in (await robin.click(panel, label="Suggest")).text
        assert (await sasha.click(panel, label="Suggest")).modal
        await house.moderate(panel, "Pause")
        await house.shown("Suggestions are paused by a moderator")
        assert "paused suggestions" in (await sasha.click(panel, label="Suggest")).text


async def test_a_panel_asks_once_how_the_line_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a ballot too: in a large crowd each answer takes a moment, and every change draws the panel."""
    stand, asked = Arbiter.standing, 0

    def count_and_stand(arbiter: Arbiter) -> Standing:
        nonlocal asked
        asked += 1
        return stand(arbiter)

    async with opened_rig() as rig:
        rig.world.may_connect.clear()  # so that nothing leaves the line
        session = await rig.broadcasts.start(CHANNEL_OF_RIG, MIKA, "A cat", portrait=False)
        session.floor.switch(Mode.VOTE)
        await session.floor.suggest(ROBIN, "an owl hoots")
        monkeypatch.setattr(Arbiter, "standing", count_and_stand)
        panel = Panel(session.broadcast, session, watch_url="http://localhost/", how_to_steer="")
    assert "an owl hoots" in str(panel.payload)
    assert asked == 1


def test_without_a_prefix_nobody_is_told_to_type() -> None:
    """The other ways remain."""
    assert "type" not in how_to_steer("", reads_chat=True)
    assert "reply to this panel." in how_to_steer("", reads_chat=True)


@pytest.mark.parametrize(
    ("prefix", "shown"),
    [
        ("!", "type `!your idea` here"),
        ("ody", "type `ody your idea` here"),
        ("`", "type `` `your idea `` here"),
    ],
)
def test_the_prefix_is_shown_as_it_is_to_be_typed(prefix: str, shown: str) -> None:
    """One of letters with a blank behind it; one that is itself a sign for code, too."""
    assert shown in how_to_steer(prefix, reads_chat=True)
