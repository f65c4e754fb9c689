"""PostgreSQL's full-text index, of the same words as SQLite's (`fts5.py`), in the same places.

Nothing of its own dictionaries is used: a text is a vector of our words, each with its server's number before
it, and found by a generalised inverted index (GIN).
"""

# ruff: noqa: S608 - names of ours and numbers alone are put into SQL

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, Executable, Select, column, select, table, text

from bot.storage.schema import storable
from bot.storage.search.places import KEY, NUMBER_BITS, SEARCHED, SERVER_FROM, TEXT_BITS, TEXTS_LIMIT
from bot.storage.search.words import Asked, asked, words_of

_TEXTS = table("texts", column("place", BigInteger))

_MADE_BY = (
    "CREATE TABLE texts (place BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_texts_words ON texts USING gin (words)",
    "CREATE FUNCTION texts_not_found() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN DELETE FROM texts WHERE place = OLD.text_id; RETURN NULL; END'",
    *(
        f"CREATE TRIGGER {name}_{suffix} AFTER {event} ON {name} FOR EACH ROW WHEN ({when}) "
        "EXECUTE FUNCTION texts_not_found()"
        for name in SEARCHED
        for suffix, event, when in (
            ("not_found_when_gone", "DELETE", "OLD.text_id IS NOT NULL"),
            (
                "not_found_when_changed",
                "UPDATE OF prompt",
                "OLD.text_id IS NOT NULL AND NEW.prompt IS DISTINCT FROM OLD.prompt",
            ),
        )
    ),
)

_NUMBER_SERVER = text(
    # Its sequence would take a number, also where there is a conflict.
    "INSERT INTO guild_numbers (guild_id) SELECT guild_id FROM broadcasts AS its WHERE id = :id "
    "AND text_id IS NULL AND NOT EXISTS (SELECT 1 FROM guild_numbers WHERE guild_id = its.guild_id) "
    "ON CONFLICT DO NOTHING"
)
_PLACE_BROADCAST = text(
    f"UPDATE broadcasts SET text_id = (CAST(servers.number AS BIGINT) << {NUMBER_BITS} | broadcasts.number) "
    f"<< {TEXT_BITS} FROM guild_numbers AS servers WHERE servers.guild_id = broadcasts.guild_id "
    "AND broadcasts.id = :id AND text_id IS NULL AND broadcasts.number IS NOT NULL"
)
_PLACES = {
    # One after the millionth of a broadcast gets none.
    name: text(
        f"UPDATE {name} SET text_id = (SELECT NULLIF(1 + COALESCE((SELECT MAX(place) FROM texts "
        f"WHERE place BETWEEN its.text_id AND its.text_id + {TEXTS_LIMIT}), its.text_id), "
        f"its.text_id + {TEXTS_LIMIT + 1}) FROM broadcasts AS its WHERE its.id = {name}.broadcast_id) "
        "WHERE id = :id AND text_id IS NULL"
    )
    for name in SEARCHED
}
_QUOTE = "' '''"
"""A blank and a quote, as they stand before each word of `_vector`: the key comes behind them."""
_KEY = f"lpad(to_hex(its.text_id >> {SERVER_FROM}), 5, '0')"
_KEYED = f"CAST(replace(:words, {_QUOTE}, {_QUOTE} || {_KEY}) AS TSVECTOR)"
_ENTER = {
    name: text(
        f"INSERT INTO texts (place, words) SELECT its.text_id, {_KEYED} "
        f"FROM {name} AS its WHERE its.id = :id AND its.text_id IS NOT NULL ON CONFLICT DO NOTHING"
    )
    for name in SEARCHED
}
_ENTER_PLACED = text("INSERT INTO texts (place, words) VALUES (:place, CAST(:words AS TSVECTOR))")


class TsvectorIndex:
    """The `TextIndex` of PostgreSQL."""

    def enter_stream(self, broadcast_id: str, stream_id: str, prompt: str) -> Sequence[Executable]:
        placed = (statement.bindparams(id=broadcast_id) for statement in (_NUMBER_SERVER, _PLACE_BROADCAST))
        return (*placed, *_entered("streams", stream_id, prompt))

    def enter_suggestion(self, suggestion_id: str, prompt: str) -> Sequence[Executable]:
        return _entered("suggestions", suggestion_id, prompt)

    def enter_placed(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        rows = [
            {"place": place, "words": vector(prompt).replace(" '", f" '{KEY % (place >> SERVER_FROM)}")}
            for place, prompt in texts
        ]
        connection.execute(_ENTER_PLACED, rows)

    def question(self, server: int, typed: str) -> str | None:
        return " & ".join(_term(KEY % server, each) for each in asked(storable(typed))) or None

    def places(self) -> Select[tuple[int]]:
        return select(_TEXTS.c.place).where(text("texts.words @@ CAST(:question AS TSQUERY)"))


def make_index(connection: Connection) -> None:
    for statement in _MADE_BY:
        connection.exec_driver_sql(statement)


def _entered(table: str, row_id: str, prompt: str) -> Sequence[Executable]:
    return _PLACES[table].bindparams(id=row_id), _ENTER[table].bindparams(id=row_id, words=vector(prompt))


def vector(prompt: str) -> str:
    """A text's words with their positions, as PostgreSQL writes a vector; before each a key is to come.

    Words are letters, digits and signs, so there is no quote in them.
    """
    return "".join(f" '{word}':{at}" for at, word in enumerate(words_of(storable(prompt)), start=1))


def _term(key: str, wanted: Asked) -> str:
    phrase = " <-> ".join(f"'{key}{word}'" for word in wanted.words)
    return f"({phrase}{':*' if wanted.is_front else ''})"
