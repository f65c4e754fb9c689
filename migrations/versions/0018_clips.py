"""Films and clips.

Why: a broadcast's film says with which second each stream begins, so that whoever names a moment of a stream
finds it there. Clips outlast a crash from when they are asked for, with who did; of several who meant the
same moment there is one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "film_parts",
        sa.Column("stream_id", sa.String(128), nullable=False),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("begins_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name="pk_film_parts"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_film_parts_stream_id_streams"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_film_parts_broadcast_id_broadcasts"
        ),
    )
    op.create_table(
        "clips",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False, server_default="0"),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("says_highlight", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_clips"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_clips_broadcast_id_broadcasts"),
    )
    op.create_table(
        "clip_askers",
        sa.Column("clip_id", sa.String(32), nullable=False),
        sa.Column("viewer_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "viewer_id", name="pk_clip_askers"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name="fk_clip_askers_clip_id_clips"),
    )
    for table in ("film_parts", "clips"):
        op.create_index(f"ix_{table}_broadcast_id", table, ["broadcast_id"])
