"""Settings as people meet them: each has a group, a name in plain words and an explanation."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

GROUP_LIMIT = 5
"""Settings in a group at most: a dialogue of Discord's has no more fields."""


class Group(StrEnum):
    """What settings are about, as people read it."""

    DECIDING = "Deciding"
    SPEECH = "What may be said"
    PACE = "Pace"
    PEOPLE = "Who may"
    LIMITS = "Limits"
    PANEL = "Panel and chat"


def setting(default: Any, group: Group, title: str, description: str, **bounds: Any) -> Any:
    """A field of the settings. `title` has 45 characters at most, `description` 100: Discord has no room."""
    return Field(
        default, title=title, description=description, json_schema_extra={"group": group.value}, **bounds
    )


def group_of(field: FieldInfo) -> Group:
    """What a setting is about."""
    extra = field.json_schema_extra
    assert isinstance(extra, dict)  # noqa: S101 - `setting` makes them all
    return Group(str(extra["group"]))
