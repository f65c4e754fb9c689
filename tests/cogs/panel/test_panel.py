"""What the panel shows, and what its buttons refuse."""

import re
from dataclasses import replace

import pytest
from discord.ui import TextDisplay

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Mode, Standing
from bot.broadcast.model import Viewer
from bot.broadcast.states import State
from cogs.panel.panel import Panel
from cogs.panel.text import title
from cogs.wording.panel import how_to_steer
from tests.broadcast.conftest import CHANNEL as CHANNEL_OF_RIG
from tests.broadcast.conftest import ROBIN, Rig, opened_rig, rig, start
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.rules import arbitration_settings, line_limits, policy_settings
from tests.support.steering import set_

__all__ = ["rig"]  # the fixture


async def test_the_panel_shows_what_was_asked_and_what_odyssey_made_of_it(house: House) -> None:
    """Both wordings where they differ; who suggested what is shown, and since when."""
    async with house.bot():
        await set_(house, gap_s=0)
        panel = await house.live_broadcast("A cat")
        assert re.search(r"> A cat\n(.|\n)*press Suggest\.\n-# In Odyssey's words: A cat\. ", panel.text)
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
        session = await start(rig.broadcasts)
        session.floor.switch(Mode.VOTE)
        await session.floor.suggest(ROBIN, "an owl hoots")
        monkeypatch.setattr(Arbiter, "standing", count_and_stand)
        panel = Panel(session.view, watch_url="http://localhost/", how_to_steer="")
    assert "an owl hoots" in str(panel.payload)
    assert asked == 1


SHARING = policy_settings(ballot_share=5)
FIVE = [
    "the old lighthouse keeper walks down to the shore " * 10,
    "שלום עולם, הלוויתן קופץ מעל הגלים " * 14,
    "z" + "\u0300" * 400 + "algo",
    "**bold** [words](and more) || spoiler || `code` " * 10,
    "@everyone " * 50,
]


async def drawn(rig: Rig, mode: Mode, *prompts: str, **more: bool) -> Panel:
    """The panel of a broadcast in which these wait, Robin's all of them."""
    rig.world.may_connect.clear()  # so that nothing leaves the line
    session = await start(rig.broadcasts)
    session.floor.adopt(arbitration_settings(limits=line_limits(per_viewer=9), policy=SHARING))
    session.floor.switch(mode)
    for prompt in prompts:
        await session.floor.suggest(ROBIN, prompt[:500])
    return Panel(session.view, watch_url="http://localhost/", how_to_steer="", **more)


def texts(panel: Panel) -> str:
    return "\n".join(item.content for item in panel.walk_children() if isinstance(item, TextDisplay))


def buttons(panel: Panel) -> list[str]:
    """The labels of the buttons."""
    parts = [part for row in panel.payload[0]["components"] for part in row.get("components", [])]
    return [part["label"] for part in parts]


async def test_a_ballot_of_long_and_odd_texts_keeps_the_panel_short(rig: Rig) -> None:
    """Five of 500 characters: a screen of a phone has the buttons, and each says what it stands for."""
    panel = await drawn(rig, Mode.VOTE, *FIVE)
    assert len(texts(panel)) < 900
    *ballot, suggest, watch, moderate = buttons(panel)
    assert (suggest, watch, moderate) == ("Suggest", "Watch", "Moderate")
    assert [label[:4] for label in ballot] == [f"{number} · " for number in range(1, 6)]
    assert all(len(label) < 40 for label in ballot)
    assert "@everyone" not in texts(panel)


async def test_a_ballot_has_bars_as_long_as_the_part_of_all_votes(rig: Rig) -> None:
    """And only a ballot: by lot and by turns there are none."""
    await drawn(rig, Mode.VOTE, "an owl hoots", "a whale leaps")
    [session] = rig.broadcasts.running
    whale = session.view.floor.candidates[1].suggestion
    for number in range(3):
        session.floor.vote(Viewer(300 + number, "Viewer"), whale.id)
    panel = Panel(session.view, watch_url="http://localhost/", how_to_steer="")
    assert re.findall("█*░+", texts(panel)) == ["███░░░░░░░░░", "█████████░░░"]
    for mode in (Mode.DRAW, Mode.QUEUE):
        session.floor.switch(mode)
        assert "░" not in texts(Panel(session.view, watch_url="http://localhost/", how_to_steer=""))


async def test_a_pause_without_anything_in_line_leaves_no_empty_text(rig: Rig) -> None:
    """Discord refuses a panel that has one."""
    await drawn(rig, Mode.QUEUE)
    [session] = rig.broadcasts.running
    session.floor.pause(paused=True)
    panel = Panel(session.view, watch_url="http://localhost/", how_to_steer="")
    assert all(item.content for item in panel.walk_children() if isinstance(item, TextDisplay))


async def test_where_moderators_decide_nothing_is_shown_before_they_saw_it(rig: Rig) -> None:
    """Neither words nor names: only that something waits, also on the button; what is approved is shown."""
    panel = await drawn(rig, Mode.HOST, "something vile", "an owl hoots")
    assert "2 wait for a moderator" in texts(panel)
    assert "Moderate (2)" in buttons(panel)
    for unseen in ("something vile", "an owl hoots", "Robin"):
        assert unseen not in str(panel.payload)
    [session] = rig.broadcasts.running
    session.floor.approve(session.floor.pending[1].id)
    panel = Panel(session.view, watch_url="http://localhost/", how_to_steer="")
    assert "**1** · an owl hoots — Robin" in texts(panel)
    assert "1 waits for a moderator" in texts(panel)
    assert "something vile" not in str(panel.payload)


async def test_a_panel_says_that_nothing_can_be_taken(rig: Rig) -> None:
    """The text rules cannot be used: moderators see it where they look."""
    assert "cannot be used just now, so nothing is taken" in texts(
        await drawn(rig, Mode.QUEUE, takes_nothing=True)
    )


async def test_a_ballot_says_how_many_wait_for_a_place(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody believes to be on it."""
    stand = Arbiter.standing
    monkeypatch.setattr(Arbiter, "standing", lambda arbiter: replace(stand(arbiter), waiting=2))
    assert "2 more wait for a place on the ballot" in texts(await drawn(rig, Mode.VOTE, "an owl hoots"))


async def test_an_end_in_order_thanks_those_still_in_line(rig: Rig) -> None:
    """With their number, and nothing personal; a failure does not."""
    await drawn(rig, Mode.QUEUE, "an owl hoots", "a whale leaps")
    [session] = rig.broadcasts.running
    rig.end(CHANNEL_OF_RIG)
    for state, thanked in ((State.ENDED, True), (State.FAILED, False)):
        over = replace(session.broadcast, state=state)
        panel = Panel(replace(session.view, broadcast=over), watch_url="http://localhost/", how_to_steer="")
        assert ("Thank you for the 2 ideas that were still in line" in texts(panel)) is thanked
        assert "Robin" not in str(panel.payload)


async def test_what_waits_for_a_stream_is_called_that_everywhere(house: House) -> None:
    """On its panel, and where somebody asks how it stands."""
    robin = house.discord.user("robin")
    async with house.bot(concurrent_streams=1):
        await house.live_broadcast()
        await robin.slash("lounge", "odyssey start", prompt="A dog")
        await robin.wait_for_message("lounge", lambda m: "number **1** in line" in m.text, timeout_s=WAIT_S)
        assert "Waiting for a free stream" in (await robin.slash("lounge", "odyssey status")).text


async def test_the_last_30_s_are_called_out_while_it_runs(rig: Rig) -> None:
    """Beside the state, on the panel and in the answer to who asks; not when it is over."""
    session = await rig.start()
    for is_closing in (False, True):
        view = replace(session.view, is_last_call=True, is_closing=is_closing)
        assert ("🔴 Live · ⏳ 30 s left" in title(view)) is not is_closing


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
