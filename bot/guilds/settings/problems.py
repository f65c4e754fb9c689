"""Why a setting, or a file of settings or words, is not taken: by kind, with the facts of it."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.moderation.rules import Fault


class Mistake(Enum):
    """What is wrong, where there is nothing more to tell."""

    NO_NAME = auto()
    NO_SUCH_SETTING = auto()
    NO_TEXT = auto()
    NO_ROLE = auto()
    NO_LIST = auto()
    NOT_YES_OR_NO = auto()
    EMPTY_ENTRY = auto()
    SHOWS_NOTHING = auto()
    PROMPT_SHOWS_NOTHING = auto()
    HAS_A_BLANK = auto()
    """Or something that cannot be seen."""
    PREFIX_IS_DISCORDS = auto()
    PREFIX_CANNOT_BE_TYPED = auto()
    PREFIX_IS_OTHERS = auto()
    """Other bots are spoken to so."""
    CHANGED_MEANWHILE = auto()
    FILE_AND_VALUE = auto()
    """A file was given, and a name or a value with it."""
    EMPTY_FILE = auto()
    NO_TEXT_FILE = auto()
    NO_FILE_OF_SETTINGS = auto()
    NO_NAMES_AND_VALUES = auto()
    TOO_DEEP = auto()
    """Brackets in brackets in brackets."""
    WEB_PAGE = auto()
    NO_WORDS = auto()
    IS_AN_EXPRESSION = auto()
    """Not a word, but a regular expression."""


@dataclass(frozen=True, slots=True)
class TooLong:
    """In characters."""

    limit: int


@dataclass(frozen=True, slots=True)
class TooMany:
    count: int
    limit: int


@dataclass(frozen=True, slots=True)
class NotOneOf:
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """Or no number at all."""

    lowest: float
    highest: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class FileTooLarge:
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class TooManyInFile:
    count: int
    limit: int


@dataclass(frozen=True, slots=True)
class NotUtf8:
    line: int


@dataclass(frozen=True, slots=True)
class NotJson:
    line: int


@dataclass(frozen=True, slots=True)
class HasComment:
    line: int


@dataclass(frozen=True, slots=True)
class TooManyDigits:
    count: int


@dataclass(frozen=True, slots=True)
class NamedTwice:
    name: str


@dataclass(frozen=True, slots=True)
class UnfitRule:
    """A word or pattern that the text filter cannot use; `where` is the part of it that is meant."""

    fault: Fault
    where: str = ""


Problem = (
    Mistake
    | TooLong
    | TooMany
    | NotOneOf
    | OutOfRange
    | FileTooLarge
    | TooManyInFile
    | NotUtf8
    | NotJson
    | HasComment
    | TooManyDigits
    | NamedTwice
    | UnfitRule
)


class ProblemError(ValueError):
    """What is read is not taken; whoever knows the setting's name says it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem
