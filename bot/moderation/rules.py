"""The rules a server sets for text, and what breaking one is called."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

WORDS_LIMIT = 5000
"""Blocked words and phrases at most: what the time to take a list in, and its memory, grow with."""

WORD_LENGTH_LIMIT = 60
"""Characters in a blocked word or phrase at most."""

PATTERNS_LIMIT = 50
"""Blocked patterns at most."""

PATTERN_LENGTH_LIMIT = 300
"""Characters in a blocked pattern at most."""

LENGTH_LIMIT = 4000
"""What `TextRules.max_length` may be at most: Discord's own limit, and what bounds the work of one check."""


class Rule(StrEnum):
    """What a text can break. The values are stored: do not change them."""

    TOO_LONG = "too_long"
    BLOCKED_WORD = "blocked_word"
    BLOCKED_PATTERN = "blocked_pattern"
    INVITE = "invite"
    LINK = "link"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class TextRules:
    """What a server asks of text."""

    blocked_words: tuple[str, ...]
    """Words and phrases, as a moderator types them; `word*` also blocks what begins with the word."""
    blocked_patterns: tuple[str, ...]
    """Regular expressions in RE2's syntax; upper and lower case are alike."""
    max_length: int
    """Characters at most; 1 to `LENGTH_LIMIT`."""
    allows_links: bool
    allows_invites: bool
    """Whether Discord invites may be posted; they pass although links are refused."""
    allows_mentions: bool


@dataclass(frozen=True, slots=True)
class Violation:
    """The rule that a text broke.

    `entry` is the blocked word or pattern as the moderator typed it; None for the other rules.
    """

    rule: Rule
    entry: str | None = None


class Fault(Enum):
    """Why a rule cannot be used. The limits stand above."""

    LENGTH_OUT_OF_BOUNDS = auto()
    TOO_MANY_WORDS = auto()
    WORD_TOO_LONG = auto()
    SINGLE_LETTER = auto()
    NOTHING_TO_LOOK_FOR = auto()
    TOO_MANY_PATTERNS = auto()
    PATTERN_TOO_LONG = auto()
    PATTERN_TOO_LARGE = auto()
    PATTERNS_TOO_LARGE = auto()
    """Together."""
    MATCHES_NEARLY_ALL = auto()
    QUOTE_NOT_CLOSED = auto()
    NAMES_A_GROUP = auto()
    BRACKET_NOT_CLOSED = auto()
    BRACKET_NOT_OPENED = auto()
    CLASS_NOT_CLOSED = auto()
    NO_SUCH_CLASS = auto()
    NOTHING_TO_REPEAT = auto()
    REPEATS_A_REPETITION = auto()
    REPEATS_TOO_OFTEN = auto()
    NO_SUCH_OPTION = auto()
    NO_SUCH_ESCAPE = auto()
    NOTHING_BEHIND_LAST = auto()
    """Backslash."""
    UNREADABLE = auto()


class InvalidRuleError(ValueError):
    """A rule that cannot be used: which, the entry as typed, why, and the part of it that is meant."""

    def __init__(self, rule: Rule, entry: str, fault: Fault, where: str = "") -> None:
        super().__init__(rule, fault)
        self.rule = rule
        self.entry = entry
        self.fault = fault
        self.where = where
