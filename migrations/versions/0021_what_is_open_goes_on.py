"""What is open on a floor goes on after a crash, and a picture that was handed in is still begun with.

Why: a ballot's time began anew, a vote on the mode was gone, and a broadcast that was to show somebody's
picture began in its words alone. Whose suggestion was sent in the words of another is told so later, too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("ballot_closes_at", sa.DateTime))
    op.add_column(
        "suggestions", sa.Column("in_others_words", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "motions",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("called_by", sa.BigInteger, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("closes_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_motions"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_motions_broadcast_id"),
    )
    op.create_table(
        "motion_votes",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("viewer_id", sa.BigInteger, nullable=False),
        sa.Column("is_for", sa.Boolean),
        sa.PrimaryKeyConstraint("broadcast_id", "viewer_id", name="pk_motion_votes"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_motion_votes_broadcast_id"),
    )
    op.create_table(
        "opening_pictures",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("portrait", sa.Boolean, nullable=False),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_opening_pictures"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_opening_pictures_broadcast_id"),
    )
