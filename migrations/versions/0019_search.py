"""What was said is searched by an index, and nothing that is asked at each start reads everything.

Why: a million streams and ten million suggestions are looked through in milliseconds. A broadcast has a
running number in its server, by which people find it. What applied suggestions, streams and broadcasts say
stands in a full-text index: see `bot/storage/search`. What is open (broadcasts, streams, suggestions; panels
to be sought) is found by indexes that have nothing else, so a broadcast that is over in order is marked as
one with no panel to seek.
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.search import tsvector
from bot.storage.search.filling import fill, make_index

revision = "0019"
down_revision = "0018"

_SOUGHT = """
UPDATE broadcasts SET panels_sought_at = ended_at
WHERE state IN ('ended', 'failed') AND panels_sought_at IS NULL AND COALESCE(reason, '') <> 'interrupted'
AND EXISTS (
  SELECT 1 FROM posts WHERE broadcast_id = broadcasts.id AND kind = 'panel' AND message_id IS NOT NULL
)
"""


def upgrade() -> None:
    op.create_table(
        "guild_numbers",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_guild_numbers"),
        sa.UniqueConstraint("guild_id", name="uq_guild_numbers_guild_id"),
        sqlite_autoincrement=True,
    )
    op.add_column("broadcasts", sa.Column("number", sa.Integer))
    for table in ("broadcasts", "streams", "suggestions"):
        op.add_column(table, sa.Column("text_id", sa.BigInteger))
    op.drop_index("ix_broadcasts_state", "broadcasts")
    op.drop_index("ix_streams_started_at", "streams")
    op.drop_index("ix_actions_guild_id_at", "actions")
    op.get_bind().execute(sa.text(_SOUGHT))
    if op.get_context().dialect.name == "sqlite":
        make_index(op.get_bind())
        fill(op.get_bind())
    else:
        tsvector.make_index(op.get_bind())
    for table, *columns in (
        ("broadcasts", "guild_id", "ended_at"),
        ("broadcasts", "guild_id", "number", "channel_id", "text_id"),
        ("broadcasts", "guild_id", "channel_id", "number", "text_id"),
        ("broadcasts", "guild_id", "state", "number", "channel_id", "text_id"),
        ("broadcasts", "guild_id", "host_id", "number", "text_id"),
        ("streams", "intended_at"),
        ("actions", "guild_id", "id"),
        ("suggestions", "viewer_id", "text_id"),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    for name, table, column, where in (
        ("ix_broadcasts_open", "broadcasts", "state", "ended_at IS NULL"),
        ("ix_broadcasts_panels_not_sought", "broadcasts", "state", "panels_sought_at IS NULL"),
        ("ix_streams_open", "streams", "broadcast_id", "ended_at IS NULL"),
        ("ix_suggestions_open", "suggestions", "broadcast_id", "settled_at IS NULL"),
    ):
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
