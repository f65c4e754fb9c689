"""Blocked words and phrases.

What is matched. A word blocks itself as a whole word, whatever its case, and also when it is disguised:

- fullwidth, mathematical, circled and other compatibility letters; letters of other scripts that look alike;
- marks on or over its letters ("z̷a̷l̷g̷o̷", "ä"), invisible characters between them;
- digits and symbols for letters: see `spellings.STAND_INS` ("b4d", "b@d", "8ad");
- punctuation within it ("b.a.d", "ba-d", "b_a_d"), and digits or symbols around it ("bad123", "$bad!");
- its letters each alone, with blanks or punctuation between them ("b a d"), from three letters on;
- stretched letters: three or more of one ("baaaad"), and in words of four letters or more also two ("sppam"),
  but not where English itself doubles: "ee", "oo", a consonant between vowels. So "raping" does not block
  "rapping".

The words of a phrase match likewise, one after another, with any blanks and punctuation between them. `word*`
also blocks each word that begins with it. Languages written without spaces (Chinese, Japanese, Thai and
others) and emoji match anywhere in the text.

What is not matched, so that the innocent pass: a part of a word ("class" for "ass"); parts of two words ("as
sassy", "pen is"); the ends of contractions ("he'll"); numbers and quantities ("1455 people", "45s"); a word
whose letters happen to look Latin, in a text of its own script. The price: words split in two by a blank ("ba
d"), glued to others, spelled backwards, and masked letters ("b*d") pass. For those there are patterns.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from bot.moderation.disguises import latin, latin_in_entry
from bot.moderation.folding import Forms, plain
from bot.moderation.phrases import Phrase, Phrases
from bot.moderation.readings import UNSPACED, read, split
from bot.moderation.rules import WORD_LENGTH_LIMIT, WORDS_LIMIT, Fault, InvalidRuleError, Rule


class BlockedWords:
    """A list of blocked words, ready to be looked for.

    Raises `InvalidRuleError` for an entry that is too long or too many, or would match nearly every text.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        if len(entries) > WORDS_LIMIT:
            raise _refused(entries[WORDS_LIMIT], Fault.TOO_MANY_WORDS)
        self._phrases = Phrases()
        self._anywhere: dict[str, str] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            if len(entry) > WORD_LENGTH_LIMIT:
                raise _refused(entry, Fault.WORD_TOO_LONG)
            self._add(entry)

    def find(self, text: Forms) -> str | None:
        """The entry that `text` breaks, as it was typed."""
        return self._phrases.find(read(text)) or self._find_anywhere(text)

    def _add(self, entry: str) -> None:
        text = plain(entry)
        letters = "".join(split(text))
        meant = latin_in_entry(text)
        words = split(meant)
        if not letters or _UNSPACED.search(letters):
            needle = letters or _symbols(entry, text)
            self._anywhere[needle] = entry
            self._lengths[needle[0]].add(len(needle))
            return
        if sum(map(len, words)) < 2:
            raise _refused(entry, Fault.SINGLE_LETTER)
        is_beginning = text.rstrip().endswith("*")
        self._phrases.add(Phrase(entry, tuple(words), is_beginning))
        # A phrase of which one word is disguised and another of a script may be read as all Latin.
        read_otherwise = split(latin(text)) if meant != text else []
        if read_otherwise and read_otherwise != words:
            self._phrases.add(Phrase(entry, tuple(read_otherwise), is_beginning))

    def _find_anywhere(self, text: Forms) -> str | None:
        if not self._anywhere:
            return None
        haystack = "\n".join(("".join(text.plain.split()), "".join(split(text.plain))))
        for start, character in enumerate(haystack):
            for length in self._lengths.get(character, ()):
                if entry := self._anywhere.get(haystack[start : start + length]):
                    return entry
        return None


_UNSPACED = re.compile(f"[{UNSPACED}]")


def _refused(entry: str, fault: Fault) -> InvalidRuleError:
    return InvalidRuleError(Rule.BLOCKED_WORD, entry, fault)


def _symbols(entry: str, text: str) -> str:
    symbols = "".join(text.split())
    if not any(unicodedata.category(character) in ("So", "Sm", "Sc", "Sk") for character in symbols):
        raise _refused(entry, Fault.NOTHING_TO_LOOK_FOR)
    return symbols
