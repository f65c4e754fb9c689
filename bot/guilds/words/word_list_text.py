"""Lists of words as people publish them: the entries in a text, table or JSON file, as they stand there."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bot.guilds.settings.problems import Mistake, NotJson, ProblemError

HEADERS = frozenset(
    {"word", "words", "term", "terms", "text", "phrase", "phrases", "keyword", "keywords", "profanity"}
)
"""What the column of the words is called."""
LISTS = ("blocked_words", "keyword_filter", "words")
"""What a list of words is called, beside which there may be others, as of what is allowed."""


class Found(NamedTuple):
    """An entry, and where it stands: its line, or its number in JSON."""

    place: int
    text: str


def entries_in(text: str) -> list[Found]:
    """The entries of a list: one a line, in the first column with words of a table, or in JSON.

    Raises `ProblemError` for a web page, and for JSON that cannot be read.
    """
    content = text.strip("\ufeff \t\r\n")
    if content[:9].casefold().startswith(("<!doctype", "<html")):
        raise ProblemError(Mistake.WEB_PAGE)
    if _JSON.match(content):
        try:
            words = list(_words_in(json.loads(content, parse_int=str, parse_float=str)))
        except json.JSONDecodeError as error:
            raise ProblemError(NotJson(error.lineno)) from None
        except RecursionError:
            raise ProblemError(Mistake.TOO_DEEP) from None
        return [Found(number, entry) for number, entry in enumerate(words, start=1)]
    lines = [
        Found(number, line)
        for number, typed in enumerate(text.lstrip("\ufeff").splitlines(), start=1)
        if (line := _without_comment(typed))
    ]
    return _in_table(lines) or list(_in_lines(lines))


_JSON = re.compile(r'\[\s*["\[{\]\d-]|\{\s*["}]')
_COMMENT = re.compile(r"(?:^|\s)(?:#|//).*")
_BULLET = re.compile(r"^(?:[-•·]|\d{1,5}[.)])\s+")
_NUMBER = re.compile(r"(?:[-+]?(?:\d++(?:[.,]\d*+)?|[.,]\d++)%?)?")
_DELIMITERS = ("\t", ";", ",")


def _without_comment(line: str) -> str:
    return _BULLET.sub("", _COMMENT.sub("", line.strip())).strip()


def _in_lines(lines: Sequence[Found]) -> Iterator[Found]:
    """One a line; where commas are the rule, they are between entries."""
    has_lists = sum("," in line.text or ";" in line.text for line in lines) * 2 > len(lines)
    for place, line in lines:
        parts = re.split("[,;]", line) if has_lists else [line]
        for part in parts:
            entry = part.strip()
            if entry[:1] == entry[-1:] and entry[:1] in ("'", '"'):
                entry = entry[1:-1].strip()
            if entry and not (place == lines[0].place and entry.casefold() in HEADERS):
                yield Found(place, entry)


def _in_table(lines: Sequence[Found]) -> list[Found]:
    """The words in the rows of a table; nothing if it is none."""
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader((line.text for line in lines), delimiter=delimiter, skipinitialspace=True))
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        if len(rows) < 2 or width < 2 or len(rows) != len(lines) or any(len(row) != width for row in rows):
            continue
        header = [cell.strip().casefold() for cell in rows[0]]
        column = next((place for place, name in enumerate(header) if name in HEADERS), None)
        has_header = column is not None or any(
            not _is_number(name) and all(_is_number(row[place]) for row in rows[1:])
            for place, name in enumerate(header)
        )
        if column is None:
            body = rows[1:] if has_header else rows
            column = next(
                (place for place in range(width) if not all(_is_number(row[place]) for row in body)), 0
            )
        found = [Found(line.place, row[column].strip()) for line, row in zip(lines, rows, strict=True)]
        return [each for each in found[has_header:] if each.text]
    return []


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def _words_in(value: Any) -> Iterator[str]:
    """Texts in lists, the words of records in lists, and the names in objects that say something of each."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _word_of_record(item)
            else:
                yield from _words_in(item)
    elif isinstance(value, dict):
        lists = {name: item for name, item in value.items() if isinstance(item, list | dict)}
        for name in LISTS:
            if isinstance(typed := value.get(name), str):
                lists[name] = [part.strip() for part in re.split("[,;\n]", typed)]
        named = {name: lists[name] for name in LISTS if name in lists}
        for item in (named or lists).values():
            yield from _words_in(item)
        if not lists:
            yield from map(str, value)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _word_of_record(record: dict[str, Any]) -> Iterator[str]:
    texts = {name.casefold(): item for name, item in record.items() if isinstance(item, str)}
    word = next((texts[name] for name in texts if name in HEADERS), next(iter(texts.values()), None))
    if word is not None:
        yield word
