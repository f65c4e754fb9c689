"""Who holds the streams of an account, and who waits for one, for all processes together.

Why: several processes may share the database, and with it the accounts at the service: what one of them holds
the others must not start beside, and who asked first has to be first wherever that was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "slot_pools",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("next_number", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("retry_at", sa.Float(53)),
        sa.Column("pause_s", sa.Float(53), nullable=False, server_default="5"),
        sa.Column("trying", sa.BigInteger),
        sa.Column("cut_off", sa.Text, nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("account", name="pk_slot_pools"),
    )
    op.create_table(
        "slot_claims",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("broadcast", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.Column("is_held", sa.Boolean, nullable=False),
        sa.Column("went_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("account", "number", name="pk_slot_claims"),
    )
