"""Settings that another version stored, and text rules that cannot be used."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.broadcast.errors import BroadcastError, Code, Filtered, Kind
from bot.broadcast.model import Viewer
from bot.guilds.guilds import Guilds
from bot.guilds.settings.guild_settings import GuildSettings
from bot.storage.guilds import DatabaseGuilds
from bot.storage.writer import Writer
from tests.storage.conftest import MODERATOR, NOW, Store, guilds_of
from tests.storage.test_guilds import GUILD
from tests.support.rules import UNSET

pytestmark = pytest.mark.sqlite

ROBIN = Viewer(1, "Robin")


@asynccontextmanager
async def loaded(store: Store, stored: dict[str, Any] | str) -> AsyncIterator[tuple[Guilds, DatabaseGuilds]]:
    """The servers of a run that finds this stored."""
    async with Writer(store.database) as writer:
        records = DatabaseGuilds(store.database, writer)
        text = stored if isinstance(stored, str) else json.dumps(stored)
        await records.save_settings(GUILD, text, NOW)
        guilds = guilds_of(records)
        await guilds.load()
        yield guilds, records


def refusal(guilds: Guilds, prompt: str) -> Kind | None:
    """Why the server's gate does not let a prompt pass."""
    try:
        guilds.intake_of(GUILD).check_words(ROBIN, prompt, is_exempt=False)
    except BroadcastError as error:
        return error.code
    return None


async def stored_in(records: DatabaseGuilds) -> dict[str, Any]:
    """What is stored now."""
    values = json.loads((await records.all_settings())[GUILD])
    assert isinstance(values, dict)
    return values


@pytest.mark.parametrize(
    ("odd", "misread"),
    [
        ({"colour": "red"}, ()),
        ({"line_limit": 5000}, ("line_limit",)),
        ({"broadcast_limit_s": "an hour"}, ()),
        ({"mode": "quorum"}, ("mode",)),
        ({"allows_links": "perhaps", "minutes_per_day": [1]}, ("allows_links", "minutes_per_day")),
        ({"moderator_roles": [12, "Mods", None]}, ("moderator_roles",)),
        ({"bypass_roles": list(range(1, 99))}, ("bypass_roles",)),
    ],
)
async def test_what_is_not_understood_loses_only_itself_and_is_kept(
    store: Store, odd: dict[str, Any], misread: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """After a downgrade, a rename or a tightened limit, the rest holds; and an upgrade finds all again."""
    values = {"blocked_words": ["heck"], "starter_roles": [7], "gap_s": 9, **odd}
    async with loaded(store, values) as (guilds, records):
        assert f"not understood: {', '.join(odd)}" in caplog.text
        settings = guilds.settings_of(GUILD)
        assert (settings.blocked_words, settings.starter_roles, settings.gap_s) == (("heck",), (7,), 9)
        assert refusal(guilds, "what the h.e.c.k") is Filtered
        assert refusal(guilds, "a red kite") is None
        assert guilds.trouble_of(GUILD).misread == misread
        assert not guilds.trouble_of(GUILD).is_closed
        await guilds.change(GUILD, lambda was: was.changed("gap_s", "1"), "", by=MODERATOR)
        stored = await stored_in(records)
        assert {name: stored[name] for name in odd} == odd
        assert (stored["blocked_words"], stored["gap_s"]) == (["heck"], 1)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(600, 10), (600.5, 11), (1, 1), (86_400, 1440), (0, UNSET.minutes_limit)],
)
async def test_a_setting_with_another_name_now_holds(store: Store, seconds: float, minutes: int) -> None:
    """The longest broadcast, which was in seconds; what was left to the service is by default."""
    values = {"broadcast_limit_s": seconds, "gap_s": 9}
    assert GuildSettings.from_json(json.dumps(values)).minutes_limit == minutes
    async with loaded(store, values) as (guilds, records):
        assert (guilds.settings_of(GUILD).minutes_limit, guilds.settings_of(GUILD).gap_s) == (minutes, 9)
        await guilds.change(GUILD, lambda was: was.changed("gap_s", "1"), "", by=MODERATOR)
        stored = await stored_in(records)
        assert (stored["minutes_limit"], "broadcast_limit_s" in stored) == (minutes, False)


async def test_a_list_holds_as_far_as_it_is_understood(store: Store) -> None:
    """One entry that is none takes the others nothing."""
    async with loaded(store, {"moderator_roles": [12, "Mods", "<@&13>"]}) as (guilds, _):
        assert guilds.settings_of(GUILD).moderator_roles == (12, 13)


async def test_what_somebody_sets_is_not_kept_any_more(store: Store) -> None:
    """Not even if it is set to what it stood at."""
    async with loaded(store, {"line_limit": 5000, "mode": "quorum"}) as (guilds, records):
        change = guilds.change
        await change(GUILD, lambda b: b.changed("line_limit", "200"), "", by=MODERATOR, names=["line_limit"])
        assert guilds.trouble_of(GUILD).misread == ("mode",)
        assert (await stored_in(records))["line_limit"] == 200


@pytest.mark.parametrize(
    "stored",
    [
        {"blocked_patterns": ["fine", "((("], "gap_s": 9},
        {"blocked_patterns": [r"\Qopen"], "gap_s": 9},
        {"blocked_words": ["heck", {"word": "darn", "whole": True}], "gap_s": 9},
        {"blocked_words": "heck" * 99, "gap_s": 9},
        {"blocked_words": ["a"], "gap_s": 9},
        {"blocked_patterns": None, "gap_s": 9},
    ],
)
async def test_rules_that_cannot_be_used_let_nothing_pass(
    store: Store, stored: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Until a moderator mends them; what else is set holds, and can be changed."""
    async with loaded(store, stored) as (guilds, records):
        assert refusal(guilds, "a red kite") is Code.CANNOT_JUDGE
        assert refusal(guilds, "another one") is Code.CANNOT_JUDGE
        assert guilds.trouble_of(GUILD).is_closed
        assert caplog.text.count("nothing passes") == 1
        assert guilds.settings_of(GUILD).gap_s == 9
        await guilds.change(GUILD, lambda was: was.changed("gap_s", "1"), "", by=MODERATOR)
        assert refusal(guilds, "a red kite") is Code.CANNOT_JUDGE
        name = next(iter(stored))
        assert (await stored_in(records))[name] == stored[name]
        await guilds.change(GUILD, lambda was: was.changed(name, "none"), "", by=MODERATOR, names=[name])
        assert refusal(guilds, "a red kite") is None
        assert not guilds.trouble_of(GUILD).is_closed


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"gap_s": 1, "gap_s": 2}'])
async def test_settings_that_cannot_be_read_at_all_let_nothing_pass(store: Store, text: str) -> None:
    """Nobody knows what they forbade; and no change of another setting opens the gate."""
    async with loaded(store, text) as (guilds, records):
        assert refusal(guilds, "a red kite") is Code.CANNOT_JUDGE
        await guilds.change(GUILD, lambda was: was.changed("gap_s", "1"), "", by=MODERATOR)
        again = guilds_of(records)
        await again.load()
        for known in (guilds, again):
            assert refusal(known, "a red kite") is Code.CANNOT_JUDGE
            assert known.settings_of(GUILD).gap_s == 1


async def test_a_filter_that_fails_lets_nothing_pass_and_says_so_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """What it fails at does not pass; the rest is judged; moderators get one reference."""

    def breaks_at_kites(_: GuildSettings) -> Any:
        def check(prompt: str) -> None:
            if "kite" in prompt:
                raise RuntimeError("unforeseen")

        return check

    async with Writer(store.database) as writer:
        guilds = guilds_of(DatabaseGuilds(store.database, writer), make_filter=breaks_at_kites)
        with caplog.at_level(logging.ERROR):
            codes = [refusal(guilds, prompt) for prompt in ("a red kite", "a dragon", "two kites")]
        assert codes == [Code.CANNOT_JUDGE, None, Code.CANNOT_JUDGE]
        [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert guilds.trouble_of(GUILD).reference == record.__dict__["ref"]


async def test_a_filter_that_cannot_be_made_lets_nothing_pass(store: Store) -> None:
    """Whatever the reason: moderators are told that nothing is taken."""

    def fail(_: GuildSettings) -> Any:
        raise RuntimeError("unforeseen")

    async with Writer(store.database) as writer:
        guilds = guilds_of(DatabaseGuilds(store.database, writer), make_filter=fail)
        assert refusal(guilds, "a dragon") is Code.CANNOT_JUDGE
        assert guilds.trouble_of(GUILD).is_closed
