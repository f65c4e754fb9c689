"""Why a setting is not taken, as a moderator understands it."""

from dataclasses import dataclass
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.rights import Pictures
from bot.guilds.settings import problems
from bot.guilds.settings.problems import Mistake, Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a setting's entries: its number, from 1 on, and how it was typed."""

    number: int
    text: str


class WrongSettingError(Exception):
    """A setting's value, or one of its entries, is not taken."""

    def __init__(self, name: str, problem: Problem, entry: Entry | None = None) -> None:
        super().__init__("wrong_setting")
        self.name = name
        self.problem = problem
        self.entry = entry


def complaint(model: type[BaseModel], error: ValidationError) -> WrongSettingError:
    """The refusal for the first thing that is wrong."""
    first = error.errors()[0]
    name, *place = first["loc"] or ("file",)  # names that are no text have no place
    field = model.model_fields.get(str(name))
    if field is None:
        return WrongSettingError(str(name), Mistake.NO_SUCH_SETTING)
    if not place:
        return WrongSettingError(str(name), _expected(field, first))
    typed = first["input"]
    entry = Entry(int(place[0]) + 1, str(typed) if isinstance(typed, str | int | float) else "")
    if "roles" in str(name):
        return WrongSettingError(str(name), Mistake.NO_ROLE, entry)
    is_empty = first["type"] == "string_too_short"
    return WrongSettingError(str(name), Mistake.EMPTY_ENTRY if is_empty else _of_text(first), entry)


def _expected(field: FieldInfo, error: ErrorDetails) -> Problem:
    if error["type"] == "too_long":
        return problems.TooMany(error["ctx"]["actual_length"], error["ctx"]["max_length"])
    if field.annotation is bool:
        return Mistake.NOT_YES_OR_NO
    if field.annotation in (Mode, Pictures):
        return problems.NotOneOf(tuple(field.annotation))
    if field.annotation in (int, float):
        lowest: Any = next(bound.ge for bound in field.metadata if isinstance(bound, Ge))
        highest: Any = next(bound.le for bound in field.metadata if isinstance(bound, Le))
        return problems.OutOfRange(lowest, highest, is_whole=field.annotation is int)
    if field.annotation is not str:
        return Mistake.NO_LIST
    is_empty = error["type"] in ("string_too_short", "string_unicode")
    return Mistake.SHOWS_NOTHING if is_empty else _of_text(error)


def _of_text(error: ErrorDetails) -> Problem:
    """What is wrong with one text: what a check of ours says, or pydantic's by its kind."""
    context = error.get("ctx", {})
    if error["type"] == "string_too_long":
        return problems.TooLong(context["max_length"])
    own = context.get("error")
    return own.problem if isinstance(own, ProblemError) else Mistake.NO_TEXT
