"""What is shown of broadcasts that run, for processes that do not run them.

Why: of several bots that share a database, each answers for the watch page of every broadcast.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "shows",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("news", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("clips_asked", sa.Integer, nullable=False, server_default="0"),
        sa.Column("document", sa.LargeBinary),
        sa.Column("told_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_shows"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_shows_broadcast_id"),
        postgresql_with={"fillfactor": "50"},
    )
