"""A list of blocked words from a file that somebody published, and back to one."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.broadcast.intake.prompts import on_one_line
from bot.guilds.settings.complaints import Entry, WrongSettingError
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.problems import Mistake, Problem, ProblemError, TooManyInFile, UnfitRule
from bot.guilds.settings.text import file_text
from bot.guilds.words.word_list_text import entries_in
from bot.moderation.rules import WORD_LENGTH_LIMIT, WORDS_LIMIT, InvalidRuleError
from bot.moderation.words import BlockedWords

ENTRIES_LIMIT = 4 * WORDS_LIMIT
"""Entries that are looked at, at most: many may be there twice, or already."""


@dataclass(frozen=True, slots=True)
class WordList:
    """What is understood of a file, each word once, and what is not, with the reason."""

    words: tuple[str, ...]
    repeated: int
    """Entries that are there twice in it."""
    refused: tuple[tuple[Entry, Problem], ...]

    def besides(self, known: Collection[str]) -> tuple[str, ...]:
        """The words that are not among those known."""
        folded = {word.casefold() for word in known}
        return tuple(word for word in self.words if word.casefold() not in folded)

    def blocked_in(self, settings: GuildSettings, *, replaces: bool) -> GuildSettings:
        """The settings with these words blocked, in place of others or besides.

        Raises `WrongSettingError`.
        """
        kept = () if replaces else settings.blocked_words
        return settings.changed_all({"blocked_words": [*kept, *self.besides(kept)]})


async def imported_words(data: bytes) -> WordList:
    """What `read_word_list` finds in a file. Raises `WrongSettingError`, if there are no words too."""
    try:
        # In a thread, since each of thousands of words is tried.
        listed = await asyncio.to_thread(read_word_list, data)
    except ProblemError as error:
        raise WrongSettingError("file", error.problem) from None
    if not listed.words:
        entry, problem = listed.refused[0]
        raise WrongSettingError("file", problem, entry)
    return listed


def read_word_list(data: bytes) -> WordList:
    """Reads a file: one a line, a table or JSON, in any encoding that is known by its bytes.

    `*word*` and `*word`, as Discord's AutoMod has them, are taken as `word*` and `word`. Regular expressions
    are refused: there is another list for them. Takes a while for thousands. Raises `ProblemError` for a
    file in which there are no words, or far too many.
    """
    entries = entries_in(file_text(data))
    if len(entries) > ENTRIES_LIMIT:
        raise ProblemError(TooManyInFile(len(entries), WORDS_LIMIT))
    words: dict[str, str] = {}
    refused: list[tuple[Entry, Problem]] = []
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
        raise ProblemError(Mistake.NO_WORDS)
    return WordList(tuple(words.values()), repeated, tuple(refused))


def word_list_file(words: Collection[str]) -> bytes:
    """The words as a file, one a line, which can be read again."""
    return "".join(f"{word}\n" for word in words).encode()


_EXPRESSION = re.compile(
    r"\\[bBwWdDsS]|\(\?|\[[^\]]*\w-\w[^\]]*\]|\[[^\]]+\][*+?{]|\([^)]*\|[^)]*\)|\.[*+]|\w\{\d+(?:,\d*)?\}|^\^\w|^/.+/\w*$"
)


def _problem_of(word: str) -> Problem | None:
    if len(word) <= WORD_LENGTH_LIMIT and _EXPRESSION.search(word):
        return Mistake.IS_AN_EXPRESSION
    try:
        BlockedWords((word,))
    except InvalidRuleError as error:
        return UnfitRule(error.fault, error.where)
    return None
