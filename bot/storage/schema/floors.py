"""What is open while a broadcast runs: it goes with its end."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata, person_id

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    person_id("viewer_id", is_key=True),
    # None of one that was taken back. What does not wait any more has none.
    sa.Column("suggestion_id", sa.String(32)),
)

motions = sa.Table(
    "motions",
    metadata,
    # The vote on the mode that is open.
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    person_id("called_by"),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("closes_at", UtcDateTime, nullable=False),
)

motion_votes = sa.Table(
    "motion_votes",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    person_id("viewer_id", is_key=True),
    # None of one that was taken back.
    sa.Column("is_for", sa.Boolean),
)

opening_pictures = sa.Table(
    "opening_pictures",
    metadata,
    # What somebody handed in to begin with, until the world has a picture of its own.
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    sa.Column("portrait", sa.Boolean, nullable=False),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
)

GO_WITH_IT = (votes, motions, motion_votes, opening_pictures)
"""Tables that have rows only of broadcasts that run."""
