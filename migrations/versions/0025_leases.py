"""Which process of a cluster has what, and which processes there are.

Why: several processes may share a database, and each shard and broadcast belongs to one of them at a time.
Half of each page is left free: a row that is renewed is then rewritten beside itself, and no index with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False, server_default=""),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("size", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("shards", sa.Integer),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("is_draining", sa.Boolean, nullable=False),
        sa.Column("guilds", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        postgresql_with={"fillfactor": "50"},
    )
