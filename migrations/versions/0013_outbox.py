"""What is still to be told.

Why: what has to be told is stored with what caused it, so that a crash in between loses nothing and repeats
nothing. What was found by looking through everything at each start is owed by rows from now on: recordings
that are awaited, unless for longer than a week, and posts that do not show all. Where a suggestion came from
says more, so that its author is told after a restart too.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

AWAITED_FOR = timedelta(days=7)


def upgrade() -> None:
    """Makes the table, and the rows of what is open."""
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("broadcast_id", sa.String(32)),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("due_at", sa.DateTime),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("begun_at", sa.DateTime),
        sa.Column("sealed", sa.LargeBinary),
        sa.PrimaryKeyConstraint("key", name="pk_outbox"),
    )
    op.add_column("suggestions", sa.Column("is_marked", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("suggestions", sa.Column("interaction_id", sa.BigInteger))
    op.create_index(
        "ix_suggestions_interaction_id",
        "suggestions",
        ["interaction_id"],
        sqlite_where=sa.text("interaction_id IS NOT NULL"),
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    since = (datetime.now(UTC) - AWAITED_FOR).replace(tzinfo=None)
    awaited = (
        "SELECT 'recording:' || id, 'recording', id, broadcast_id, ended_at FROM streams "
        "WHERE service_id IS NOT NULL AND ended_at > :since AND recording_dropped_at IS NULL "
        "AND id NOT IN (SELECT stream_id FROM recordings WHERE has_video)"
    )
    to_be_shown = (
        "SELECT 'recordings:' || broadcast_id, 'recordings', broadcast_id, broadcast_id, MAX(ended_at) "
        "FROM streams JOIN recordings ON recordings.stream_id = streams.id "
        "WHERE has_video AND ended_at > :since AND recording_dropped_at IS NULL GROUP BY broadcast_id"
    )
    for rows in (awaited, to_be_shown):
        owed = sa.text(f"INSERT INTO outbox (key, kind, subject_id, broadcast_id, made_at) {rows}")
        op.get_bind().execute(owed.bindparams(sa.bindparam("since", since, sa.DateTime)))
