"""The tables of the archive."""

import sqlalchemy as sa

from bot.storage.schema.columns import AnyString, UtcDateTime, metadata

kept_files = sa.Table(
    "kept_files",
    metadata,
    # What the file is, and of what: `NewFile.meaning`.
    sa.Column("meaning", AnyString(160), primary_key=True),
    # Of the file itself: a newer one has another. None, as are size and sum, of what is not kept.
    sa.Column("id", sa.String(32), unique=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("stream_id", sa.ForeignKey("streams.id"), index=True),
    sa.Column("clip_id", sa.String(32)),
    sa.Column("kind", sa.String(16), nullable=False),
    # Of what is not kept, why: see `ArchiveState`.
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("sha256", sa.String(64)),
    sa.Column("kept_at", UtcDateTime, nullable=False, index=True),
)
