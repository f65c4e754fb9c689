"""Each channel's watch link.

Why: a link that is posted in a channel is to work for the next broadcast there too, and moderators have to
be able to revoke it. The link of a broadcast, as it was posted until now, leads to its channel's: so every
channel that had broadcasts has one from now on, and none is made for who asks for an old one.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Makes the table, and the links of the channels that are known."""
    links = op.create_table(
        "watch_links",
        sa.Column("channel_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        # Whether links of the channel's broadcasts, as they were posted until now, lead to it.
        sa.Column("takes_old_links", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name="pk_watch_links"),
        sa.UniqueConstraint("token", name="uq_watch_links_token"),
    )
    channels = op.get_bind().execute(
        sa.text("SELECT channel_id, MIN(guild_id) AS guild_id FROM broadcasts GROUP BY channel_id")
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(
        links,
        [
            {**row._mapping, "token": secrets.token_urlsafe(16), "made_at": now, "takes_old_links": True}
            for row in channels
        ],
    )
