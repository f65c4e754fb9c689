"""Which servers were asked, at their first start, who may start and for how long a day.

Why: anybody may start anything until a server says otherwise, and nobody looks for that in the settings.
Servers that have had broadcasts are past their first start.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "first_questions",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_first_questions"),
    )
    op.execute(
        "INSERT INTO first_questions (guild_id, asked_at) "
        "SELECT guild_id, MIN(requested_at) FROM broadcasts GROUP BY guild_id"
    )
