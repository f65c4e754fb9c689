"""Servers: their rules, and what their moderators did."""

import sqlalchemy as sa

from bot.storage.schema.columns import AnyText, UtcDateTime, metadata, person_id, version

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
    # Nobody gets rid of a mute by being forgotten.
    person_id("viewer_id", is_key=True, stays=True),
    sa.Column("until", UtcDateTime, nullable=False),
    person_id("by_id"),
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    person_id("actor_id"),
    # Whom it was done to.
    person_id("other_id", is_known=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", AnyText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "guild_id", "id"),
)
