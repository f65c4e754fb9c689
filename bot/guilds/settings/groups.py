"""Settings as people meet them: in groups."""

from enum import Enum, auto
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

GROUP_LIMIT = 5
"""Settings in a group at most: a dialogue of Discord's has no more fields."""


class Group(Enum):
    DECIDING = auto()
    SPEECH = auto()
    PACE = auto()
    PEOPLE = auto()
    LIMITS = auto()
    PANEL = auto()


def setting(default: Any, group: Group, **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"group": group.name}, **bounds)


def group_of(field: FieldInfo) -> Group:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)  # noqa: S101 - `setting` makes them all
    return Group[str(extra["group"])]
