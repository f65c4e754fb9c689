"""At a server's first start: who may start, and for how many minutes a day?"""

from functools import partial
from typing import Any

import discord
from discord.ui import ActionRow, RoleSelect, Select, TextDisplay

from bot.broadcast.errors import BroadcastError
from bot.broadcast.rights import Deed
from bot.guilds.settings.guild_settings import GuildSettings
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show, telling
from cogs.kit.lasting_button import ROLES_LIMIT, LastingButton, LastingItem, LastingView, choices, role_menu
from cogs.settings.changing import Shown, as_they_stand, change_settings
from cogs.wording import labels
from cogs.wording.settings import first_answer, first_question

MINUTES = (30, 60, 120, 240)


async def ask_first_question(interaction: discord.Interaction) -> None:
    """Asks the user of an answered interaction in private, if they may set that and nobody was asked yet.

    Failures to tell end here; then the next one is asked.
    """
    questions, guild_id = context.services(interaction).first_questions, context.channel(interaction).guild_id
    shown = as_they_stand(interaction)
    if not questions.is_open(guild_id) or shown.settings.starter_roles or shown.settings.minutes_per_day:
        return
    try:
        await rights.check(interaction, Deed.SET)
    except BroadcastError:
        return
    with telling(interaction):
        question = partial(interaction.followup.send, view=_question(shown), ephemeral=True)
        await questions.ask(guild_id, question)


def _question(shown: Shown) -> LastingView:
    """The question, with what holds chosen already."""
    return LastingView(
        TextDisplay(first_question(shown.settings, shown.prefix)),
        ActionRow(StarterRoles(shown.settings)),
        ActionRow(DailyMinutes(shown.settings)),
        ActionRow(KeepButton()),
        colour=discord.Colour.blurple(),
    )


class StarterRoles(LastingItem[RoleSelect[Any]], template="odyssey:first:roles"):
    def __init__(self, settings: GuildSettings | None = None) -> None:
        roles = settings.starter_roles[:ROLES_LIMIT] if settings else ()
        super().__init__(role_menu(roles, custom_id="odyssey:first:roles", placeholder=labels.EVERYONE_MAY))

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Sets it. With @everyone among them, everyone may."""
        chosen = [role.id for role in self.item.values]
        roles = "none" if interaction.guild_id in chosen else " ".join(map(str, chosen))
        await _set(interaction, "starter_roles", roles)


class DailyMinutes(LastingItem[Select[Any]], template="odyssey:first:minutes"):
    def __init__(self, settings: GuildSettings | None = None) -> None:
        held = settings.minutes_per_day if settings else 0
        offered = (*sorted({*MINUTES, held} - {0}), 0)
        options = choices({str(each): labels.minutes_a_day(each) for each in offered}, str(held))
        super().__init__(Select(custom_id="odyssey:first:minutes", options=options))

    async def clicked(self, interaction: discord.Interaction) -> None:
        await _set(interaction, "minutes_per_day", self.item.values[0])


class KeepButton(LastingButton, template="odyssey:first:keep"):
    def __init__(self) -> None:
        super().__init__(labels.KEEP_AS_IT_IS, "odyssey:first:keep")

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.SET)
        await show(interaction, LastingView(TextDisplay(first_answer(as_they_stand(interaction).settings))))


async def _set(interaction: discord.Interaction, name: str, text: str) -> None:
    await rights.check(interaction, Deed.SET)  # its refusal is the first answer
    async with acknowledging(interaction, in_place=True):
        change = partial(GuildSettings.changed, name=name, text=text)
        await change_settings(interaction, change, f"{name} = {text}", [name])
    await show(interaction, _question(as_they_stand(interaction)))
