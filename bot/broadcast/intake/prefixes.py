"""What a chat message begins with: a suggestion, another bot's command, or talk."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORDS_END = r"(?=[\s,:]|$)[,:]?"
_SCRIPTS_WITHOUT_BLANKS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
_TO_WIDE = ord("！") - ord("!")
"""How far a sign or a Latin letter is from its full-width form, which keyboards of East Asia type."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a suggestion begins with in a server, and what is said to other bots there."""

    own: str
    """Empty: nothing; then only mentions, replies and commands suggest."""
    others: tuple[str, ...] = ()

    def is_for_another(self, message: str) -> bool:
        """Whether a message is said to another bot: it begins as they do, or with our sign twice ("!!help").

        Of two beginnings that fit, the longer one counts.
        """
        text = message.lstrip()
        own = _beginning(self.own).match(text) if self.own else None
        other = _any_beginning(self.others).match(text)
        if other and other.end() >= (own.end() if own else 0):
            return True
        return bool(own) and not is_word(self.own) and _begins_again(message, self.own)

    def proposal_in(self, message: str) -> str | None:
        """What is proposed behind our prefix; None for talk, and for what is said to another bot."""
        return None if not self.own or self.is_for_another(message) else prompt_in_chat(message, self.own)


def prompt_in_chat(message: str, prefix: str) -> str | None:
    """What a chat message proposes: the text behind the prefix, or None for ordinary talk.

    The prefix is found in any case and width, and one of letters as a word only. Talk is also what says
    nothing ("!", "!?", "!!!"), and what begins twice.
    """
    text = message.lstrip()
    found = _beginning(prefix).match(text)
    if found is None or _begins_again(message, prefix):
        return None
    proposal = text[found.end() :]
    return proposal if says_something(proposal) else None


def says_something(text: str) -> bool:
    """Whether there is a letter, a digit or a picture in it: signs alone are talk."""
    return any(character.isalnum() or unicodedata.category(character) == "So" for character in text)


def is_word(prefix: str) -> bool:
    """Whether a prefix ends with a letter or digit of a script with blanks between words."""
    last = prefix[-1:]
    return last.isalnum() and not unicodedata.name(last, "").startswith(_SCRIPTS_WITHOUT_BLANKS)


def is_same(prefix: str, other: str) -> bool:
    """Whether people who type one have typed the other."""
    return re.fullmatch(_either_width(prefix), other, re.IGNORECASE) is not None


def _begins_again(message: str, prefix: str) -> bool:
    """Whether the prefix, or its last sign, stands once more right behind it."""
    begins, text = _beginning(prefix), message.lstrip()
    found = begins.match(text)
    if found is None:
        return False
    rest = text[found.end() :]
    if is_word(prefix):
        return begins.match(rest.lstrip()) is not None
    return bool(rest) and is_same(prefix[-1], rest[0])


@lru_cache(maxsize=256)
def _beginning(prefix: str) -> re.Pattern[str]:
    return re.compile(_either_width(prefix) + (_WORDS_END if is_word(prefix) else ""), re.IGNORECASE)


@lru_cache(maxsize=256)
def _any_beginning(prefixes: Sequence[str]) -> re.Pattern[str]:
    """The longest of them; one of letters alone is a word ("pls", but not "please")."""
    longest_first = sorted(prefixes, key=len, reverse=True)
    beginnings = (_either_width(prefix) + (r"(?!\w)" if prefix.isalpha() else "") for prefix in longest_first)
    return re.compile("|".join(beginnings) if prefixes else "(?!)", re.IGNORECASE)


def _either_width(prefix: str) -> str:
    """The pattern of a prefix whose signs and letters may be full-width ones."""
    return "".join(map(_sign, prefix))


def _sign(character: str) -> str:
    narrow = chr(ord(character) - _TO_WIDE) if "！" <= character <= "～" else character
    wide = chr(ord(narrow) + _TO_WIDE) if "!" <= narrow <= "~" else ""
    return f"[{re.escape(narrow)}{wide}]" if wide else re.escape(narrow)
