"""How long each broadcast was to be.

Why: people say it when they start one, and after a crash it has to be known how much of it is left.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("length_s", sa.Float))
