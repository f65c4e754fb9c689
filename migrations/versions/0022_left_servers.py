"""Which servers have removed the bot, and when.

Why: what is kept of them is deleted some time after that, unless they take it back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "left_servers",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("left_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_left_servers"),
    )
