"""When the next shard of a bucket may begin a session on Discord.

Why: Discord lets one in each bucket begin every five seconds, of all processes together.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "identifies",
        sa.Column("bucket", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("next_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_identifies"),
        postgresql_with={"fillfactor": "50"},
    )
