"""When a panel showed the end of its broadcast.

Why: a panel whose last edit did not get through (Discord was away, or the bot was stopped) seems live for
ever, unless it is remembered that it has still to be mended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the column. Of panels whose broadcasts are over, it is taken for granted that they show it."""
    op.add_column("posts", sa.Column("closed_at", sa.DateTime))
    op.execute(
        "UPDATE posts SET closed_at = posted_at WHERE kind = 'panel' AND broadcast_id IN "
        "(SELECT id FROM broadcasts WHERE state IN ('ended', 'failed'))"
    )
    op.create_index(
        "ix_posts_open_panels",
        "posts",
        ["posted_at"],
        sqlite_where=sa.text("kind = 'panel' AND closed_at IS NULL"),
        postgresql_where=sa.text("kind = 'panel' AND closed_at IS NULL"),
    )
