"""Why a setting is not taken, as a moderator understands it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.broadcast.arbitration.policy import Mode


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a setting's entries: its number, from 1 on, and how it was typed."""

    number: int
    text: str


class WrongSettingError(Exception):
    """A setting's value, or one of its entries, is not taken. `problem` is a sentence, or its end."""

    def __init__(self, name: str, problem: str, entry: Entry | None = None) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem[:1].lower() + problem[1:].removesuffix(".")
        self.entry = entry


def complaint(model: type[BaseModel], error: ValidationError) -> WrongSettingError:
    """The refusal for the first thing that is wrong."""
    first = error.errors()[0]
    name, *place = first["loc"] or ("file",)  # names that are no text have no place
    field = model.model_fields.get(str(name))
    if field is None:
        return WrongSettingError(str(name), "there is no such setting")
    if place:
        return _about_entry(str(name), int(place[0]), field, first)
    if first["type"] == "too_long":
        counts = first["ctx"]
        problem = f"it has {counts['actual_length']} entries, {counts['max_length']} are the most"
        return WrongSettingError(str(name), problem)
    return WrongSettingError(str(name), _expected(field, first))


def _about_entry(name: str, index: int, field: FieldInfo, error: ErrorDetails) -> WrongSettingError:
    typed = error["input"]
    entry = Entry(index + 1, str(typed) if isinstance(typed, str | int | float) else "")
    if "roles" in name:
        return WrongSettingError(name, "this is no role: mention it, or give its ID", entry)
    problems = {
        "string_too_short": "it is empty",
        "string_too_long": _too_long(error),
        "value_error": _own_words(error),
    }
    return WrongSettingError(name, problems.get(error["type"], "this is no text"), entry)


def _expected(field: FieldInfo, error: ErrorDetails) -> str:
    if field.annotation is bool:
        return "say yes or no"
    if field.annotation is Mode:
        *others, last = (mode.value for mode in Mode)
        return f"say {', '.join(others)} or {last}"
    if field.annotation in (int, float):
        lowest, highest = _range(field.metadata)
        kind = "a whole number" if field.annotation is int else "a number"
        return f"it has to be {kind} from {lowest} to {highest}"
    if field.annotation is not str:
        return "it has to be a list"
    if error["type"] == "string_too_long":
        return _too_long(error)
    is_empty = error["type"] in ("string_too_short", "string_unicode")
    return _own_words(error) or ("this shows nothing" if is_empty else "this is no text")


def _too_long(error: ErrorDetails) -> str:
    return f"it is longer than {error.get('ctx', {}).get('max_length')} characters"


def _own_words(error: ErrorDetails) -> str:
    """What a check of ours says."""
    return str(error.get("ctx", {}).get("error", ""))


def _range(metadata: list[Any]) -> tuple[Any, Any]:
    lowest = next(bound.ge for bound in metadata if isinstance(bound, Ge))
    highest = next(bound.le for bound in metadata if isinstance(bound, Le))
    return lowest, highest
