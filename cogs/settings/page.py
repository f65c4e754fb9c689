"""A server's settings as moderators meet them: an overview, and a page for each group, in one message."""

import io
from functools import partial
from typing import Any

import discord
from discord.ui import ActionRow, Select, TextDisplay

from bot.broadcast.rights import Deed
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import Group, GuildSettings
from bot.guilds.settings.problems import Mistake
from cogs.kit import rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.dialogue import Dialogues
from cogs.kit.lasting_button import LastingButton, LastingItem, LastingView, choices
from cogs.settings.changing import Shown, as_they_stand, change_settings
from cogs.settings.dialogue import SettingsDialogue, names_in_dialogue
from cogs.wording import labels
from cogs.wording import settings as words
from cogs.wording.fields import GROUPS
from cogs.wording.text import fitting

EXPORT_NAME = "odyssey-settings.json"
OVERVIEW = "overview"


async def show_settings(
    interaction: discord.Interaction, group: Group | None = None, word: str = "", draft: str = ""
) -> None:
    """Shows the overview or a group: in place of the page that was used, or in an answer of its own."""
    shown = as_they_stand(interaction)
    page = _page(shown, group, word, draft) if group else _overview(shown, word)
    export = io.BytesIO(shown.settings.model_dump_json(indent=2).encode())
    files = [] if group else [discord.File(export, EXPORT_NAME)]
    if interaction.message and interaction.message.flags.ephemeral:
        await show(interaction, page, files=files)
    else:
        await tell(interaction, view=page, files=files)


def _overview(shown: Shown, word: str) -> LastingView:
    """What differs from the defaults, a menu of the groups, and a file to keep or to change."""
    lines = [words.head(), word, *words.trouble_lines(shown.trouble)]
    lines += [words.group_changes(group, shown.settings, shown.own_prefix) for group in Group]
    return LastingView(
        TextDisplay(fitting([line for line in lines if line])),
        ActionRow(GroupMenu(OVERVIEW)),
        TextDisplay(words.FILE_HINT),
        discord.ui.File(f"attachment://{EXPORT_NAME}"),
        colour=discord.Colour.blurple(),
    )


def _page(shown: Shown, group: Group, word: str, draft: str) -> LastingView:
    """A group's settings in plain words, a button to change them, and the menu to the others."""
    lines = [words.head(group), word, *words.trouble_lines(shown.trouble)]
    in_dialogue = names_in_dialogue(group, shown.settings)
    lines += [
        words.described(name, shown.settings, shown.own_prefix, is_in_dialogue=name in in_dialogue)
        for name in GuildSettings.names_in(group)
    ]
    return LastingView(
        TextDisplay(fitting([line for line in lines if line])),
        *([ActionRow[Any](EditButton(group.name, draft))] if in_dialogue else []),
        ActionRow(GroupMenu(group.name)),
        colour=discord.Colour.blurple(),
    )


class GroupMenu(LastingItem[Select[Any]], template=r"odyssey:settings:(?P<current>\w+)"):
    """Leads to a group's page, or to the overview; `current` is what is shown."""

    def __init__(self, current: str) -> None:
        overview = {} if current == OVERVIEW else {OVERVIEW: labels.OVERVIEW}
        options = choices(overview | {group.name: name for group, name in GROUPS.items()}, current)
        custom_id = f"odyssey:settings:{current}"
        super().__init__(Select(custom_id=custom_id, placeholder=labels.SETTINGS_QUESTION, options=options))

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.SET)
        chosen = next(iter(self.item.values), OVERVIEW)
        await show_settings(interaction, Group.__members__.get(chosen))


class EditButton(LastingButton, template=r"odyssey:settings:(?P<group>[A-Z]+):edit(?P<draft>:\w+)?"):
    """Opens the dialogue with a group's settings; `draft` refers to what was typed and refused."""

    def __init__(self, group: str, draft: str | None) -> None:
        label = labels.EDIT_AGAIN if draft else labels.EDIT
        custom_id = f"odyssey:settings:{group}:edit{draft or ''}"
        super().__init__(label, custom_id, discord.ButtonStyle.primary)
        self._group, self._draft = Group[group], draft or ""

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.SET)
        settings = as_they_stand(interaction).settings
        roles = {role.id for role in interaction.guild.roles} if interaction.guild else set()
        typed = Dialogues.of(interaction).draft(self._draft)
        done = partial(_change, self._group, settings)
        await Dialogues.of(interaction).open(
            interaction, SettingsDialogue(self._group, settings, known_roles=roles, typed=typed, done=done)
        )


async def _change(
    group: Group, before: GuildSettings, interaction: discord.Interaction, typed: dict[str, str]
) -> None:
    """Takes all that was changed in a dialogue, or nothing of it. `before` is what its user saw."""
    await rights.check(interaction, Deed.SET)

    def change(now: GuildSettings) -> GuildSettings:
        for name in now.differences(before):
            if name in typed:
                raise WrongSettingError(name, Mistake.CHANGED_MEANWHILE)
        return now.changed_all(typed)

    draft = ""
    async with acknowledging(interaction, in_place=True):
        try:
            if typed:
                what = "; ".join(f"{name} = {text}" for name, text in typed.items())
                settings = await change_settings(interaction, change, what, list(typed))
            else:
                settings = before
            word = words.word_of_change(typed, settings, as_they_stand(interaction).own_prefix)
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
    return words.nothing_changed(wrong or [error])
