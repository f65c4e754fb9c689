"""Which place on the ballot a suggestion has.

Why: people vote for a number that they read; after a crash it stands for the same, and nobody who stood on
the ballot has to wait for a place again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("suggestions", sa.Column("ballot_place", sa.Integer))
