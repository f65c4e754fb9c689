"""The tables as the code sees them. What made them so is in `migrations/`; a test holds the two together."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

Kind = TypeVar("Kind", bound=StrEnum)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: SQLite forgets time zones, so none but UTC goes in."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def storable(text: str) -> str:
    """Text as every database can keep it: halves of surrogate pairs and nulls become question marks."""
    return text.encode(errors="replace").decode().replace("\0", "?")


def known(kind: type[Kind], value: str, otherwise: Kind) -> Kind:
    """What a stored word means; `otherwise` for one that a newer version of the bot has stored."""
    try:
        return kind(value)
    except ValueError:
        return otherwise


class AnyText(sa.TypeDecorator[str]):
    """Text from outside: see `storable`."""

    impl: type[sa.String] = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else storable(value)


class AnyString(AnyText):
    """The same, of limited length."""

    impl = sa.String
    cache_ok = True


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _version() -> sa.Column[int]:
    """Goes up whenever a row is overwritten whole: who has read another one can notice it."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("host_id", sa.BigInteger, nullable=False),
    sa.Column("host_name", AnyText, nullable=False),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32)),
    sa.Column("ended_by_id", sa.BigInteger),
    sa.Column("ended_by_name", AnyText),
    sa.Column("detail", AnyText),
    sa.Column("reference", sa.String(16)),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("live_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    # How long it was to be live.
    sa.Column("length_s", sa.Float),
    sa.Column("last_seen_at", UtcDateTime),
    # After it was live first: while the bot was not there.
    sa.Column("off_air_s", sa.Float, nullable=False, server_default="0"),
    # How its floor stands.
    sa.Column("mode", sa.String(16)),
    sa.Column("is_intake_paused", sa.Boolean, nullable=False, server_default=sa.false()),
    # When panels of it that were posted, but not remembered, were looked for in the channel.
    sa.Column("panels_sought_at", UtcDateTime),
    _version(),
    sa.Index(None, "guild_id", "requested_at"),
    sa.Index(None, "state"),
)

last_moments = sa.Table(
    "last_moments",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("mode", sa.String(16)),
    sa.Column("opening", AnyText, nullable=False),
    # What the world has taken since, the newest last.
    sa.Column("applied", sa.JSON, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    # A JPEG of the world.
    sa.Column("picture", sa.LargeBinary),
)

streams = sa.Table(
    "streams",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    # None until the service has begun it; and for good, if it never has.
    sa.Column("service_id", AnyString(128), unique=True, index=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False, server_default="1"),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("portrait", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("end_reason", sa.String(32)),
    # None nowhere: but SQLite adds no column to a table that others refer to, if it may not be empty.
    sa.Column("intended_at", UtcDateTime),
    sa.Column("started_at", UtcDateTime, nullable=False, index=True),
    sa.Column("ended_at", UtcDateTime),
    # What the service knows its connection by: see `World.session`.
    sa.Column("session", AnyText),
    # When it was found that there is nowhere left to post its recording.
    sa.Column("recording_dropped_at", UtcDateTime),
    _version(),
)

suggestions = sa.Table(
    "suggestions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False),
    sa.Column("stream_id", sa.ForeignKey("streams.id"), index=True),
    sa.Column("viewer_id", sa.BigInteger, nullable=False),
    sa.Column("viewer_name", AnyText, nullable=False),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("refusal", sa.String(32)),
    sa.Column("detail", AnyText),
    sa.Column("applied", AnyText),
    sa.Column("suggested_at", UtcDateTime, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),
    # Where it came from: a message, which may have a mark, or an interaction.
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger),
    # When a moderator let it pass as it is; its place on the ballot; whether it goes before anything else.
    sa.Column("approved_at", UtcDateTime),
    sa.Column("ballot_place", sa.Integer),
    sa.Column("is_urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_marked", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("interaction_id", sa.BigInteger),
    _version(),
    sa.Index(None, "broadcast_id", "suggested_at"),
    sa.Index(
        "ix_suggestions_interaction_id",
        "interaction_id",
        sqlite_where=sa.text("interaction_id IS NOT NULL"),
    ),
)

votes = sa.Table(
    "votes",
    metadata,
    # Of broadcasts that run.
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    sa.Column("viewer_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # None of one that was taken back. What does not wait any more has none.
    sa.Column("suggestion_id", sa.String(32)),
)

recordings = sa.Table(
    "recordings",
    metadata,
    # The links are not here: they expire within the hour, and they are secrets.
    sa.Column("stream_id", sa.ForeignKey("streams.id"), primary_key=True),
    sa.Column("frame_count", sa.Integer),
    sa.Column("duration_s", sa.Float),
    sa.Column("has_video", sa.Boolean, nullable=False),
    sa.Column("has_preview", sa.Boolean, nullable=False),
    sa.Column("has_thumbnail", sa.Boolean, nullable=False),
    sa.Column("has_events", sa.Boolean, nullable=False),
    sa.Column("found_at", UtcDateTime, nullable=False),
)

guild_settings = sa.Table(
    "guild_settings",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("settings", AnyText, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    _version(),
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

watch_links = sa.Table(
    "watch_links",
    metadata,
    sa.Column("channel_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    # As it is: what everybody reads on the panel has to be told again.
    sa.Column("token", sa.String(32), nullable=False, unique=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("takes_old_links", sa.Boolean, nullable=False),
)

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    # None until Discord has it.
    sa.Column("message_id", sa.BigInteger, unique=True),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("streams_shown", sa.Integer, nullable=False, server_default="0"),
    sa.Index(
        "ix_posts_open_panels", "posted_at", sqlite_where=sa.text("kind = 'panel' AND closed_at IS NULL")
    ),
    # One message of its recordings for a broadcast; panels may be several.
    sa.Index("ix_posts_recordings", "broadcast_id", unique=True, sqlite_where=sa.text("kind != 'panel'")),
)

outbox = sa.Table(
    "outbox",
    metadata,
    # What is told, and of what.
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject_id", sa.String(128), nullable=False),
    sa.Column("broadcast_id", sa.String(32)),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    # When what may happen once only was begun.
    sa.Column("begun_at", UtcDateTime),
    # An interaction's token, sealed: it is a secret.
    sa.Column("sealed", sa.LargeBinary),
)
