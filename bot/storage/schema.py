"""The tables as the code sees them. What made them so is in `migrations/`; a test holds the two together."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

Kind = TypeVar("Kind", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: SQLite forgets time zones, so none but UTC goes in."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
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


class AnyText(TypeDecorator[str]):
    """Text from outside: see `storable`."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class AnyString(AnyText):
    """The same, of limited length."""

    impl = String
    cache_ok = True


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _version() -> Column[int]:
    """Goes up whenever a row is overwritten whole: who has read another one can notice it."""
    return Column("version", Integer, nullable=False, server_default="1")


broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("host_id", BigInteger, nullable=False),
    Column("host_name", AnyText, nullable=False),
    Column("prompt", AnyText, nullable=False),
    Column("portrait", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32)),
    Column("ended_by_id", BigInteger),
    Column("ended_by_name", AnyText),
    Column("detail", AnyText),
    Column("reference", String(16)),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("live_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # How long it was to be live.
    Column("length_s", Float),
    Column("last_seen_at", UtcDateTime),
    # When panels of it that were posted, but not remembered, were looked for in the channel.
    Column("panels_sought_at", UtcDateTime),
    _version(),
    Index(None, "guild_id", "requested_at"),
    Index(None, "state"),
)

streams = Table(
    "streams",
    metadata,
    Column("id", String(128), primary_key=True),
    # None until the service has begun it; and for good, if it never has.
    Column("service_id", AnyString(128), unique=True, index=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False, server_default="1"),
    Column("prompt", AnyText, nullable=False),
    Column("portrait", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("end_reason", String(32)),
    # None nowhere: but SQLite adds no column to a table that others refer to, if it may not be empty.
    Column("intended_at", UtcDateTime),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    # When it was found that there is nowhere left to post its recording.
    Column("recording_dropped_at", UtcDateTime),
    _version(),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("stream_id", ForeignKey("streams.id"), index=True),
    Column("viewer_id", BigInteger, nullable=False),
    Column("viewer_name", AnyText, nullable=False),
    Column("prompt", AnyText, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("refusal", String(32)),
    Column("detail", AnyText),
    Column("applied", AnyText),
    Column("suggested_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    # Where it came from.
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    _version(),
    Index(None, "broadcast_id", "suggested_at"),
)

recordings = Table(
    "recordings",
    metadata,
    # The links are not here: they expire within the hour, and they are secrets.
    Column("stream_id", ForeignKey("streams.id"), primary_key=True),
    Column("frame_count", Integer),
    Column("duration_s", Float),
    Column("has_video", Boolean, nullable=False),
    Column("has_preview", Boolean, nullable=False),
    Column("has_thumbnail", Boolean, nullable=False),
    Column("has_events", Boolean, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
)

guild_settings = Table(
    "guild_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("settings", AnyText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    _version(),
)

first_questions = Table(
    "first_questions",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("viewer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("viewer_name", AnyText, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("by_name", AnyText, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("actor_name", AnyText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", AnyText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "guild_id", "at"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", String(32), primary_key=True),
    # None until Discord has it.
    Column("message_id", BigInteger, unique=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False, index=True),
    Column("posted_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("streams_shown", Integer, nullable=False, server_default="0"),
    Index("ix_posts_open_panels", "posted_at", sqlite_where=text("kind = 'panel' AND closed_at IS NULL")),
    # One message of its recordings for a broadcast; panels may be several.
    Index("ix_posts_recordings", "broadcast_id", unique=True, sqlite_where=text("kind != 'panel'")),
)
