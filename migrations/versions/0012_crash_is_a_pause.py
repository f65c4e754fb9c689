"""What it takes to go on after a crash.

Why: whoever takes up a broadcast that was cut off has to know how its floor stood: how it is decided, whether
suggestions are taken, who voted for what, what moderators let pass and in which order, and what was to be
sent before anything else. A stream's session is told goodbye, or it would block a paid slot for a quarter of
an hour; and the time in between was no time on air.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("mode", sa.String(16)))
    op.add_column(
        "broadcasts", sa.Column("is_intake_paused", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("broadcasts", sa.Column("off_air_s", sa.Float, nullable=False, server_default="0"))
    op.add_column("streams", sa.Column("session", sa.Text))
    op.add_column("suggestions", sa.Column("approved_at", sa.DateTime))
    op.add_column(
        "suggestions", sa.Column("is_urgent", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "votes",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("viewer_id", sa.BigInteger, nullable=False),
        sa.Column("suggestion_id", sa.String(32)),
        sa.PrimaryKeyConstraint("broadcast_id", "viewer_id", name="pk_votes"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_votes_broadcast_id_broadcasts"),
    )
