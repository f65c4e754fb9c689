"""Servers without the bot."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata

left_servers = sa.Table(
    "left_servers",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # When it removed the bot, or that was noticed.
    sa.Column("left_at", UtcDateTime, nullable=False),
)
