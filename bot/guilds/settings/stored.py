"""A server's settings as they are stored: read leniently, so that no change of version loses any."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from annotated_types import MaxLen
from pydantic import ValidationError

from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.text import read_settings_text


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What this version understands; and what it does not, which is kept for a version that does.

    Until somebody sets it, a setting that is not understood has its default, and a list those of its entries
    that are.
    """

    settings: GuildSettings = field(default_factory=GuildSettings)
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> StoredSettings:
        try:
            values = read_settings_text(text)
        except ValueError:
            values = dict.fromkeys(GuildSettings.model_fields)  # none of them is understood
        understood: dict[str, Any] = {}
        kept: dict[str, Any] = {}
        for name, value in values.items():
            if _is_understood(name, value):
                understood[name] = value
                continue
            kept[name] = value
            part = _understood_part(name, value)
            if _is_understood(name, part):
                understood[name] = part
        return cls(GuildSettings.model_validate(understood), kept)

    @property
    def misread(self) -> tuple[str, ...]:
        """The settings of this version that stand at their defaults because of that, in part at least."""
        return tuple(name for name in GuildSettings.model_fields if name in self.kept)

    def changed(self, settings: GuildSettings, *, names: Collection[str]) -> StoredSettings:
        """With these settings, of which somebody has set those with these names."""
        return StoredSettings(settings, {name: self.kept[name] for name in self.kept if name not in names})

    def as_text(self) -> str:
        return json.dumps(self.settings.model_dump(mode="json") | self.kept)


def _is_understood(name: str, value: Any) -> bool:
    try:
        GuildSettings.model_validate({name: value})
    except ValidationError:
        return False
    return True


def _understood_part(name: str, value: Any) -> list[Any] | None:
    """Of a list, the entries that are understood, as many as there may be."""
    item = GuildSettings.model_fields.get(name)
    if item is None or not isinstance(value, list):
        return None
    limit = next((bound.max_length for bound in item.metadata if isinstance(bound, MaxLen)), 0)
    return [entry for entry in value if _is_understood(name, [entry])][:limit]
