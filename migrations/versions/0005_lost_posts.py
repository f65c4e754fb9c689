"""Recordings that come late, and posts that nobody remembers.

Why: "No recording yet" was remembered as the recording's own post, so that one that came later was never
posted. It is a kind of its own now. A recording whose channel is gone is given up for good, and not with
every start anew. A panel that was posted the moment before a crash is looked for in its channel, once.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEPT_IN_MIND = timedelta(days=7)
"""Earlier versions did not ask for older recordings again."""


def upgrade() -> None:
    """Adds the columns. What earlier versions had given up stays so; what is over has shown its end."""
    op.add_column("streams", sa.Column("recording_dropped_at", sa.DateTime))
    op.add_column("broadcasts", sa.Column("panels_sought_at", sa.DateTime))
    op.execute(
        "UPDATE posts SET kind = 'no_recording' WHERE kind = 'recording' AND stream_id NOT IN "
        "(SELECT stream_id FROM recordings WHERE has_video)"
    )
    op.execute(
        sa.text(
            "UPDATE streams SET recording_dropped_at = ended_at WHERE ended_at < :since AND id NOT IN "
            "(SELECT stream_id FROM posts WHERE kind = 'recording')"
        ).bindparams(
            sa.bindparam("since", datetime.now(UTC).replace(tzinfo=None) - _KEPT_IN_MIND, sa.DateTime)
        )
    )
    op.execute("UPDATE broadcasts SET panels_sought_at = requested_at WHERE state IN ('ended', 'failed')")
