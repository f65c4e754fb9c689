"""What the search needs beside the texts. The index itself is SQLite's: see `bot/storage/search/fts5.py`."""

import sqlalchemy as sa

from bot.storage.schema.columns import metadata

guild_numbers = sa.Table(
    "guild_numbers",
    metadata,
    # A short word for a server, which stands before each of its words in the index; never given twice.
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False, unique=True),
    sqlite_autoincrement=True,
)
