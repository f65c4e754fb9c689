"""Reads typed fields out of hostile JSON."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST = 2**53
"""Up to here a number is exact in every JSON reader; no field of the protocol comes near it."""

_NUMBER = re.compile(r"\s*[+-]?\d{1,40}(\.\d{0,40})?(e[+-]?\d{1,4})?\s*", re.ASCII | re.IGNORECASE)


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


def rows(fields: dict[str, Any], key: str, read: Callable[[dict[str, Any]], T]) -> list[T]:
    """What `read` makes of each object in a list; absent or null is an empty one. One that cannot be read is
    left out, and the others stay."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedError(f"{key} is not a list")
    made: list[T] = []
    problem: MalformedError | None = None
    for item in value:
        try:
            made.append(read(as_object(item, key)))
        except MalformedError as error:
            problem = error
    if problem is not None:
        log.warning("%d of the %s were left out: %s.", len(value) - len(made), key, problem)
    return made


def text(fields: dict[str, Any], key: str) -> str:
    """A string that must be there and not be empty."""
    value = optional_text(fields, key)
    if value is None:
        raise MalformedError(f"{key} is missing or not a string")
    return value


def optional_text(fields: Mapping[str, Any], key: str) -> str | None:
    """A string, or None when it is absent, empty, or anything else. Half characters become question marks:
    nobody could store or send them."""
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        return None
    return value.encode(errors="replace").decode()


def optional_number(fields: Mapping[str, Any], key: str) -> float | None:
    """A number from zero on, maybe written as a string, or None when it is absent or anything else."""
    value = fields.get(key)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        return None
    return float(value)


def optional_int(fields: Mapping[str, Any], key: str) -> int | None:
    """A whole number from zero on, as `optional_number`."""
    number = optional_number(fields, key)
    return int(number) if number is not None and number.is_integer() else None
