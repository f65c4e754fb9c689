"""A server's settings as moderators meet them: an overview, and a page for each group, in one message."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import discord
from discord.ui import ActionRow, Container, LayoutView, Select, TextDisplay

from bot.broadcast.rights import Deed
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.groups import Group
from bot.guilds.settings.guild_settings import FROM_NEXT_BROADCAST, GuildSettings
from cogs import wording
from cogs.kit import rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.dialogue import Dialogues
from cogs.kit.lasting_button import LastingButton, LastingItem
from cogs.settings.changing import Shown, as_they_stand, change_settings
from cogs.settings.dialogue import SettingsDialogue, names_in_dialogue

HINT = (
    "-# The file has all settings, to keep, to change and to give back with `/odyssey settings file`; "
    "`/odyssey settings name value` changes one."
)
EXPORT_NAME = "odyssey-settings.json"
OVERVIEW = "overview"
VALUE_SHOWN = 40
"""Characters of a value in the overview at most."""


async def show_settings(
    interaction: discord.Interaction, group: Group | None = None, word: str = "", draft: str = ""
) -> None:
    """Shows the overview or a group: in place of the page that was used, or in an answer of its own."""
    shown = as_they_stand(interaction)
    page = GroupPage(shown, group, word, draft) if group else Overview(shown, word)
    files = [page.export] if isinstance(page, Overview) else []
    if interaction.message and interaction.message.flags.ephemeral:
        await show(interaction, page, files=files)
    else:
        await tell(interaction, view=page, files=files)


class Overview(LayoutView):
    """What differs from the defaults, a menu of the groups, and a file to keep or to change."""

    def __init__(self, shown: Shown, word: str) -> None:
        super().__init__(timeout=None)
        content = shown.settings.model_dump_json(indent=2).encode()
        self.export = discord.File(io.BytesIO(content), EXPORT_NAME)
        container: Container[Overview] = Container(accent_colour=discord.Colour.blurple())
        lines = ["## Settings", word, *wording.trouble_lines(shown.trouble)]
        lines += [f"**{group}** · {_changes(group, shown)}" for group in Group]
        container.add_item(TextDisplay(wording.fitting([line for line in lines if line])))
        container.add_item(ActionRow(GroupMenu(OVERVIEW)))
        container.add_item(TextDisplay(HINT))
        container.add_item(discord.ui.File(f"attachment://{EXPORT_NAME}"))
        self.add_item(container)
        self.stop()  # its menu is a dynamic item, so discord.py need not remember the view


class GroupPage(LayoutView):
    """A group's settings in plain words, a button to change them, and the menu to the others."""

    def __init__(self, shown: Shown, group: Group, word: str, draft: str) -> None:
        super().__init__(timeout=None)
        container: Container[GroupPage] = Container(accent_colour=discord.Colour.blurple())
        lines = [f"## Settings: {group}", word, *wording.trouble_lines(shown.trouble)]
        in_dialogue = names_in_dialogue(group, shown.settings)
        lines += [_described(name, shown, in_dialogue) for name in GuildSettings.names_in(group)]
        container.add_item(TextDisplay(wording.fitting([line for line in lines if line])))
        if in_dialogue:
            container.add_item(ActionRow(EditButton(group.name, draft)))
        container.add_item(ActionRow(GroupMenu(group.name)))
        self.add_item(container)
        self.stop()


class GroupMenu(LastingItem[Select[Any]], template=r"odyssey:settings:(?P<current>\w+)"):
    """Leads to a group's page, or to the overview; `current` is what is shown."""

    def __init__(self, current: str) -> None:
        options = [
            discord.SelectOption(label=label, value=value, default=value == current)
            for value, label in {OVERVIEW: "Overview", **{group.name: group.value for group in Group}}.items()
            if value != OVERVIEW or current != OVERVIEW
        ]
        menu: Select[Any] = Select(
            custom_id=f"odyssey:settings:{current}", placeholder="What is it about?", options=options
        )
        super().__init__(menu)

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Shows what was chosen."""
        await rights.check(interaction, Deed.SET)
        chosen = next(iter(self.item.values), OVERVIEW)
        await show_settings(interaction, Group.__members__.get(chosen))


class EditButton(LastingButton, template=r"odyssey:settings:(?P<group>[A-Z]+):edit(?P<draft>:\w+)?"):
    """Opens the dialogue with a group's settings; `draft` refers to what was typed and refused."""

    def __init__(self, group: str, draft: str | None) -> None:
        label = "Edit again" if draft else "Edit"
        custom_id = f"odyssey:settings:{group}:edit{draft or ''}"
        super().__init__(label, custom_id, discord.ButtonStyle.primary)
        self._group, self._draft = Group[group], draft or ""

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Opens it."""
        await rights.check(interaction, Deed.SET)
        settings = as_they_stand(interaction).settings
        roles = {role.id for role in interaction.guild.roles} if interaction.guild else set()
        typed = Dialogues.of(interaction).draft(self._draft)
        done = partial(_change, self._group, settings)
        await Dialogues.of(interaction).open(
            interaction,
            SettingsDialogue(self._group, settings, known_roles=roles, typed=typed, done=done),
        )


async def _change(
    group: Group, before: GuildSettings, interaction: discord.Interaction, typed: dict[str, str]
) -> None:
    """Takes all that was changed in a dialogue, or nothing of it. `before` is what its user saw."""
    await rights.check(interaction, Deed.SET)

    def change(now: GuildSettings) -> GuildSettings:
        for name in now.differences(before):
            if name in typed:
                raise WrongSettingError(
                    name, "somebody else changed it meanwhile: look at it, then edit again"
                )
        return now.changed_all(typed)

    draft = ""
    async with acknowledging(interaction, in_place=True):
        try:
            if typed:
                what = "; ".join(f"{name} = {text}" for name, text in typed.items())
                settings = await change_settings(interaction, change, what[:200], list(typed))
            else:
                settings = before
            word = wording.word_of_change(typed, settings, as_they_stand(interaction).own_prefix)
        except WrongSettingError as error:
            draft, word = Dialogues.of(interaction).keep_draft(typed), _refusals(before, typed, error)
    await show_settings(interaction, group, word, draft)


def _refusals(before: GuildSettings, typed: dict[str, str], error: WrongSettingError) -> str:
    """Every field that is wrong, and why; `error` is what refused the whole."""
    wrong = []
    for name, text in typed.items():
        try:
            before.changed(name, text)
        except WrongSettingError as own_error:
            wrong.append(own_error)
    lines = [f"❌ {wording.wrong_setting(each)}." for each in wrong or [error]]
    return "\n".join([*lines, "Nothing was changed; “Edit again” has what you typed."])


def _changes(group: Group, shown: Shown) -> str:
    """What a server has set, of a group."""
    changed = set(shown.settings.differences(GuildSettings()))
    return (
        "; ".join(
            f"{GuildSettings.model_fields[name].title}: "
            + wording.setting_value(name, shown.settings, shown.own_prefix, limit=VALUE_SHOWN)
            for name in GuildSettings.names_in(group)
            if name in changed
        )
        or "as it comes"
    )


def _described(name: str, shown: Shown, in_dialogue: list[str]) -> str:
    field = GuildSettings.model_fields[name]
    value = wording.setting_value(name, shown.settings, shown.own_prefix)
    notes = [f"`{name}`", field.description or ""]
    if name in FROM_NEXT_BROADCAST:
        notes.append("from the next broadcast on")
    if name not in in_dialogue:
        notes.append("does not fit into the dialogue: change it by the command, or in the file")
    return f"**{field.title}**: {value}\n-# {' · '.join(notes)}"
