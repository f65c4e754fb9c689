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


def _typed(value: str, separators: str) -> list[str]:
    """A list as a moderator types it; "none", as an empty list is shown, empties it."""
    entries = [entry.strip() for entry in re.split(separators, value) if entry.strip()]
    return [] if [entry.casefold() for entry in entries] == ["none"] else entries


def _split(value: Any) -> Any:
    """Words are typed with commas between them, or one a line."""
    return _typed(value, r"[,;\n\r\uff0c\u3001\uff1b]") if isinstance(value, str) else value


def _split_patterns(value: Any) -> Any:
    """Patterns are separated by semicolons: commas are part of their language."""
    return _typed(value, r"[;\n\r]") if isinstance(value, str) else value


def _split_roles(value: Any) -> Any:
    """Roles are mentioned one after the other, or given by their IDs."""
    return _typed(value.replace("><", "> <"), r"[,;\s]+") if isinstance(value, str) else value


def _role_id(value: Any) -> Any:
    """A role may be given by its mention."""
    if isinstance(value, bool):
        raise ProblemError(Mistake.NO_ROLE)
    return value.strip().removeprefix("<@&").removesuffix(">") if isinstance(value, str) else value


def _number_as_text(value: Any) -> Any:
    """A number in a list of words is a word."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _each_once(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(entries))


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


def _split_beginnings(value: Any) -> Any:
    """Beginnings are separated by blanks or commas; one that is a comma or semicolon itself stands alone."""
    if not isinstance(value, str):
        return value
    entries = re.findall(r"(?<!\S)[,;]+(?!\S)|[^\s,;]+", value)
    return [] if [entry.casefold() for entry in entries] == ["none"] else entries


def _beginning(value: str) -> str:
    if on_one_line(value) != value or " " in value:
        raise ProblemError(Mistake.HAS_A_BLANK)
    return value


NO_PREFIX = "none"

Text = Annotated[str, StringConstraints(min_length=1, max_length=ENTRY_LIMIT, strip_whitespace=True)]
Entry = Annotated[Text, BeforeValidator(_number_as_text)]
Role = Annotated[int, BeforeValidator(_role_id), Field(gt=0, lt=2**63)]
Once = AfterValidator(_each_once)

Prefix = Annotated[
    str, StringConstraints(max_length=PREFIX_LIMIT, strip_whitespace=True), AfterValidator(_prefix)
]
Beginning = Annotated[
    str,
    StringConstraints(min_length=1, max_length=PREFIX_LIMIT, strip_whitespace=True),
    AfterValidator(_beginning),
]
Beginnings = Annotated[tuple[Beginning, ...], BeforeValidator(_split_beginnings), Once, Field(max_length=50)]
SafePrompt = Annotated[Text, AfterValidator(_shows_something)]
Words = Annotated[tuple[Entry, ...], BeforeValidator(_split), Once, Field(max_length=WORDS_LIMIT)]
Patterns = Annotated[
    tuple[Entry, ...], BeforeValidator(_split_patterns), Once, Field(max_length=PATTERNS_LIMIT)
]
Roles = Annotated[tuple[Role, ...], BeforeValidator(_split_roles), Once, Field(max_length=50)]
