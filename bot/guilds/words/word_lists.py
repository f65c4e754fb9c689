"""A list of blocked words from a file that somebody published, and back to one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.broadcast.intake.prompts import on_one_line
from bot.guilds.settings.complaints import Entry
from bot.guilds.words.word_list_text import entries_in
from bot.kit.decoding import decoded, without_end
from bot.moderation import InvalidRuleError, TextFilter, TextRules
from bot.moderation.rules import WORD_LENGTH_LIMIT, WORDS_LIMIT

ENTRIES_LIMIT = 4 * WORDS_LIMIT
"""Entries that are looked at, at most: many may be there twice, or already."""


@dataclass(frozen=True, slots=True)
class WordList:
    """What is understood of a file, each word once, and what is not, with the reason."""

    words: tuple[str, ...]
    repeated: int
    """Entries that are there twice in it."""
    refused: tuple[tuple[Entry, str], ...]

    def besides(self, known: Collection[str]) -> tuple[str, ...]:
        """The words that are not among those known."""
        folded = {word.casefold() for word in known}
        return tuple(word for word in self.words if word.casefold() not in folded)


def read_word_list(data: bytes) -> WordList:
    """Reads a file: one a line, a table or JSON, in any encoding that is known by its bytes.

    `*word*` and `*word`, as Discord's AutoMod has them, are taken as `word*` and `word`. Regular expressions
    are refused: there is another list for them. Takes a while for thousands. Raises `ValueError` with a
    sentence's end for a file in which there are no words, or far too many.
    """
    try:
        text = decoded(without_end(data))
    except ValueError as error:
        raise ValueError(f"it {error}") from None
    entries = entries_in(text)
    if len(entries) > ENTRIES_LIMIT:
        raise ValueError(f"it has {len(entries):,} entries, {WORDS_LIMIT:,} are the most in a list")
    words: dict[str, str] = {}
    refused: list[tuple[Entry, str]] = []
    repeated = 0
    for place, typed in entries:
        word = on_one_line(typed).lstrip("*").strip()
        if problem := _problem_of(word):
            refused.append((Entry(place, typed), problem))
        elif word.casefold() in words:
            repeated += 1
        else:
            words[word.casefold()] = word
    if not words and not refused:
        raise ValueError("there are no words in it: have one on each line")
    return WordList(tuple(words.values()), repeated, tuple(refused))


def word_list_file(words: Collection[str]) -> bytes:
    """The words as a file, one a line, which can be read again."""
    return "".join(f"{word}\n" for word in words).encode()


_EXPRESSION = re.compile(
    r"\\[bBwWdDsS]|\(\?|\[[^\]]*\w-\w[^\]]*\]|\[[^\]]+\][*+?{]|\([^)]*\|[^)]*\)|\.[*+]|\w\{\d+(?:,\d*)?\}|^\^\w|^/.+/\w*$"
)


def _problem_of(word: str) -> str:
    if len(word) <= WORD_LENGTH_LIMIT and _EXPRESSION.search(word):
        return "it looks like a regular expression: these go into the blocked patterns"
    try:
        TextFilter(TextRules(blocked_words=(word,)))
    except InvalidRuleError as error:
        return error.reason[:1].lower() + error.reason[1:].removesuffix(".")
    return ""
