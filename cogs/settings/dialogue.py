"""The dialogue with a group's settings: a field for each, filled in with what holds."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import discord
from discord.ui import Label, RoleSelect, Select, TextInput

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.rights import Pictures
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import Group, GuildSettings
from cogs.kit.dialogue import Dialogue
from cogs.kit.lasting_button import ROLES_LIMIT, choices, role_menu
from cogs.wording import labels
from cogs.wording.fields import FIELDS

TEXT_LIMIT = 4000
"""Characters in a field at most, as Discord has it."""

Done = Callable[[discord.Interaction, dict[str, str]], Awaitable[None]]
"""Gets what was typed, of those fields that were changed."""


class SettingsDialogue(Dialogue, title=labels.SETTINGS):
    """A group's settings, as the command takes them. `typed` stands in a field in place of what holds."""

    def __init__(
        self,
        group: Group,
        settings: GuildSettings,
        *,
        known_roles: Collection[int],
        typed: Mapping[str, str],
        done: Done,
    ) -> None:
        super().__init__()
        self.title = labels.settings_of(group)
        self._done = done
        self._held: dict[str, str] = {}
        self._controls: dict[str, TextInput[Any] | Select[Any] | RoleSelect[Any]] = {}
        for name in names_in_dialogue(group, settings):
            self._held[name] = held = _typed_form(settings, name, known_roles)
            self._controls[name] = control = _control(name, typed.get(name, held))
            words = FIELDS[name]
            self.add_item(Label(text=words.title, description=words.meaning, component=control))

    async def submitted(self, interaction: discord.Interaction) -> None:
        typed = {name: _typed_in(control) for name, control in self._controls.items()}
        touched = {name: text for name, text in typed.items() if _lines(text) != _lines(self._held[name])}
        await self._done(interaction, touched)


def names_in_dialogue(group: Group, settings: GuildSettings) -> list[str]:
    """The settings of a group that fit into its dialogue: no lists too long, or read otherwise as typed."""
    return [name for name in GuildSettings.names_in(group) if _fits(settings, name)]


def _fits(settings: GuildSettings, name: str) -> bool:
    value, text = getattr(settings, name), _typed_form(settings, name)
    if len(text) > TEXT_LIMIT or (name.endswith("_roles") and len(value) > ROLES_LIMIT):
        return False
    try:
        return bool(getattr(settings.changed(name, text), name) == value)
    except WrongSettingError:
        return False


def _typed_form(settings: GuildSettings, name: str, known_roles: Collection[int] | None = None) -> str:
    value = getattr(settings, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_roles"):
        roles = value if known_roles is None else sorted(role for role in value if role in known_roles)
        return " ".join(map(str, roles))
    if isinstance(value, tuple):
        return (" " if name == "other_prefixes" else "\n").join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _control(name: str, text: str) -> TextInput[Any] | Select[Any] | RoleSelect[Any]:
    kind = GuildSettings.model_fields[name].annotation
    if name.endswith("_roles"):
        return role_menu(map(int, text.split()), required=False)
    if kind is bool:
        return Select(options=choices(labels.YES_OR_NO, text))
    if kind is Mode:
        return Select(options=choices({mode: labels.mode(mode) for mode in Mode}, text))
    if kind is Pictures:
        return Select(options=choices({pictures: pictures.capitalize() for pictures in Pictures}, text))
    is_list = kind not in (int, float, str)
    style = discord.TextStyle.paragraph if is_list else discord.TextStyle.short
    return TextInput(style=style, default=text or None, required=False, max_length=TEXT_LIMIT)


def _typed_in(control: TextInput[Any] | Select[Any] | RoleSelect[Any]) -> str:
    if isinstance(control, TextInput):
        return control.value
    if isinstance(control, RoleSelect):  # Discord gives them in an order of its own
        return " ".join(map(str, sorted(role.id for role in control.values)))
    return " ".join(control.values)


def _lines(text: str) -> list[str]:
    """What was typed, as far as it means something: Discord's clients trim it in ways of their own."""
    return [line.strip() for line in text.splitlines() if line.strip()]
