"""Settings as text: files that people keep and change, and what is stored."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.kit.decoding import decoded, without_end

DIGITS_LIMIT = 30
"""No ID is longer by far."""
_COMMENT = re.compile(r"^\s*(//|/\*|#)", re.MULTILINE)


def read_settings_text(text: str | bytes) -> dict[str, Any]:
    """The names and values in a JSON object, however it is encoded.

    Raises `ValueError` with a sentence's end for anything else.
    """
    try:
        content = decoded(without_end(text)) if isinstance(text, bytes) else text
    except ValueError as error:
        raise ValueError(f"it {error}") from None
    content = content.strip("\ufeff \t\r\n")
    if not content:
        raise ValueError("it is empty")
    if not content.startswith(("{", "[", "//", "/*", "#")):
        raise ValueError("it is no file of settings: take the one that is shown here, and change its values")
    try:
        values = json.loads(content, object_pairs_hook=_each_name_once, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        if comment := _COMMENT.search(content):
            line = content.count("\n", 0, comment.start(1)) + 1
            raise ValueError(f"it has a comment, which JSON does not know: remove it (line {line})") from None
        raise ValueError(
            f"line {error.lineno} is not as JSON has it: look for a comma, a quote or a bracket too many or "
            "too few there, or in the line before"
        ) from None
    except RecursionError:
        raise ValueError("it has brackets in brackets, too many to be settings") from None
    if not isinstance(values, dict):
        problem = "it has to have names and values in curly brackets, as the one that is shown here"
        raise ValueError(problem)  # noqa: TRY004 - a file is wrong, not our code
    return values


def _whole_number(digits: str) -> int:
    if len(digits) > DIGITS_LIMIT:
        raise ValueError(f"it has a number of {len(digits)} digits")
    return int(digits)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"“{name[:40]}” is there twice")
        values[name] = value
    return values
