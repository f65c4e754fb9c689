"""With whose key a stream was streamed.

Why: servers may have accounts of their own, and a recording is only there for a key of its stream's account.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("streams", sa.Column("account_id", sa.String(32)))
    op.create_index(
        "ix_streams_account",
        "streams",
        ["account_id", "intended_at"],
        sqlite_where=sa.text("account_id IS NOT NULL"),
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
