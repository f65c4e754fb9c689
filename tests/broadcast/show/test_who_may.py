"""Who may start and suggest, whatever the door: the deed itself asks, and a refused one leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, Kind, Muted, PromptTooLong
from bot.broadcast.picture import Picture
from bot.broadcast.rights import Person, Pictures
from tests.broadcast.conftest import CHANNEL, MIKA, Rig
from tests.broadcast.fakes import AN_ENDLESS_EVENING, SteppedClock

STRANGER = Person(MIKA, has_starter_role=True)
VIEWER = Person(MIKA, views_channel=True)
STARTER = replace(VIEWER, has_starter_role=True)
MODERATOR = replace(VIEWER, manages_channel=True, pictures=Pictures.MODERATORS)
MUTED = replace(MODERATOR, muted_until=SteppedClock().now() + timedelta(minutes=1))
PICTURE = Picture(b"jpeg", portrait=False)
TOO_LONG = "cats" * 200
"""For the text rules."""


async def start_refusal(rig: Rig, by: Person, prompt: str = "A cat", **wanted: Any) -> Kind | None:
    """What somebody's start is refused with; None if it is begun."""
    try:
        await rig.broadcasts.start(CHANNEL, prompt, by=by, portrait=False, **wanted)
    except BroadcastError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("by", "wanted", "expected"),
    [
        (STRANGER, {}, Code.NOT_RUNNING),
        (VIEWER, {}, Code.STARTERS_ONLY),
        (STARTER, {}, None),
        (MODERATOR, {}, None),
        (MUTED, {}, Muted),
        (STARTER, {"picture": PICTURE}, Code.PICTURES_ARE_OFF),
        (replace(STARTER, pictures=Pictures.HOSTS), {"picture": PICTURE}, Code.PICTURES_NOT_ALLOWED),
        (replace(VIEWER, pictures=Pictures.EVERYONE), {"picture": PICTURE}, Code.STARTERS_ONLY),
        (replace(STARTER, pictures=Pictures.EVERYONE), {"picture": PICTURE}, None),
        (MODERATOR, {"picture": PICTURE}, None),
        (STARTER, {"mode": Mode.DRAW}, None),  # the server's own
        (STARTER, {"mode": Mode.VOTE}, Code.MODE_IS_SET),
        (MODERATOR, {"mode": Mode.VOTE}, None),
    ],
)
async def test_a_start_asks_who_may(
    rig: Rig, by: Person, wanted: dict[str, Any], expected: Kind | None
) -> None:
    """To start, to start from a picture, and in another mode than the one that is set as the start comes."""
    rig.adopt(mode=Mode.DRAW)
    rig.budgets[CHANNEL.guild_id] = replace(AN_ENDLESS_EVENING, per_day=timedelta(minutes=1))
    assert await start_refusal(rig, by, **wanted) is expected
    assert rig.broadcasts.is_running_in(CHANNEL) is (expected is None)
    if expected:
        assert await start_refusal(rig, STARTER) is None  # nothing of the day is kept for it


async def test_a_start_asks_whom_the_text_rules_are_for(rig: Rig) -> None:
    """An opening is held to them as a suggestion is, unless its author is exempt."""
    assert await start_refusal(rig, STARTER, TOO_LONG) is PromptTooLong
    assert await start_refusal(rig, replace(STARTER, has_bypass_role=True), TOO_LONG) is None


@pytest.mark.parametrize(
    ("by", "words", "expected"),
    [
        (STRANGER, "rain", Code.NOT_RUNNING),
        (VIEWER, "rain", None),
        (MUTED, "rain", Muted),
        (VIEWER, TOO_LONG, PromptTooLong),
        (MODERATOR, TOO_LONG, None),
    ],
)
async def test_a_suggestion_asks_who_may_and_so_do_its_new_words(
    rig: Rig, by: Person, words: str, expected: Kind | None
) -> None:
    """Whoever is hidden from, muted or not exempt when they say it."""
    session = await rig.start()
    session.floor.switch(Mode.HOST)
    waiting = (await rig.broadcasts.suggest(CHANNEL, "snow", by=STARTER)).suggestion
    codes: list[Kind] = []
    for said in (
        rig.broadcasts.revise(session, waiting, words, by=by),
        rig.broadcasts.suggest(CHANNEL, f"{words} again", by=by),
    ):
        try:
            await said
        except BroadcastError as error:
            codes.append(error.code)
    assert codes == ([expected] * 2 if expected else [])
    prompts = [pending.prompt for pending in session.floor.pending]
    assert prompts == (["snow"] if expected else [words, f"{words} again"])
