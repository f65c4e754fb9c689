"""The tables of films and clips."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata, person_id

film_parts = sa.Table(
    "film_parts",
    metadata,
    # With which second of its broadcast's film a stream begins.
    sa.Column("stream_id", sa.ForeignKey("streams.id"), primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    sa.Column("begins_s", sa.Float, nullable=False),
)

uncredited = sa.Table(
    "uncredited",
    metadata,
    # Who does not want to be named in films.
    person_id("person_id", is_key=True),
)

clips = sa.Table(
    "clips",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), nullable=False, index=True),
    # Its last moment.
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
    # How many on the watch page asked for it: nobody knows who they are.
    sa.Column("pages", sa.Integer, nullable=False, server_default="0"),
    # None until it is posted.
    sa.Column("message_id", sa.BigInteger),
    # Whether its message says that it is the highlight.
    sa.Column("says_highlight", sa.Boolean, nullable=False, server_default=sa.false()),
)

clip_askers = sa.Table(
    "clip_askers",
    metadata,
    sa.Column("clip_id", sa.ForeignKey("clips.id"), primary_key=True),
    person_id("viewer_id", is_key=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
)
