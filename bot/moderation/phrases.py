"""Many phrases looked for at once, at the cost of a look-up for each word of the text."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.moderation.expressions import Expression, compile_expression
from bot.moderation.readings import Readings
from bot.moderation.spellings import skeleton, word_pattern

COMPILED_LIMIT = 300
"""Patterns that are kept compiled at most: those of phrases that texts nearly had."""

_AROUND = "0123456789@$!|+"
"""What may stand around a phrase, without blanks between."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are looked for, one after the other."""

    entry: str
    """As a moderator typed it."""
    words: tuple[str, ...]
    is_beginning: bool
    """Whether the last word may go on."""


class Phrases:
    """A list of phrases. Texts may be long and hostile: the time is linear in their length."""

    def __init__(self) -> None:
        self._whole: dict[str, list[Phrase]] = defaultdict(list)
        self._beginnings: dict[str, list[Phrase]] = defaultdict(list)
        self._in_runs: dict[str, list[Phrase]] = defaultdict(list)
        self._longest = 0
        self._beginnings_lengths: set[int] = set()
        self._run_lengths: set[int] = set()
        self._compiled: dict[str, Expression] = {}

    def add(self, phrase: Phrase) -> None:
        first, *others = phrase.words
        bones = skeleton(first)
        if phrase.is_beginning and not others:
            self._beginnings[bones].append(phrase)
            self._beginnings_lengths.add(len(bones))
        else:
            self._whole[bones].append(phrase)
            self._longest = max(self._longest, len(bones))
        letters = "".join(phrase.words)
        if len(letters) > 2:
            bones = skeleton(letters)
            self._in_runs[bones].append(phrase)
            self._run_lengths.add(len(bones))

    def find(self, readings: Readings) -> str | None:
        """The entry of a phrase that the text has."""
        for phrase in dict.fromkeys(self._candidates(readings.words)):
            tail = "[^ \n]*" if phrase.is_beginning else ""
            pattern = f" [{_AROUND}]*{' '.join(map(word_pattern, phrase.words))}{tail}[{_AROUND}]* "
            if self._expression(pattern).search(readings.words):
                return phrase.entry
        for phrase in dict.fromkeys(self._candidates_in_runs(readings.runs)):
            if self._expression(word_pattern("".join(phrase.words))).search(readings.runs):
                return phrase.entry
        return None

    def _candidates(self, lines: str) -> Iterator[Phrase]:
        """Phrases that may begin with a word of the text."""
        for word, bones in dict.fromkeys(zip(lines.split(), skeleton(lines).split(), strict=True)):
            yield from self._whole.get(bones, ())
            before = word[: len(word) - len(word.lstrip(_AROUND))]
            after = word[len(word.rstrip(_AROUND)) :]
            starts = range(len(skeleton(before)) + 1)
            if before or after:
                first_end = len(bones) - len(skeleton(after))
                for start in starts:
                    ends = range(max(first_end, start + 1), min(len(bones), start + self._longest) + 1)
                    for end in ends:
                        yield from self._whole.get(bones[start:end], ())
            for start in starts:
                for length in self._beginnings_lengths:
                    yield from self._beginnings.get(bones[start : start + length], ())

    def _candidates_in_runs(self, runs: str) -> Iterator[Phrase]:
        """Phrases whose letters may stand in a run of them."""
        for bones in dict.fromkeys(skeleton(runs).split()):
            for start in range(len(bones)):
                for length in self._run_lengths:
                    yield from self._in_runs.get(bones[start : start + length], ())

    def _expression(self, pattern: str) -> Expression:
        if pattern not in self._compiled:
            if len(self._compiled) >= COMPILED_LIMIT:
                self._compiled.clear()
            self._compiled[pattern] = compile_expression(pattern)
        return self._compiled[pattern]
