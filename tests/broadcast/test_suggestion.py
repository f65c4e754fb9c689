"""A suggestion, and what becomes of it."""

from datetime import UTC, datetime

from bot.broadcast.model import Origin, Refusal, Suggestion
from tests.broadcast.conftest import ROBIN

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def test_whatever_becomes_of_a_suggestion_it_stays_what_was_proposed() -> None:
    """Every field of the proposal is in its place, however many there are; what was sent stays known."""
    proposed = Suggestion("s", "b", ROBIN, "snow", NOW, Origin(1, 2))
    sent = proposed.sent("stream", NOW)
    acknowledged = sent.acknowledged("Snow falls", NOW)
    refused = sent.refused(Refusal.SERVICE_REFUSED, NOW, "no")
    proposal = Suggestion._fields[: Suggestion._fields.index("outcome")]
    for later in (sent, acknowledged, refused):
        assert [getattr(later, name) for name in proposal] == [getattr(proposed, name) for name in proposal]
        assert (later.stream_id, later.sent_at) == ("stream", NOW)
    assert (acknowledged.applied, acknowledged.settled_at, acknowledged.refusal) == ("Snow falls", NOW, None)
    assert (refused.refusal, refused.settled_at, refused.detail) == (Refusal.SERVICE_REFUSED, NOW, "no")
