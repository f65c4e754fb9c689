"""Who somebody is. All other tables have IDs."""

import sqlalchemy as sa

from bot.storage.schema.columns import AnyText, metadata, person_id

people = sa.Table(
    "people",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # A key is in its place where only a name is known: earlier versions noted whom a mute was about by name.
    person_id("person_id", is_key=True),
    # As it was last shown in that server.
    sa.Column("name", AnyText, nullable=False),
)
