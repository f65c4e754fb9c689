"""Who somebody is stands in one table.

Why: whoever asks to be forgotten had a name in four tables. From now on they have IDs, and names are found by
them. Of somebody who has shown several in a server the newest is kept. Earlier versions noted whom a mute was
about by name only: where nobody, or more than one person, is known to have had it, a key stands in place of
the ID.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NAMES_OF_ALL = """
    CREATE TEMP TABLE names AS
    SELECT guild_id, person_id, name, MAX(at) AS at FROM (
        SELECT guild_id, host_id AS person_id, host_name AS name, requested_at AS at FROM broadcasts
        UNION ALL
        SELECT guild_id, ended_by_id, ended_by_name, COALESCE(ended_at, requested_at) FROM broadcasts
        WHERE ended_by_id IS NOT NULL
        UNION ALL
        SELECT broadcasts.guild_id, viewer_id, viewer_name, suggested_at
        FROM suggestions JOIN broadcasts ON broadcasts.id = suggestions.broadcast_id
        UNION ALL
        SELECT guild_id, viewer_id, viewer_name, '' FROM mutes
        UNION ALL
        SELECT guild_id, by_id, by_name, '' FROM mutes
        UNION ALL
        SELECT guild_id, actor_id, actor_name, at FROM actions
    ) GROUP BY guild_id, person_id, name
"""
NAMES = {
    "broadcasts": ["host_name", "ended_by_name"],
    "suggestions": ["viewer_name"],
    "mutes": ["viewer_name", "by_name"],
    "actions": ["actor_name"],
}
BETWEEN = " for "
"""In the note of a mute: between whose it is and how long."""


def upgrade() -> None:
    """Reads all names once, and drops their columns in place: to make large tables anew takes long."""
    has_names = op.get_context().dialect.name == "sqlite"  # a bot on PostgreSQL is newer than this
    if has_names:
        op.execute(NAMES_OF_ALL)
    op.create_table(
        "people",
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "person_id", name="pk_people"),
    )
    # With MAX, SQLite takes the other columns from the row that has it.
    op.add_column("actions", sa.Column("other_id", sa.BigInteger))
    if has_names:
        op.execute(
            "INSERT INTO people (guild_id, person_id, name) SELECT guild_id, person_id, name"
            " FROM (SELECT guild_id, person_id, name, MAX(at) FROM names GROUP BY guild_id, person_id)"
        )
        _name_the_muted()
        op.execute("DROP TABLE names")
    for table, columns in NAMES.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _name_the_muted() -> None:
    connection, unknown = op.get_bind(), dict[tuple[int, str], int]()
    notes = sa.text("SELECT id, guild_id, kind, subject FROM actions WHERE kind IN ('mute', 'unmute')")
    for note in connection.execute(notes).all():
        name, between, how_long = note.subject.rpartition(BETWEEN) if note.kind == "mute" else ("", "", "")
        name, rest = (name, how_long) if between else (note.subject, "")
        having = sa.text("SELECT person_id FROM names WHERE guild_id = :guild_id AND name = :name")
        known = connection.execute(having, {"guild_id": note.guild_id, "name": name}).scalars().all()
        if len(known) == 1:
            other_id = known[0]
        else:
            place = (note.guild_id, name)
            other_id = unknown.setdefault(place, -1 - secrets.randbits(62))
        noted = sa.text("UPDATE actions SET other_id = :other_id, subject = :rest WHERE id = :id")
        connection.execute(noted, {"other_id": other_id, "rest": rest, "id": note.id})
    for (guild_id, name), key in unknown.items():
        kept = sa.text("INSERT INTO people (guild_id, person_id, name) VALUES (:guild_id, :key, :name)")
        connection.execute(kept, {"guild_id": guild_id, "key": key, "name": name})
