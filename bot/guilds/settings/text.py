"""Settings as text: files that people keep and change, and what is stored."""

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.broadcast.limits.budget import MINUTES_LIMIT
from bot.guilds.settings import problems
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.problems import Mistake, ProblemError
from bot.kit.decoding import NotTextError, decoded, without_end

FILE_LIMIT_BYTES = 2_000_000
"""More than the longest list of words has, and settings with it."""
DIGITS_LIMIT = 30
"""No ID is longer by far."""
_COMMENT = re.compile(r"^\s*(//|/\*|#)", re.MULTILINE)


def read_settings_text(text: str | bytes) -> dict[str, Any]:
    """The names and values in a JSON object, in any encoding. Raises `ProblemError` for anything else."""
    content = file_text(text) if isinstance(text, bytes) else text
    content = content.strip("\ufeff \t\r\n")
    if not content:
        raise ProblemError(Mistake.EMPTY_FILE)
    if not content.startswith(("{", "[", "//", "/*", "#")):
        raise ProblemError(Mistake.NO_FILE_OF_SETTINGS)
    try:
        values = json.loads(content, object_pairs_hook=_each_name_once, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        if comment := _COMMENT.search(content):
            line = content.count("\n", 0, comment.start(1)) + 1
            raise ProblemError(problems.HasComment(line)) from None
        raise ProblemError(problems.NotJson(error.lineno)) from None
    except RecursionError:
        raise ProblemError(Mistake.TOO_DEEP) from None
    if not isinstance(values, dict):
        raise ProblemError(Mistake.NO_NAMES_AND_VALUES)
    return _named_as_now(values)


def _named_as_now(values: dict[str, Any]) -> dict[str, Any]:
    """The settings of an earlier version by their names of now. What cannot be understood keeps its name."""
    seconds = values.get("broadcast_limit_s")
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        return values
    renamed = {name: value for name, value in values.items() if name != "broadcast_limit_s"}
    if seconds:  # else it was left to the service
        renamed.setdefault("minutes_limit", min(math.ceil(seconds / 60), MINUTES_LIMIT))
    return renamed


async def fetched(size_bytes: int, fetch: Callable[[], Awaitable[bytes]]) -> bytes:
    """What is in a file of that size. Raises `WrongSettingError` for one that is too large to be fetched."""
    if size_bytes > FILE_LIMIT_BYTES:
        raise WrongSettingError("file", problems.FileTooLarge(FILE_LIMIT_BYTES))
    return await fetch()


def file_text(data: bytes) -> str:
    """What is in a file. Raises `ProblemError` for one that is no text."""
    try:
        return decoded(without_end(data))
    except NotTextError as error:
        raise ProblemError(problems.NotUtf8(error.line) if error.line else Mistake.NO_TEXT_FILE) from None


def _whole_number(digits: str) -> int:
    if len(digits) > DIGITS_LIMIT:
        raise ProblemError(problems.TooManyDigits(len(digits)))
    return int(digits)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ProblemError(problems.NamedTwice(name[:40]))
        values[name] = value
    return values
