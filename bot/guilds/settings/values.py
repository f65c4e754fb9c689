"""The kinds of values that settings have, read as people and programs write them."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bot.broadcast.errors import BroadcastError
from bot.broadcast.intake.prompts import clean_prompt, on_one_line
from bot.guilds.settings.problems import Mistake, ProblemError
from bot.moderation.rules import PATTERNS_LIMIT, WORDS_LIMIT
from bot.process.setting_values import PREFIX_LIMIT, is_discords_own, typed_prefix

ENTRY_LIMIT = 200
"""Characters in an entry of a list, and in the safe prompt, at most."""


def _list_of(entry: str) -> BeforeValidator:
    """Has a list read as a moderator types it, by the pattern of an entry.

    "none", as an empty list is shown, empties it.
    """

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        entries = [found.strip() for found in re.findall(entry, value) if found.strip()]
        return [] if [found.casefold() for found in entries] == ["none"] else entries

    return BeforeValidator(read)


def _role_id(value: Any) -> Any:
    """A role may be given by its mention."""
    if isinstance(value, bool):
        raise ProblemError(Mistake.NO_ROLE)
    return value.strip().removeprefix("<@&").removesuffix(">") if isinstance(value, str) else value


def _number_as_text(value: Any) -> Any:
    """A number in a list of words is a word."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _shows_something(value: str) -> str:
    """A prompt, cleaned as every other."""
    try:
        return clean_prompt(value)
    except BroadcastError:
        raise ProblemError(Mistake.PROMPT_SHOWS_NOTHING) from None


def _prefix(value: str) -> str:
    """What suggestions start with; nothing for the operator's, or the word for none."""
    if value.casefold() in ("", NO_PREFIX):
        return value.casefold()
    try:
        return typed_prefix(value)
    except ValueError:
        is_discords = is_discords_own(value)
        raise ProblemError(
            Mistake.PREFIX_IS_DISCORDS if is_discords else Mistake.PREFIX_CANNOT_BE_TYPED
        ) from None


def _beginning(value: str) -> str:
    if on_one_line(value) != value or " " in value:
        raise ProblemError(Mistake.HAS_A_BLANK)
    return value


NO_PREFIX = "none"

Text = Annotated[str, StringConstraints(min_length=1, max_length=ENTRY_LIMIT, strip_whitespace=True)]
Entry = Annotated[Text, BeforeValidator(_number_as_text)]
Role = Annotated[int, BeforeValidator(_role_id), Field(gt=0, lt=2**63)]
Once = AfterValidator(lambda entries: tuple(dict.fromkeys(entries)))

Prefix = Annotated[
    str, StringConstraints(max_length=PREFIX_LIMIT, strip_whitespace=True), AfterValidator(_prefix)
]
Beginning = Annotated[
    str,
    StringConstraints(min_length=1, max_length=PREFIX_LIMIT, strip_whitespace=True),
    AfterValidator(_beginning),
]
SafePrompt = Annotated[Text, AfterValidator(_shows_something)]
_BY_COMMA = _list_of(r"[^,;\n\r\uff0c\u3001\uff1b]+")
Words = Annotated[tuple[Entry, ...], _BY_COMMA, Once, Field(max_length=WORDS_LIMIT)]
_BY_SEMICOLON = _list_of(r"[^;\n\r]+")  # commas are part of the patterns' language
Patterns = Annotated[tuple[Entry, ...], _BY_SEMICOLON, Once, Field(max_length=PATTERNS_LIMIT)]
_BY_BLANK = _list_of(r"(?<!\S)[,;]+(?!\S)|[^\s,;]+")  # what is commas itself stands alone
Beginnings = Annotated[tuple[Beginning, ...], _BY_BLANK, Once, Field(max_length=50)]
_BY_MENTION = _list_of(r"(?:(?!><)[^,;\s])+>?|>")  # between mentions there need not be a blank
Roles = Annotated[tuple[Role, ...], _BY_MENTION, Once, Field(max_length=50)]
