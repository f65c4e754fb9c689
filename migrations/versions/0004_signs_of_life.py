"""When a broadcast was last known to run.

Why: after a crash nobody knows when a broadcast ended, and the time until the next start is not time on air.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the column. It is empty for broadcasts that are over: they know their end."""
    op.add_column("broadcasts", sa.Column("last_seen_at", sa.DateTime))
