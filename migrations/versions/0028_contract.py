"""Which revision of the schema a process has to know at least.

Why: while a cluster is upgraded, processes of two versions share the database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "contract",
        sa.Column("revision", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_contract"),
    )
