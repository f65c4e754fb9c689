"""Each server's settings, in memory and in the database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import func, select

from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.errors import BroadcastError, Code, Filtered, Muted
from bot.broadcast.intake.intake import LONGEST_MUTE
from bot.broadcast.model import Refusal, Viewer
from bot.broadcast.rights import Person
from bot.broadcast.show.session import BroadcastSession
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import FROM_NEXT_BROADCAST, GuildSettings
from bot.storage.connections import read
from bot.storage.guilds import DatabaseGuilds
from bot.storage.schema import changes, mutes
from bot.storage.writer import Writer
from tests.broadcast.fakes import SteppedClock
from tests.storage.conftest import MIKA, MODERATOR, NOW, Store, guilds_of

GUILD = 7


async def test_two_changes_at_once_are_both_kept(store: Store) -> None:
    """Neither moderator overwrites what the other has just set, in memory or for the next start."""
    async with Writer(store.database) as writer:
        guilds = guilds_of(DatabaseGuilds(store.database, writer))
        await asyncio.gather(
            guilds.change(GUILD, lambda was: was.changed("gap_s", "7"), "gap_s = 7", by=MODERATOR),
            guilds.change(GUILD, lambda was: was.changed("line_limit", "9"), "line_limit = 9", by=MODERATOR),
        )
        again = guilds_of(DatabaseGuilds(store.database, writer))
        await again.load()
        for known in (guilds, again):
            settings = known.settings_of(GUILD)
            assert (settings.gap_s, settings.line_limit) == (7, 9)


class Followed:
    """A broadcast, as far as it is told what changed."""

    def __init__(self) -> None:
        self.floor = self
        self.told: list[object] = []

    def adopt(self) -> None:
        self.told.append("adopted")

    async def refuse_all_of(self, viewer: Viewer, refusal: Refusal) -> None:
        self.told.append((viewer, refusal))


async def test_what_changes_holds_where_a_broadcast_runs(store: Store) -> None:
    """Whoever mutes or sets something, by whatever door: the broadcast follows, and the list has it."""
    async with Writer(store.database) as writer:
        records, clock, running = DatabaseGuilds(store.database, writer), SteppedClock(), Followed()
        sessions = {GUILD: [cast("BroadcastSession", running)]}
        guilds = guilds_of(records, clock, running_in=sessions.__getitem__)
        await guilds.change(GUILD, lambda was: was.changed("gap_s", "7"), "gap_s = 7", by=MODERATOR)
        await guilds.mute(GUILD, *a_mute(clock, 1, 5), by=MODERATOR)
        assert running.told == ["adopted", (Viewer(1, "Somebody"), Refusal.MUTED)]
        kinds = [action.kind for action in await records.latest_actions(GUILD, 9)]
        assert kinds == [ActionKind.MUTE, ActionKind.SETTING]


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (Person(MIKA, views_channel=True, manages_channel=True), Code.SERVER_MODERATORS_ONLY),
        (replace(MODERATOR, muted_until=NOW), Muted(NOW)),
        (replace(MODERATOR, outranks_other=False), Code.OUTRANKED),
    ],
)
async def test_who_may_not_changes_nothing(store: Store, by: Person, why: Code | Muted) -> None:
    """Whatever door they came by: setting, muting and unmuting ask for themselves."""
    async with Writer(store.database) as writer:
        records, clock = DatabaseGuilds(store.database, writer), SteppedClock()
        guilds = guilds_of(records, clock)
        deeds: list[Callable[[], Awaitable[object]]] = [
            lambda: guilds.mute(GUILD, *a_mute(clock, 1, 5), by=by),
            lambda: guilds.unmute(GUILD, Viewer(1, "Somebody"), by=by),
        ]
        if why is not Code.OUTRANKED:
            deeds.append(lambda: guilds.change(GUILD, lambda b: b.changed("gap_s", "7"), "", by=by))
        for deed in deeds:
            with pytest.raises(BroadcastError) as caught:
                await deed()
            assert caught.value.why == why
        assert guilds.settings_of(GUILD) == GuildSettings()
        assert await muted_rows(store) == []
        assert await records.latest_actions(GUILD, 9) == []


async def test_text_rules_hold_at_once(store: Store) -> None:
    """The gate that a running broadcast asks goes by the new rules; a wrong rule changes nothing."""
    async with Writer(store.database) as writer:
        guilds = guilds_of(DatabaseGuilds(store.database, writer))
        intake, robin = guilds.intake_of(GUILD), Viewer(1, "Robin")
        intake.check_words(robin, "what the heck", is_exempt=False)
        await guilds.change(GUILD, lambda was: was.changed("blocked_words", "heck"), "", by=MODERATOR)
        with pytest.raises(BroadcastError) as caught:
            intake.check_words(robin, "what the heck", is_exempt=False)
        assert caught.value.code is Filtered
        with pytest.raises(WrongSettingError):
            await guilds.change(GUILD, lambda was: was.changed("blocked_patterns", "((("), "", by=MODERATOR)
        assert guilds.settings_of(GUILD).blocked_patterns == ()


def test_what_holds_from_the_next_broadcast_are_settings() -> None:
    """A renamed setting is renamed there too."""
    assert set(GuildSettings.model_fields) >= FROM_NEXT_BROADCAST


@pytest.mark.parametrize("blank", ["\u2800", "\u200b", "\u3164", " \u200d "])
def test_a_safe_prompt_shows_something(blank: str) -> None:
    """Panic must not fail for want of words."""
    with pytest.raises(WrongSettingError) as wrong:
        GuildSettings().changed("safe_prompt", blank)
    assert wrong.value.name == "safe_prompt"
    assert GuildSettings().changed("safe_prompt", "a  calm\u200b sea").safe_prompt == "a calm sea"


@pytest.mark.parametrize("name", ["blocked_words", "blocked_patterns", "moderator_roles"])
def test_none_empties_a_list(name: str) -> None:
    """An empty list is shown as "none", so that is how one types it."""
    listed = GuildSettings().changed(name, "12")
    assert getattr(listed, name)
    assert getattr(listed.changed(name, "None"), name) == ()
    assert GuildSettings().changed("blocked_words", "none, nobody").blocked_words == ("none", "nobody")


async def muted_rows(store: Store) -> list[int]:
    """Whose mutes are stored."""
    with store.database.engine.connect() as connection:
        return list(connection.execute(select(mutes.c.viewer_id).order_by(mutes.c.viewer_id)).scalars())


def a_mute(clock: SteppedClock, viewer_id: int, minutes: float) -> tuple[Viewer, datetime, str]:
    """Who is muted until when, and what is noted of it."""
    return Viewer(viewer_id, "Somebody"), clock.now() + timedelta(minutes=minutes), "Somebody"


async def test_mutes_end(store: Store) -> None:
    """One that has run out is gone: nobody is unmuted any more, the audit list says nothing, no row stays."""
    async with Writer(store.database) as writer:
        clock = SteppedClock()
        records = DatabaseGuilds(store.database, writer)
        guilds = guilds_of(records, clock)
        for viewer_id, minutes in ((1, 10), (2, 10), (3, 60)):
            await guilds.mute(GUILD, *a_mute(clock, viewer_id, minutes), by=MODERATOR)
        await clock.sleep(601)
        assert not await guilds.unmute(GUILD, Viewer(1, "Somebody"), by=MODERATOR)
        assert await muted_rows(store) == [3]
        assert await guilds.unmute(GUILD, Viewer(3, "Somebody"), by=MODERATOR)
        assert not await guilds.unmute(GUILD, Viewer(3, "Somebody"), by=MODERATOR)
        assert await muted_rows(store) == []
        kinds = [action.kind for action in await records.latest_actions(GUILD, 9)]
        assert kinds == [ActionKind.UNMUTE, *[ActionKind.MUTE] * 3]


async def test_each_mute_takes_those_that_have_run_out_with_it(store: Store) -> None:
    """So the table is no larger than what was muted last."""
    async with Writer(store.database) as writer:
        clock = SteppedClock()
        guilds = guilds_of(DatabaseGuilds(store.database, writer), clock)
        for viewer_id in range(20):
            await guilds.mute(GUILD, *a_mute(clock, viewer_id, 5), by=MODERATOR)
            await guilds.mute(GUILD + 1, *a_mute(clock, viewer_id, 5), by=MODERATOR)
            await clock.sleep(120)
        assert await muted_rows(store) == [17, 17, 18, 18, 19, 19]


async def test_a_start_forgets_the_mutes_that_ran_out_and_shortens_those_that_cannot_be(store: Store) -> None:
    """What is left goes on; one that was stored by a wall years ahead lasts as long as the longest."""
    async with Writer(store.database) as writer:
        clock = SteppedClock()
        before = guilds_of(DatabaseGuilds(store.database, writer), clock)
        for viewer_id, minutes in ((1, 10), (2, 60), (3, 5_000_000)):
            await before.mute(GUILD, *a_mute(clock, viewer_id, minutes), by=MODERATOR)
        await clock.sleep(601)
        for _ in range(2):
            guilds = guilds_of(DatabaseGuilds(store.database, writer), clock)
            await guilds.load()
            assert await muted_rows(store) == [2, 3]
            intake = guilds.intake_of(GUILD)
            lasts = {
                viewer_id: until and until - clock.now()
                for viewer_id in (1, 2, 3)
                for until in [intake.muted_until(Viewer(viewer_id, "Somebody"))]
            }
            assert lasts == {1: None, 2: timedelta(seconds=2999), 3: LONGEST_MUTE}
        with store.database.engine.connect() as connection:
            latest = connection.execute(select(func.max(mutes.c.until))).scalar_one()
        assert latest == clock.now() + LONGEST_MUTE


async def test_what_is_on_its_way_into_the_audit_list_is_in_it(store: Store) -> None:
    """Whoever has seen that something was done finds it there, however slow the disk is."""
    async with Writer(store.database) as writer:
        records = DatabaseGuilds(store.database, writer)
        entering = asyncio.create_task(
            records.save_action(Action(GUILD, MIKA, ActionKind.APPROVE, "an owl hoots", NOW))
        )
        await asyncio.sleep(0)  # it is told to the writer, and not committed
        [found] = await records.latest_actions(GUILD, 9)
        assert found.subject == "an owl hoots"
        await entering


async def test_a_database_that_one_process_has_alone_keeps_no_notes(store: Store) -> None:
    """Nothing is written that nobody reads."""
    guilds = guilds_of(DatabaseGuilds(store.database, store.writer))
    await guilds.change(GUILD, lambda was: was.changed("gap_s", "7"), "", by=MODERATOR)
    assert await read(store.database, select(changes)) == []
