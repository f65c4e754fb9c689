"""Who does not want to be named in films.

Why: a film goes wherever people take it, and so do the names in it; each decides about their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "uncredited",
        sa.Column("person_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_uncredited"),
    )
