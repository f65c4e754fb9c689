"""Broadcasts, their streams and what was suggested in them."""

import sqlalchemy as sa

from bot.storage.schema.columns import (
    AnyString,
    AnyText,
    UtcDateTime,
    metadata,
    partial_index,
    person_id,
    version,
)

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    person_id("host_id"),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32)),
    person_id("ended_by_id", is_known=False),
    sa.Column("detail", AnyText),
    sa.Column("reference", sa.String(16)),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("live_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    # How long it was to be live.
    sa.Column("length_s", sa.Float),
    sa.Column("last_seen_at", UtcDateTime),
    # After it was live first: while the bot was not there.
    sa.Column("off_air_s", sa.Float, nullable=False, server_default="0"),
    # How its floor stands.
    sa.Column("mode", sa.String(16)),
    sa.Column("is_intake_paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("ballot_closes_at", UtcDateTime),
    # When panels of it that were posted, but not remembered, were looked for in the channel.
    # Set as well where there is nothing to look for: so few are without.
    sa.Column("panels_sought_at", UtcDateTime),
    # Which of its server's broadcasts it is, from 1.
    sa.Column("number", sa.Integer),
    # The place of its prompt in the search, once it has begun: see `search/port.py`.
    sa.Column("text_id", sa.BigInteger),
    version(),
    sa.Index(None, "guild_id", "requested_at"),
    sa.Index(None, "guild_id", "ended_at"),
    # Each has what a page of the list asks of a row, so that those that do not fit are passed over quickly.
    sa.Index(None, "guild_id", "number", "channel_id", "text_id"),
    sa.Index(None, "guild_id", "channel_id", "number", "text_id"),
    sa.Index(None, "guild_id", "state", "number", "channel_id", "text_id"),
    sa.Index(None, "guild_id", "host_id", "number", "text_id"),
    partial_index("ix_broadcasts_open", "state", where="ended_at IS NULL"),
    partial_index("ix_broadcasts_panels_not_sought", "state", where="panels_sought_at IS NULL"),
)

last_moments = sa.Table(
    "last_moments",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("mode", sa.String(16)),
    sa.Column("opening", AnyText, nullable=False),
    # What the world has taken since, the newest last.
    sa.Column("applied", sa.JSON, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    # A JPEG of the world.
    sa.Column("picture", sa.LargeBinary),
)

streams = sa.Table(
    "streams",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    # None until the service has begun it; and for good, if it never has.
    sa.Column("service_id", AnyString(128), unique=True, index=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False, server_default="1"),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("end_reason", sa.String(32)),
    # None nowhere: but SQLite adds no column to a table that others refer to, if it may not be empty.
    sa.Column("intended_at", UtcDateTime, index=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    # What the service knows its connection by: see `World.session`.
    sa.Column("session", AnyText),
    # With whose key it was streamed, if not the operator's; of one that is gone nothing else is known.
    sa.Column("account_id", sa.String(32)),
    # When it was found that there is nowhere left to post its recording.
    sa.Column("recording_dropped_at", UtcDateTime),
    # The place of its prompt in the search.
    sa.Column("text_id", sa.BigInteger),
    version(),
    partial_index("ix_streams_account", "account_id", "intended_at", where="account_id IS NOT NULL"),
    partial_index("ix_streams_open", "broadcast_id", where="ended_at IS NULL"),
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False),
    sa.Column("stream_id", sa.ForeignKey("streams.id"), index=True),
    person_id("viewer_id"),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("refusal", sa.String(32)),
    sa.Column("detail", AnyText),
    sa.Column("applied", AnyText),
    # It was sent in those of somebody who said the same.
    sa.Column("in_others_words", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("suggested_at", UtcDateTime, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),
    # Where it came from: a message, which may have a mark, or an interaction.
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger),
    # When a moderator let it pass as it is; its place on the ballot; whether it goes before anything else.
    sa.Column("approved_at", UtcDateTime),
    sa.Column("ballot_place", sa.Integer),
    sa.Column("is_urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_marked", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("interaction_id", sa.BigInteger),
    # The place of its prompt in the search, once it was applied.
    sa.Column("text_id", sa.BigInteger),
    version(),
    sa.Index(None, "broadcast_id", "suggested_at"),
    sa.Index(None, "viewer_id", "text_id"),
    partial_index("ix_suggestions_open", "broadcast_id", where="settled_at IS NULL"),
    partial_index("ix_suggestions_interaction_id", "interaction_id", where="interaction_id IS NOT NULL"),
)

recordings = sa.Table(
    "recordings",
    metadata,
    # The links are not here: they expire within the hour, and they are secrets.
    sa.Column("stream_id", sa.ForeignKey("streams.id"), primary_key=True),
    sa.Column("frame_count", sa.Integer),
    sa.Column("duration_s", sa.Float),
    sa.Column("has_video", sa.Boolean, nullable=False),
    sa.Column("has_preview", sa.Boolean, nullable=False),
    sa.Column("has_thumbnail", sa.Boolean, nullable=False),
    sa.Column("has_events", sa.Boolean, nullable=False),
    sa.Column("found_at", UtcDateTime, nullable=False),
)
