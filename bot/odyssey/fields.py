"""Reads typed fields out of hostile JSON."""

from __future__ import annotations

import json
import math
from typing import Any


class MalformedError(ValueError):
    """A message or an answer is not what the protocol says. Its text names the field, never the content."""


def json_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in `text`. Raises `MalformedError` for anything else, however deeply nested."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    return as_object(value, "the message")


def as_object(value: Any, what: str) -> dict[str, Any]:
    """`value`, if it is a JSON object."""
    if not isinstance(value, dict):
        raise MalformedError(f"{what} is not an object")
    return value


def objects(fields: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects; absent or null is an empty one."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedError(f"{key} is not a list")
    return [as_object(item, key) for item in value]


def text(fields: dict[str, Any], key: str) -> str:
    """A string that must be there and not be empty."""
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedError(f"{key} is missing or not a string")
    return value


def optional_text(fields: dict[str, Any], key: str) -> str | None:
    """A string, or None when absent, null or empty."""
    value = fields.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise MalformedError(f"{key} is not a string")
    return value


def optional_number(fields: dict[str, Any], key: str) -> float | None:
    """A finite number, or None when absent or null."""
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"{key} is not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise MalformedError(f"{key} is too large") from error
    if not math.isfinite(number):
        raise MalformedError(f"{key} is not finite")
    return number


def optional_int(fields: dict[str, Any], key: str) -> int | None:
    """A whole number, or None when absent or null."""
    number = optional_number(fields, key)
    return None if number is None else int(number)
