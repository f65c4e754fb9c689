"""Servers' own accounts at the service, with their keys sealed.

Why: a server may bring a plan of its own, and the bot streams there with that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("set_by_id", sa.BigInteger, nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.Column("replaced_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
