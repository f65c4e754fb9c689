"""What is found again of the past, also of what another version stored."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.history import AppliedIdea
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Refusal, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from bot.storage.going_on import MOMENTS_KEPT
from bot.storage.guilds import DatabaseGuilds
from bot.storage.recovery import close_unfinished
from bot.storage.writer import Writer
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store


@pytest.mark.parametrize(
    "typed", ["дракон", "ДРАКОН", "Дракон", "GEHEIME", "straße", "STRASSE", "şehir", "ＰＬＡＮ"]
)
async def test_broadcasts_are_found_however_their_words_are_written(store: Store, typed: str) -> None:
    """In any case, width and with or without accents, in any script: as the text filter reads."""
    broadcast, _ = await store.past_broadcast(1, prompt="Дракон: der geheime Plan in der Straße von Şehir")
    await store.past_broadcast(2, prompt="A cat")
    [found] = await store.history.search_broadcasts(CHANNEL.guild_id, typed, limit=5)
    assert found.id == broadcast.id


async def test_the_newest_broadcasts_that_fit_are_found_first(store: Store) -> None:
    """As many as are asked for, of all that there are; a host's name or a stream's ID will do as well."""
    for number in range(1, 9):
        await store.past_broadcast(number, prompt=f"Élan {number % 2}")
    search = store.history.search_broadcasts
    found = await search(CHANNEL.guild_id, "elan 1", limit=3)
    assert [each.id for each in found] == ["b7", "b5", "b3"]
    assert [each.id for each in await search(CHANNEL.guild_id, "S4", limit=3)] == ["b4"]
    assert len(await search(CHANNEL.guild_id, "MIKA", limit=25)) == 8
    assert len(await search(CHANNEL.guild_id, "", limit=25)) == 8
    assert await search(1, "elan", limit=25) == []


async def test_a_host_is_found_by_any_part_of_a_name(store: Store) -> None:
    """Whoever else has which names: signs that nobody can type, empty ones, and such as are not known."""
    names = ("Robin", "Ro\x1fbin", "\x1f", "1\x1f2,3", "")
    for number, name in enumerate(names, start=1):
        await store.past_broadcast(number, host=Viewer(number, name), prompt="x")
    search = store.history.search_broadcasts
    assert [each.id for each in await search(CHANNEL.guild_id, "robin", limit=5)] == ["b1"]
    assert [each.id for each in await search(CHANNEL.guild_id, "bin", limit=5)] == ["b2", "b1"]
    assert [each.id for each in await search(CHANNEL.guild_id, "2,3", limit=5)] == ["b4"]


async def test_what_was_applied_is_found_with_all_who_asked_for_it(store: Store) -> None:
    """In its order; who asked for the same is of one idea, and what was refused is none."""
    broadcast, stream = await store.past_broadcast(1)
    said = [(2, "snow", 2), (3, "Snow!", 2), (2, "rain", 1), (4, "a dog", 3)]
    for number, (viewer_id, prompt, second) in enumerate(said):
        at = NOW + timedelta(seconds=second)
        waits = Suggestion(str(number), broadcast.id, Viewer(viewer_id, "Robin"), prompt, NOW)
        sent = waits.sent(stream.id, at, prompt)
        is_refused = prompt == "a dog"
        settled = sent.refused(Refusal.STALE, at) if is_refused else sent.acknowledged(prompt.lower(), at)
        await store.journal.save_suggestion(settled)
    assert await store.history.applied_ideas(broadcast.id) == [
        AppliedIdea("rain", frozenset({2})),
        AppliedIdea("snow", frozenset({2, 3})),
    ]
    assert await store.history.applied_ideas("b2") == []


async def test_what_a_newer_version_stored_is_read_as_far_as_it_is_understood(store: Store) -> None:
    """After a downgrade: no unknown word in one row breaks a list, the start or what others did."""
    broadcast, _ = await store.past_broadcast(1)
    await store.past_broadcast(2)
    async with Writer(store.database) as writer:
        records = DatabaseGuilds(store.database, writer)
        await records.save_action(Action(CHANNEL.guild_id, MIKA, ActionKind.PANIC, "a meadow", NOW))
    with store.database.engine.begin() as connection:
        for change in (
            "UPDATE broadcasts SET state = 'archived', reason = 'whim' WHERE id = 'b1'",
            "UPDATE broadcasts SET ended_at = requested_at",
            "UPDATE streams SET state = 'archived', end_reason = 'whim' WHERE service_id = 's1'",
            "UPDATE actions SET kind = 'dance'",
        ):
            connection.execute(text(change))
    assert await close_unfinished(store.database, now=NOW, reference="ref") == []
    read = await store.history.broadcast(broadcast.id)
    assert read
    assert read.ending
    assert (read.state, read.ending.reason) == (State.ENDED, Reason.UNKNOWN)
    page = await store.history.past_broadcasts(CHANNEL.guild_id, limit=5)
    reasons = [each.streams[0].stream.end_reason for each in page.broadcasts]
    assert (page.total, reasons) == (2, [Reason.HOST_ENDED, Reason.UNKNOWN])
    [action] = await records.latest_actions(CHANNEL.guild_id, 5)
    assert (action.kind, action.subject) == (ActionKind.OTHER, "a meadow")


async def test_how_a_broadcast_left_its_world_is_found_of_the_newest(store: Store) -> None:
    """All of it, as it was stored last; a mode of a newer version is none, and older moments go."""
    picture = Picture(b"\xff\xd8 a JPEG", portrait=True)
    moment = LastMoment("A cat \ud800", ("it snows", "an owl \0 lands"), Mode.DRAW, picture)
    for number in range(1, MOMENTS_KEPT + 3):
        broadcast, _ = await store.past_broadcast(number)
        await store.journal.save_last_moment(broadcast.id, moment, NOW + timedelta(minutes=number))
    assert await store.history.last_moment("b1") is None
    assert await store.history.last_moment("b2") is None
    found = await store.history.last_moment("b3")
    assert found == LastMoment("A cat ?", ("it snows", "an owl ? lands"), Mode.DRAW, picture)
    later = LastMoment("A meadow", ())
    await store.journal.save_last_moment("b3", later, NOW + timedelta(minutes=3))
    assert await store.history.last_moment("b3") == later
    await store.writer.execute(text("UPDATE last_moments SET mode = 'by_dice' WHERE broadcast_id = 'b4'"))
    assert await store.history.last_moment("b4") == replace(found, mode=None)
