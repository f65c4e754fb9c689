"""How a floor stands, as it is noted for whoever goes on after a crash."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Suggestion
from bot.storage.going_on import MOMENTS_KEPT
from bot.storage.schema import broadcasts, last_moments, suggestions, votes
from tests.storage.conftest import MIKA, NOW, Store, ended, live_broadcast


async def test_notes_are_stored_in_their_order_without_a_wait(store: Store) -> None:
    """Behind what was saved before, with the next that somebody waits for; a later save takes none away."""
    broadcast, stream = live_broadcast()
    store.journal.save_broadcast(broadcast)
    store.journal.note_floor("b", Mode.VOTE, is_paused=False)
    store.journal.note_floor("b", Mode.DRAW, is_paused=True)
    store.journal.save_stream(stream)
    suggestion = Suggestion("x", "b", MIKA, "snow", NOW)
    store.journal.save_suggestion(suggestion, is_urgent=True)
    store.journal.note_approval("b", "x", NOW)
    for choice in ("x", "y", None, "z"):
        store.journal.note_vote("b", MIKA.id, choice)
    store.journal.save_suggestion(suggestion.sent(stream.id, NOW))
    await store.journal.save_broadcast(replace(broadcast, off_air=timedelta(seconds=7)))
    with store.database.engine.connect() as connection:
        of_it = broadcasts.c.mode, broadcasts.c.is_intake_paused, broadcasts.c.off_air_s
        assert connection.execute(select(*of_it)).one() == ("draw", True, 7.0)
        its = suggestions.c.approved_at, suggestions.c.is_urgent, suggestions.c.outcome
        assert connection.execute(select(*its)).one() == (NOW, True, "sent")
        assert connection.execute(select(votes)).one() == ("b", MIKA.id, "z")
    assert await store.history.broadcast("b") == replace(broadcast, off_air=timedelta(seconds=7))


async def test_votes_are_kept_while_their_broadcast_runs(store: Store) -> None:
    """And those of others longer."""
    broadcast, _ = live_broadcast()
    for each in (broadcast, replace(broadcast, id="c")):
        store.journal.save_broadcast(each)
        store.journal.note_vote(each.id, MIKA.id, "x")
    await store.journal.save_broadcast(ended(broadcast))
    with store.database.engine.connect() as connection:
        assert connection.execute(select(votes.c.broadcast_id)).scalars().all() == ["c"]


async def test_a_note_that_cannot_be_stored_is_a_line_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A vote in a broadcast that is not there, say; what comes behind it is stored."""
    store.journal.note_vote("no such broadcast", MIKA.id, "x")
    await store.journal.save_broadcast(live_broadcast()[0])
    assert "how a floor stands could not be stored: IntegrityError" in caplog.text


async def test_of_a_broadcast_that_runs_the_moment_is_kept(store: Store) -> None:
    """However many newer ones there are: it goes on from there."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await _moment(store, broadcast.id, 0)
    for number in range(MOMENTS_KEPT + 3):
        past, _ = await store.past_broadcast(number)
        await _moment(store, past.id, 1 + number)
    with store.database.engine.connect() as connection:
        kept = connection.execute(select(last_moments.c.broadcast_id)).scalars().all()
    assert broadcast.id in kept
    assert len(kept) == MOMENTS_KEPT + 1


async def _moment(store: Store, broadcast_id: str, seconds: int) -> None:
    moment = LastMoment("A cat", ())
    await store.journal.save_last_moment(broadcast_id, moment, NOW + timedelta(seconds=seconds))
