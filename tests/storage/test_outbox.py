"""What has to be told is stored with what caused it, or neither is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from bot.broadcast.model import Origin, Recording, Refusal, Suggestion
from bot.broadcast.sharding import Shard, shard_of
from bot.broadcast.states import State
from bot.broadcast.telling.errand import Errand, Kind, owed_for_suggestion
from bot.storage.outbox import DatabaseOutbox
from bot.storage.recovery import close_unfinished
from tests.storage.conftest import MIKA, NOW, Store, ended, live_broadcast

LINK = "https://x/v"
SAID = Suggestion("x", "b", MIKA, "snow", NOW, Origin(7, 8, is_marked=True))


@asynccontextmanager
async def breaking_at(store: Store, table: str) -> AsyncIterator[None]:
    """What is written to a table is refused, after what was written before in the same transaction."""

    def refuse(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if f"INTO {table} " in statement:
            raise IntegrityError(statement, {}, Exception("broken by the test"))

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)


async def test_a_fact_and_what_is_owed_for_it_are_stored_together(store: Store) -> None:
    """The end of a stream and of a broadcast, a recording, a suggestion that is settled."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    await store.journal.save_suggestion(SAID)
    assert await store.owed() == []
    await store.journal.save_suggestion(SAID.sent("own", NOW).acknowledged("Snow", NOW))
    await store.journal.save_stream(replace(stream, ended_at=NOW))
    await store.journal.save_recording(stream, Recording(NOW))
    assert await store.owed() == ["recording:own", "settled:x"]
    await store.journal.save_recording(stream, Recording(NOW, LINK))
    assert await store.owed() == ["archive:own", "recording:own", "recordings:b", "settled:x"]
    await store.journal.save_broadcast(ended(broadcast))
    assert await store.owed() == ["archive:own", "recording:own", "recordings:b", "settled:x"], (
        "it is owed once"
    )


async def test_where_a_transaction_breaks_nothing_of_it_is_stored(store: Store) -> None:
    """Neither the fact without what is owed for it, nor the other way round."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    async with breaking_at(store, "outbox"):
        with pytest.raises(IntegrityError):
            await store.journal.save_broadcast(ended(broadcast))
        with pytest.raises(IntegrityError):
            await store.journal.save_stream(replace(stream, ended_at=NOW))
    async with breaking_at(store, "broadcasts"):
        with pytest.raises(IntegrityError):
            await store.journal.save_broadcast(ended(broadcast))
    assert await store.owed() == []
    assert await store.history.broadcast("b") == broadcast
    assert await store.history.stream("own") == stream


@pytest.mark.parametrize(
    ("origin", "refusal", "is_owed"),
    [
        (None, None, False),
        (None, Refusal.PANIC, False),
        (Origin(7, 8), None, False),
        (Origin(7, 8), Refusal.STALE, True),
        (Origin(7, 8), Refusal.BROADCAST_ENDED, False),
        (Origin(7, 8), Refusal.INTERRUPTED, False),
        (Origin(7, 8, is_marked=True), Refusal.INTERRUPTED, True),
        (Origin(7, 8, is_marked=True), None, True),
        (Origin(7, interaction_id=9), None, True),
        (Origin(7, interaction_id=9), Refusal.BROADCAST_ENDED, True),
    ],
)
async def test_a_word_is_owed_to_who_waits_for_one(
    store: Store, origin: Origin | None, refusal: Refusal | None, is_owed: bool
) -> None:
    """The same by the journal and by a statement that settles many, as after a crash."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    suggestion = SAID._replace(origin=origin).sent("own", NOW)
    settled = suggestion.refused(refusal, NOW) if refusal else suggestion.acknowledged("Snow", NOW)
    await store.journal.save_suggestion(settled)
    assert ("settled:x" in await store.owed()) is is_owed
    assert bool(list(owed_for_suggestion(settled))) is is_owed
    if refusal is Refusal.INTERRUPTED:
        await DatabaseOutbox(store.database, store.writer).drop(["settled:x"])
        await store.journal.save_suggestion(SAID._replace(origin=origin))
        await close_unfinished(store.database, now=NOW, reference="ref")
        assert ("settled:x" in await store.owed()) is is_owed


async def test_a_suggestion_comes_back_as_it_was_stored(store: Store) -> None:
    """By its ID, and by the interaction that made it."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    asked = SAID._replace(id="y", origin=Origin(7, interaction_id=2**62))
    for suggestion in (SAID, asked, SAID._replace(id="z", origin=None)):
        settled = suggestion.sent("own", NOW).refused(Refusal.SERVICE_REFUSED, NOW, "no")
        await store.journal.save_suggestion(settled)
        assert await store.history.suggestion(suggestion.id) == settled
    assert await store.history.suggestion_of(2**62) == await store.history.suggestion("y")
    assert await store.history.suggestion_of(1) is None


async def test_an_errand_comes_back_as_it_was_stored(store: Store) -> None:
    """Every field; one that is stored already stays as it is, one that is gone stays gone."""
    rows = DatabaseOutbox(store.database, store.writer)
    errand = Errand(Kind.ANSWER, str(2**62), NOW, "b", NOW + timedelta(minutes=15), 3, NOW, b"sealed")
    await rows.add(errand)
    await rows.add(replace(errand, tries=0))
    assert await rows.errands() == [errand]
    await rows.change(replace(errand, tries=4))
    assert await rows.errands() == [replace(errand, tries=4)]
    await rows.drop([errand.key, "another"])
    await rows.change(errand)
    assert await rows.errands() == []


async def test_what_a_newer_version_owes_is_left_alone(store: Store) -> None:
    """Of a kind that is not known here."""
    rows = DatabaseOutbox(store.database, store.writer)
    await rows.add(Errand(Kind.SETTLED, "x", NOW))
    with store.database.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET kind = 'song'"))
    assert await rows.errands() == []


async def test_recordings_that_nobody_can_be_shown_are_not_followed(store: Store) -> None:
    """There is nowhere left to post them."""
    broadcast, _ = await store.long_broadcast(3)
    await store.past_broadcast(2)
    await store.journal.drop_recordings(broadcast.id, NOW)
    assert await store.owed() == ["recording:own2", "recordings:b1", "recordings:b2"]


async def test_what_a_crash_left_open_is_owed_once(store: Store) -> None:
    """Its streams' recordings and its post; what was over before is as it was."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    recorded = replace(stream, id="first", service_id="s0", ended_at=NOW)
    for each in (recorded, stream, replace(stream, id="never began", service_id=None)):
        await store.journal.save_stream(each)
    await store.journal.save_recording(recorded, Recording(NOW, LINK))
    await DatabaseOutbox(store.database, store.writer).drop(["recording:first"])
    await store.past_broadcast(1)
    await close_unfinished(store.database, now=NOW, reference="ref")
    assert await store.owed() == [
        "archive:first",
        "recording:own",
        "recording:own1",
        "recordings:b",
        "recordings:b1",
    ]
    closed = await store.history.broadcast("b")
    assert closed
    assert closed.state is State.FAILED


async def test_each_errand_belongs_to_the_shard_of_its_server(store: Store) -> None:
    """By its broadcast, or by where it came up; what is known of neither belongs to the first."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    guild_id = broadcast.channel.guild_id
    its_shard, next_shard = Shard(shard_of(guild_id, 4), 4), Shard((shard_of(guild_id, 4) + 1) % 4, 4)
    of_broadcast = Errand(Kind.RECORDINGS, "b", NOW, "b")
    of_server = Errand(Kind.ANSWER, "1", NOW, guild_id=guild_id + (1 << 22))
    of_nowhere = Errand(Kind.FORGET, "2", NOW)
    outbox = DatabaseOutbox(store.database, store.writer)
    for each in (of_broadcast, of_server, of_nowhere):
        await outbox.add(each)

    async def owed(shard: Shard) -> list[tuple[str, int | None]]:
        return [(each.key, each.guild_id) for each in await outbox.errands(shard)]

    assert await owed(next_shard) == [(of_server.key, of_server.guild_id)]
    by_shard = {shard: await owed(Shard(shard, 4)) for shard in range(4)}
    assert (of_broadcast.key, guild_id) in by_shard[its_shard.id]
    assert (of_nowhere.key, 0) in by_shard[0]
    assert sum(map(len, by_shard.values())) == 3
