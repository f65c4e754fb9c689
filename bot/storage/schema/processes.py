"""What the processes of a cluster have among themselves: nothing of people, and nothing to copy."""

import sqlalchemy as sa

from bot.storage.schema.columns import UtcDateTime, metadata

of_processes = sa.MetaData(naming_convention=metadata.naming_convention)
"""Tables that are of no use to another database, and are not copied; empty where one process is alone."""

_ROOM = {"fillfactor": "50"}
"""A row that is renewed finds room beside itself."""

leases = sa.Table(
    "leases",
    of_processes,
    # Of what: see `bot/broadcast/owning/lease.py`.
    sa.Column("name", sa.Text, primary_key=True),
    # A member's ID; nobody's once it was given back.
    sa.Column("owner", sa.Text, nullable=False, server_default=""),
    # Goes up with each owner.
    sa.Column("fence", sa.BigInteger, nullable=False),
    # By the database's clock alone. No index: that would be rewritten with each renewal.
    sa.Column("until", UtcDateTime, nullable=False),
    # Of a shard: how many servers it has, as its owner last told.
    sa.Column("size", sa.Integer, nullable=False, server_default="0"),
    postgresql_with=_ROOM,
)

members = sa.Table(
    "members",
    of_processes,
    # One for each start of a process, never used again.
    sa.Column("id", sa.Text, primary_key=True),
    # For people: its machine and process.
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    # The newest of the schema that it knows.
    sa.Column("revision", sa.Text, nullable=False),
    # Of how many it goes out; None where it knows of none.
    sa.Column("shards", sa.Integer),
    # Of what all have to agree on.
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("is_draining", sa.Boolean, nullable=False),
    sa.Column("guilds", sa.Integer, nullable=False, server_default="0"),
    postgresql_with=_ROOM,
)

changes = sa.Table(
    "changes",
    of_processes,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    # Of what every process has its part in memory: see `bot/broadcast/owning/looking.py`.
    sa.Column("what", sa.Text, nullable=False),
    # Which one of these. Of a person, their ID, for minutes.
    sa.Column("subject", sa.Text, nullable=False),
    # Which process noted it, by the tag of its rings.
    sa.Column("by", sa.Text, nullable=False),
    # The transaction that it was stored with.
    sa.Column("made_in", sa.BigInteger, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Index(None, "made_in"),
)

contract = sa.Table(
    "contract",
    of_processes,
    # The oldest that a process may know and yet work on this schema.
    sa.Column("revision", sa.String(32), primary_key=True),
)

identifies = sa.Table(
    "identifies",
    of_processes,
    # Of shards, as Discord counts them.
    sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
    # When the next one of it may begin a session, by the database's clock.
    sa.Column("next_at", UtcDateTime, nullable=False),
    postgresql_with=_ROOM,
)
