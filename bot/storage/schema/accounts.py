"""Accounts of servers' own at the service."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata, person_id

accounts = sa.Table(
    "accounts",
    metadata,
    # Of streams too; another key is another row.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    # Only what the operator's secret opens: see `bot/process/sealing.py`.
    sa.Column("sealed_key", sa.LargeBinary, nullable=False),
    # How many streams its plan allows at once.
    sa.Column("slots", sa.Integer, nullable=False),
    person_id("set_by_id"),
    sa.Column("set_at", UtcDateTime, nullable=False),
    # Since when another one is used in its place; recordings are still asked for with it.
    sa.Column("replaced_at", UtcDateTime),
)
