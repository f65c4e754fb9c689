"""What is shown outside, and what is still to be told."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata, partial_index

watch_links = sa.Table(
    "watch_links",
    metadata,
    sa.Column("channel_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    # As it is: what everybody reads on the panel has to be told again.
    sa.Column("token", sa.String(32), nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("takes_old_links", sa.Boolean, nullable=False),
)

recording_links = sa.Table(
    "recording_links",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    # None once moderators have revoked it.
    sa.Column("token", sa.String(32), unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    # None until Discord has it.
    sa.Column("message_id", sa.BigInteger, unique=True),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("streams_shown", sa.Integer, nullable=False, server_default="0"),
    # A digest of all that it shows.
    sa.Column("looks", sa.String(16)),
    partial_index("ix_posts_open_panels", "posted_at", where="kind = 'panel' AND closed_at IS NULL"),
    # One message of its recordings for a broadcast; panels may be several.
    partial_index("ix_posts_recordings", "broadcast_id", where="kind != 'panel'", unique=True),
)

outbox = sa.Table(
    "outbox",
    metadata,
    # What is told, and of what.
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject_id", sa.String(128), nullable=False),
    sa.Column("broadcast_id", sa.String(32)),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    # When what may happen once only was begun.
    sa.Column("begun_at", UtcDateTime),
    # An interaction's token, sealed: it is a secret.
    sa.Column("sealed", sa.LargeBinary),
    # Where it came up, of what has no broadcast; None if nobody knows.
    sa.Column("guild_id", sa.BigInteger),
)
