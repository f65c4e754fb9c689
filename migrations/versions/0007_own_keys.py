"""Keys of our own, and what is to be known of what was meant.

Why: a stream was known by the service's ID and a post by Discord's, so neither could be stored before it was
there, and after a crash nobody knew that it was meant. Both have a key of ours now, and get the other's ID
when it is known; those of before have theirs as both. A stream has its number in its broadcast and when it
was meant; a suggestion where it came from; and what is overwritten whole has a version, which goes up with
each change, so that two processes can notice each other's.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds columns; the posts are made anew, since their key is another column."""
    # Looked for by its front: in the order of its letters' numbers, as SQLite has it anyway.
    in_order = postgresql.VARCHAR(collation="C")
    op.add_column("streams", sa.Column("service_id", sa.String(128).with_variant(in_order, "postgresql")))
    op.add_column("streams", sa.Column("number", sa.Integer, nullable=False, server_default="1"))
    op.add_column("streams", sa.Column("intended_at", sa.DateTime))
    op.execute("UPDATE streams SET service_id = id, intended_at = started_at")
    op.create_index("ix_streams_service_id", "streams", ["service_id"], unique=True)
    op.add_column("suggestions", sa.Column("channel_id", sa.BigInteger))
    op.add_column("suggestions", sa.Column("message_id", sa.BigInteger))
    for table in ("broadcasts", "streams", "suggestions", "guild_settings"):
        op.add_column(table, sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("posts", sa.Column("id", sa.String(32)))
    op.execute("UPDATE posts SET id = CAST(message_id AS VARCHAR(32))")
    with op.batch_alter_table("posts") as posts:
        posts.drop_constraint("pk_posts", type_="primary")
        posts.alter_column("id", existing_type=sa.String(32), nullable=False)
        posts.alter_column("message_id", existing_type=sa.BigInteger, nullable=True)
        posts.create_primary_key("pk_posts", ["id"])
        posts.create_unique_constraint("uq_posts_message_id", ["message_id"])
