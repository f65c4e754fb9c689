"""In which server an errand came up that is about no broadcast.

Why: of several processes each sees to what its own servers are owed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("guild_id", sa.BigInteger))
