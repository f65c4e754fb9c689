"""How each of the newest broadcasts left its world.

Why: another round begins there, with its picture and its mode, also after a restart of the bot; and whoever
takes up a broadcast after a crash goes on from there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "last_moments",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("mode", sa.String(16)),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("applied", sa.JSON, nullable=False),
        sa.Column("portrait", sa.Boolean, nullable=False),
        sa.Column("picture", sa.LargeBinary),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_last_moments"),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_last_moments_broadcast_id_broadcasts"
        ),
    )
