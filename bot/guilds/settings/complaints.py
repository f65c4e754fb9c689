"""Why a setting is not taken, as a moderator understands it."""

from __future__ import annotations

from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, Entry


def wrong_setting(name: str, problem: str, entry: Entry | None = None) -> BroadcastError:
    """The refusal of a setting's value, or of one of its entries. `problem` is a sentence, or its end."""
    told = problem[:1].lower() + problem[1:].removesuffix(".")
    entries = {"entry": entry} if entry else {}
    return BroadcastError(Code.WRONG_SETTING, name=name, problem=told, **entries)


def complaint(model: type[BaseModel], error: ValidationError) -> BroadcastError:
    """The refusal for the first thing that is wrong."""
    first = error.errors()[0]
    name, *place = first["loc"] or ("file",)  # names that are no text have no place
    field = model.model_fields.get(str(name))
    if field is None:
        return wrong_setting(str(name), "there is no such setting")
    if place:
        return _about_entry(str(name), int(place[0]), field, first)
    if first["type"] == "too_long":
        counts = first["ctx"]
        problem = f"it has {counts['actual_length']} entries, {counts['max_length']} are the most"
        return wrong_setting(str(name), problem)
    return wrong_setting(str(name), _expected(field, first))


def _about_entry(name: str, index: int, field: FieldInfo, error: ErrorDetails) -> BroadcastError:
    typed = error["input"]
    entry = Entry(index + 1, str(typed) if isinstance(typed, str | int | float) else "")
    if "roles" in name:
        return wrong_setting(name, "this is no role: mention it, or give its ID", entry)
    problems = {
        "string_too_short": "it is empty",
        "string_too_long": _too_long(error),
        "value_error": _own_words(error),
    }
    return wrong_setting(name, problems.get(error["type"], "this is no text"), entry)


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
