"""Servers: their rules, and what their moderators did."""

import sqlalchemy as sa

from bot.storage.schema.columns import AnyText, UtcDateTime, metadata, version

guild_settings = sa.Table(
    "guild_settings",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("settings", AnyText, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    version(),
)

first_questions = sa.Table(
    "first_questions",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("viewer_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("viewer_name", AnyText, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("by_name", AnyText, nullable=False),
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("actor_id", sa.BigInteger, nullable=False),
    sa.Column("actor_name", AnyText, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", AnyText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "guild_id", "at"),
)
