"""What is shown of broadcasts by processes that do not run them."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata

shows = sa.Table(
    "shows",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcasts.id"), primary_key=True),
    # Grows by one with all that is new of it, without a gap.
    sa.Column("number", sa.BigInteger, nullable=False),
    # How often that was something beside what is shown.
    sa.Column("news", sa.BigInteger, nullable=False, server_default="0"),
    # For how many pages elsewhere its last seconds are to be kept.
    sa.Column("clips_asked", sa.Integer, nullable=False, server_default="0"),
    # All that is shown of it, sealed: who watches it does so by what is in it. None once it is over.
    sa.Column("document", sa.LargeBinary),
    # By the database's clock.
    sa.Column("told_at", UtcDateTime, nullable=False),
    # Several times a second a row is written anew: it finds room beside itself.
    postgresql_with={"fillfactor": "50"},
)
