"""One post for all recordings of a broadcast.

Why: a broadcast may have many streams, and a post for each of them would bury its channel. There is one
message of a broadcast's recordings now, which is edited as they come: it is remembered how many it shows, and
since when it shows that no more will come. Those of before show the one stream that their broadcast had.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OF_RECORDINGS = "kind != 'panel'"


def upgrade() -> None:
    """Of two messages of a broadcast's recordings, the one with a recording stays."""
    op.add_column("posts", sa.Column("streams_shown", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE posts SET streams_shown = 1, closed_at = posted_at WHERE kind = 'recording'")
    op.execute(
        "DELETE FROM posts WHERE kind != 'panel' AND id NOT IN (SELECT id FROM (SELECT id, row_number() "
        "OVER (PARTITION BY broadcast_id ORDER BY kind DESC, posted_at, id) AS place "
        "FROM posts WHERE kind != 'panel') AS placed WHERE place = 1)"
    )
    with op.batch_alter_table("posts") as posts:
        posts.drop_constraint("uq_posts_kind_stream_id", type_="unique")
        posts.drop_constraint("fk_posts_stream_id", type_="foreignkey")
        posts.drop_column("stream_id")
    op.create_index(
        "ix_posts_recordings",
        "posts",
        ["broadcast_id"],
        unique=True,
        sqlite_where=sa.text(_OF_RECORDINGS),
        postgresql_where=sa.text(_OF_RECORDINGS),
    )
