"""What the archive keeps.

Why: the service's links die within the hour, and it keeps recordings for as long as it likes. Each file that
is kept has its length and its SHA-256, so that it can be told whether it is still what it was; and what will
never be kept, or was taken away, is not fetched again at each start. What is still to be fetched is owed by
the outbox. Of recordings from before, nothing is: `recordings sync` fetches them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "kept_files",
        sa.Column("meaning", sa.String(160), nullable=False),
        sa.Column("id", sa.String(32)),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("stream_id", sa.String(128)),
        sa.Column("clip_id", sa.String(32)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.String(64)),
        sa.Column("kept_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("meaning", name="pk_kept_files"),
        sa.UniqueConstraint("id", name="uq_kept_files_id"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_kept_files_broadcast_id_broadcasts"
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_kept_files_stream_id_streams"),
    )
    for column in ("broadcast_id", "stream_id", "kept_at"):
        op.create_index(f"ix_kept_files_{column}", "kept_files", [column])
