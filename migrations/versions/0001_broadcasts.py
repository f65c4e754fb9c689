"""Broadcasts, their streams, suggestions, recordings and posts.

Why: the first schema. A stream ID is the only way back to a recording, so it has a table of its own; links to
recordings have no column, because they expire and are secrets.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("host_id", sa.BigInteger, nullable=False),
        sa.Column("host_name", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("portrait", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("ended_by_id", sa.BigInteger),
        sa.Column("ended_by_name", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("reference", sa.String(16)),
        sa.Column("requested_at", sa.DateTime, nullable=False),
        sa.Column("live_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    op.create_index("ix_broadcasts_guild_id_requested_at", "broadcasts", ["guild_id", "requested_at"])
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"])
    op.create_table(
        "streams",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("portrait", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("end_reason", sa.String(32)),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_streams_broadcast_id"),
    )
    op.create_index("ix_streams_broadcast_id", "streams", ["broadcast_id"])
    op.create_index("ix_streams_started_at", "streams", ["started_at"])
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("stream_id", sa.String(128)),
        sa.Column("viewer_id", sa.BigInteger, nullable=False),
        sa.Column("viewer_name", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("refusal", sa.String(32)),
        sa.Column("detail", sa.Text),
        sa.Column("applied", sa.Text),
        sa.Column("suggested_at", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("settled_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_suggestions_broadcast_id"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_suggestions_stream_id"),
    )
    op.create_index(
        "ix_suggestions_broadcast_id_suggested_at", "suggestions", ["broadcast_id", "suggested_at"]
    )
    op.create_index("ix_suggestions_stream_id", "suggestions", ["stream_id"])
    op.create_table(
        "recordings",
        sa.Column("stream_id", sa.String(128), nullable=False),
        sa.Column("frame_count", sa.Integer),
        sa.Column("duration_s", sa.Float),
        sa.Column("has_video", sa.Boolean, nullable=False),
        sa.Column("has_preview", sa.Boolean, nullable=False),
        sa.Column("has_thumbnail", sa.Boolean, nullable=False),
        sa.Column("has_events", sa.Boolean, nullable=False),
        sa.Column("found_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name="pk_recordings"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_recordings_stream_id"),
    )
    op.create_table(
        "posts",
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("stream_id", sa.String(128)),
        sa.Column("posted_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_posts"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_posts_broadcast_id"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_posts_stream_id"),
        sa.UniqueConstraint("kind", "stream_id", name="uq_posts_kind_stream_id"),
    )
    op.create_index("ix_posts_broadcast_id", "posts", ["broadcast_id"])
