"""Each broadcast's recording link, and what a post of recordings looks like.

Why: the service's links die within the hour. A link of our own leads to whatever is there by then, and
moderators have to be able to revoke it; so it is no ID that is used elsewhere too. A post is edited when a
film comes, or a link is another one: by its looks it is known whether it shows that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "recording_links",
        sa.Column("broadcast_id", sa.String(32), nullable=False),
        # None once it was revoked.
        sa.Column("token", sa.String(32)),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_recording_links"),
        sa.UniqueConstraint("token", name="uq_recording_links_token"),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_recording_links_broadcast_id"),
    )
    op.add_column("posts", sa.Column("looks", sa.String(16)))
