"""SQLite's own full-text index, FTS5.

All servers share one index. Their words do not meet in it, since each is entered with its server's number
before it: so a question costs what its own server has of a word, however often the others say it, and sees
nothing of theirs. The place of a text (`places.py`) is its row's ID there: the index is in their order.
"""

# ruff: noqa: S608 - names of ours and numbers alone are put into SQL

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Select,
    TextClause,
    column,
    select,
    table,
    text,
)

from bot.storage.schema import storable
from bot.storage.search.places import KEY, NUMBER_BITS, SEARCHED, SERVER_FROM, TEXT_BITS, TEXTS_LIMIT
from bot.storage.search.words import Asked, asked, words_of

_TEXTS = table("texts", column("rowid", BigInteger))

TABLE = (
    # Words are made ready by us: what FTS5 does itself is to cut at blanks. Fronts of one letter and of two
    # are in an index of their own (behind a server's five digits): with so few, half of all words would have
    # to be read.
    "CREATE VIRTUAL TABLE texts USING fts5(words, tokenize = 'ascii', prefix = '6 7', columnsize = 0)"
)
TRIGGERS = tuple(
    f"CREATE TRIGGER {name}_{suffix} AFTER {event} ON {name} WHEN {when} "
    "BEGIN DELETE FROM texts WHERE rowid = old.text_id; END"
    for name in SEARCHED
    for suffix, event, when in (
        ("not_found_when_gone", "DELETE", "old.text_id IS NOT NULL"),
        (
            "not_found_when_changed",
            "UPDATE OF prompt",
            "old.text_id IS NOT NULL AND new.prompt IS NOT old.prompt",
        ),
    )
)
"""What is deleted is not found any more, nor what says something else, whoever does it."""

_NUMBER_SERVER = text(
    "INSERT INTO guild_numbers (guild_id) SELECT guild_id FROM broadcasts WHERE id = :id AND text_id IS NULL "
    "ON CONFLICT DO NOTHING"
)
_PLACE_BROADCAST = text(
    f"UPDATE broadcasts SET text_id = ((SELECT servers.number FROM guild_numbers AS servers "
    f"WHERE servers.guild_id = broadcasts.guild_id) << {NUMBER_BITS} | number) << {TEXT_BITS} "
    "WHERE id = :id AND text_id IS NULL AND number IS NOT NULL"
)


class Fts5Index:
    """The `TextIndex` of SQLite."""

    def enter_stream(self, broadcast_id: str, stream_id: str, prompt: str) -> Sequence[Executable]:
        placed = (statement.bindparams(id=broadcast_id) for statement in (_NUMBER_SERVER, _PLACE_BROADCAST))
        return (*placed, *_entered("streams", stream_id, prompt))

    def enter_suggestion(self, suggestion_id: str, prompt: str) -> Sequence[Executable]:
        return _entered("suggestions", suggestion_id, prompt)

    def enter_placed(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        rows = [(place, keyed(place, prompt)) for place, prompt in texts]
        connection.exec_driver_sql("INSERT INTO texts (rowid, words) VALUES (?, ?)", rows)

    def question(self, server: int, typed: str) -> str | None:
        return " ".join(_term(KEY % server, each) for each in asked(storable(typed))) or None

    def places(self) -> Select[tuple[int]]:
        return select(_TEXTS.c.rowid.label("place")).where(text("texts MATCH :question"))


def keyed(place: int, prompt: str) -> str:
    """A text's words as they stand in the index: each with its server's number before it."""
    key = KEY % (place >> SERVER_FROM)
    return " ".join(key + word for word in words_of(storable(prompt)))


def _place_statement(table: str) -> TextClause:
    """Gives a text the place behind the last of its broadcast; one after the millionth gets none."""
    return text(
        f"UPDATE {table} SET text_id = (SELECT NULLIF(1 + COALESCE((SELECT rowid FROM texts "
        f"WHERE rowid BETWEEN its.text_id AND its.text_id + {TEXTS_LIMIT} ORDER BY rowid DESC LIMIT 1), "
        f"its.text_id), its.text_id + {TEXTS_LIMIT + 1}) "
        f"FROM broadcasts AS its WHERE its.id = {table}.broadcast_id) WHERE id = :id AND text_id IS NULL"
    )


_PLACES = {name: _place_statement(name) for name in SEARCHED}
_ENTER = {
    name: text(
        "INSERT INTO texts (rowid, words) "
        f"SELECT its.text_id, replace(:words, ' ', printf(' {KEY}', its.text_id >> {SERVER_FROM})) "
        f"FROM {name} AS its WHERE its.id = :id AND its.text_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM texts WHERE rowid = its.text_id)"
    )
    for name in SEARCHED
}


def _entered(table: str, row_id: str, prompt: str) -> Sequence[Executable]:
    words = "".join(f" {word}" for word in words_of(storable(prompt)))
    return _PLACES[table].bindparams(id=row_id), _ENTER[table].bindparams(id=row_id, words=words)


def _term(key: str, wanted: Asked) -> str:
    """As FTS5 asks for it. Words are letters, digits and signs, so nothing in them is its syntax."""
    phrase = " ".join(key + word for word in wanted.words)
    return f'"{phrase}"{"*" if wanted.is_front else ""}'
