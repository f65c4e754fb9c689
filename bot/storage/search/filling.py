"""Making the index, and entering into it all that is stored already."""

# ruff: noqa: S608 - names of ours and numbers alone are put into SQL

from sqlalchemy import Connection

from bot.storage.search.fts5 import TABLE, TRIGGERS, keyed
from bot.storage.search.places import NUMBER_BITS, SEARCHED, TEXT_BITS

AT_ONCE = 10_000
"""Texts that are entered with one statement."""

_NUMBERED = """
WITH numbered AS (
  SELECT id, row_number() OVER (PARTITION BY guild_id ORDER BY requested_at, rowid) AS number FROM broadcasts
)
UPDATE broadcasts SET number = numbered.number FROM numbered WHERE numbered.id = broadcasts.id
"""
_SERVERS = (
    "INSERT INTO guild_numbers (guild_id) SELECT DISTINCT guild_id FROM broadcasts AS its WHERE EXISTS "
    "(SELECT 1 FROM streams WHERE streams.broadcast_id = its.id AND service_id IS NOT NULL) ORDER BY guild_id"
)
_BROADCASTS = (
    f"UPDATE broadcasts SET text_id = (servers.number << {NUMBER_BITS} | broadcasts.number) << {TEXT_BITS} "
    "FROM guild_numbers AS servers WHERE servers.guild_id = broadcasts.guild_id AND EXISTS "
    "(SELECT 1 FROM streams WHERE streams.broadcast_id = broadcasts.id AND service_id IS NOT NULL)"
)
_TEXTS = """
SELECT its.text_id AS base, 'streams', streams.id, streams.prompt
FROM streams JOIN broadcasts AS its ON its.id = streams.broadcast_id
WHERE its.text_id IS NOT NULL AND service_id IS NOT NULL
UNION ALL
SELECT its.text_id, 'suggestions', suggestions.id, suggestions.prompt
FROM suggestions JOIN broadcasts AS its ON its.id = suggestions.broadcast_id
WHERE its.text_id IS NOT NULL AND outcome = 'acknowledged'
ORDER BY 1
"""


def make_index(connection: Connection) -> None:
    for statement in (TABLE, *TRIGGERS):
        connection.exec_driver_sql(statement)


def fill(connection: Connection) -> None:
    """Numbers broadcasts, and enters what was begun or applied, where nothing is entered yet."""
    for statement in (_NUMBERED, _SERVERS, _BROADCASTS):
        connection.exec_driver_sql(statement)
    rows = connection.exec_driver_sql(_TEXTS)
    last = 0
    while part := rows.fetchmany(AT_ONCE):
        entered, placed = [], []
        for base, table, row_id, prompt in part:
            last = max(base, last) + 1
            entered.append((last, keyed(base, prompt)))
            placed.append((table, last, row_id))
        connection.exec_driver_sql("INSERT INTO texts (rowid, words) VALUES (?, ?)", entered)
        for table in SEARCHED:
            if its := [(place, row_id) for of, place, row_id in placed if of == table]:
                connection.exec_driver_sql(f"UPDATE {table} SET text_id = ? WHERE id = ?", its)
