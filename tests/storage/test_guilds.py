"""Each server's settings, in memory and in the database."""

from __future__ import annotations

import asyncio

import pytest

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Viewer
from bot.clock import SystemClock
from bot.guild_settings import FROM_NEXT_BROADCAST, GuildSettings
from bot.guilds import Guilds
from bot.storage.guilds import GuildRecords
from bot.storage.writer import Writer
from bot.text_rules import make_text_filter
from tests.storage.conftest import MIKA, Store

GUILD = 7


def guilds_of(store: Store, writer: Writer) -> Guilds:
    """The servers as this database knows them."""
    return Guilds(GuildRecords(store.engine, writer), SystemClock(), make_text_filter)


async def test_two_changes_at_once_are_both_kept(store: Store) -> None:
    """Neither moderator overwrites what the other has just set, in memory or for the next start."""
    async with Writer(store.engine) as writer:
        guilds = guilds_of(store, writer)
        await asyncio.gather(
            guilds.change(GUILD, lambda before: before.changed("gap_s", "7"), MIKA, "gap_s = 7"),
            guilds.change(GUILD, lambda before: before.changed("line_limit", "9"), MIKA, "line_limit = 9"),
        )
        again = guilds_of(store, writer)
        await again.load()
        for known in (guilds, again):
            settings = known.settings_of(GUILD)
            assert (settings.gap_s, settings.line_limit) == (7, 9)


async def test_text_rules_hold_at_once(store: Store) -> None:
    """The gate that a running broadcast asks goes by the new rules; a wrong rule changes nothing."""
    async with Writer(store.engine) as writer:
        guilds = guilds_of(store, writer)
        intake, robin = guilds.intake_of(GUILD), Viewer(1, "Robin")
        intake.check_words(robin, "what the heck", is_exempt=False)
        await guilds.change(GUILD, lambda before: before.changed("blocked_words", "heck"), MIKA, "")
        with pytest.raises(BroadcastError) as caught:
            intake.check_words(robin, "what the heck", is_exempt=False)
        assert caught.value.code is Code.FILTERED
        with pytest.raises(BroadcastError) as wrong:
            await guilds.change(GUILD, lambda before: before.changed("blocked_patterns", "((("), MIKA, "")
        assert wrong.value.code is Code.WRONG_SETTING
        assert guilds.settings_of(GUILD).blocked_patterns == ()


def test_what_holds_from_the_next_broadcast_are_settings() -> None:
    """A renamed setting is renamed there too."""
    assert set(GuildSettings.model_fields) >= FROM_NEXT_BROADCAST


@pytest.mark.parametrize("blank", ["\u2800", "\u200b", "\u3164", " \u200d "])
def test_a_safe_prompt_shows_something(blank: str) -> None:
    """Panic must not fail for want of words."""
    with pytest.raises(BroadcastError) as wrong:
        GuildSettings().changed("safe_prompt", blank)
    assert wrong.value.facts["name"] == "safe_prompt"
    assert GuildSettings().changed("safe_prompt", "a  calm\u200b sea").safe_prompt == "a calm sea"


@pytest.mark.parametrize("name", ["blocked_words", "blocked_patterns", "moderator_roles"])
def test_none_empties_a_list(name: str) -> None:
    """An empty list is shown as "none", so that is how one types it."""
    listed = GuildSettings().changed(name, "12")
    assert getattr(listed, name)
    assert getattr(listed.changed(name, "None"), name) == ()
    assert GuildSettings().changed("blocked_words", "none, nobody").blocked_words == ("none", "nobody")
