"""Who may not steer for a while: to mute and to unmute, whatever the door."""

from datetime import timedelta
from typing import Self

import discord
from discord import app_commands

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.intake import LONGEST_MUTE
from bot.broadcast.model import Viewer
from bot.broadcast.rights import Deed, Person
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, answer_privately, tell
from cogs.kit.dialogue import Dialogue, Dialogues
from cogs.kit.lasting_button import choices
from cogs.wording import labels
from cogs.wording import moderating as words
from cogs.wording.commands import MUTE_FROM_STEERING
from cogs.wording.requests import NOT_A_MEMBER
from cogs.wording.text import length

LONGEST_MINUTES = LONGEST_MUTE // timedelta(minutes=1)
OFFERED_MINUTES = (10, 60, 6 * 60, 24 * 60, LONGEST_MINUTES)
"""The lengths that the dialogue has; the first is taken unless another is."""


@app_commands.context_menu(name=MUTE_FROM_STEERING)
@app_commands.guild_only()
async def mute_from_menu(interaction: discord.Interaction, person: discord.Member | discord.User) -> None:
    """Stands in the menu of a person: asks for how long."""
    if not isinstance(person, discord.Member):
        await answer_privately(interaction, NOT_A_MEMBER)
        return
    await check_mutable(interaction, person)
    intake = context.services(interaction).guilds.intake_of(context.channel(interaction).guild_id)
    is_muted = intake.muted_until(context.viewer(person)) is not None
    await Dialogues.of(interaction).open(interaction, MuteDialogue(person.id, is_muted=is_muted))


class MuteDialogue(Dialogue, title=MUTE_FROM_STEERING):
    """Asks for how long somebody is muted."""

    def __init__(self, person_id: int, *, is_muted: bool) -> None:
        super().__init__()
        self._person_id = person_id
        offered = {str(minutes): length(minutes) for minutes in OFFERED_MINUTES}
        options = choices(offered, str(OFFERED_MINUTES[0]))
        self.minutes: discord.ui.Select[Self] = discord.ui.Select(options=options)
        self.add_item(
            discord.ui.Label(
                text=labels.MUTE_QUESTION,
                description=words.MUTED_ALREADY if is_muted else None,
                component=self.minutes,
            )
        )

    async def submitted(self, interaction: discord.Interaction) -> None:
        """Mutes them, if that may still be: either of the two may have lost or got a role meanwhile."""
        async with acknowledging(interaction):
            person = await member(interaction, self._person_id)
            word = await mute(interaction, person, int(self.minutes.values[0])) if person else None
        await tell(interaction, word or NOT_A_MEMBER)


async def mute(interaction: discord.Interaction, person: discord.Member, minutes: int) -> str:
    """Keeps somebody from steering, and takes what they have in line out of it. Returns the word of it.

    Raises BOTS_DO_NOT_STEER, SERVER_MODERATORS_ONLY or OUTRANKED.
    """
    by = await check_mutable(interaction, person)
    services, guild_id = context.services(interaction), context.channel(interaction).guild_id
    viewer, until = context.viewer(person), services.clock.now() + timedelta(minutes=minutes)
    before = await services.guilds.mute(guild_id, viewer, until, length(minutes), by=by)
    return words.muted(viewer, until, before=before)


async def unmute(interaction: discord.Interaction, viewer: Viewer, by: Person) -> bool:
    """Lets somebody steer again; False if they were not muted."""
    guilds, guild_id = context.services(interaction).guilds, context.channel(interaction).guild_id
    return await guilds.unmute(guild_id, viewer, by=by)


async def check_mutable(interaction: discord.Interaction, person: discord.Member) -> Person:
    """Who would mute or unmute them. Raises BOTS_DO_NOT_STEER, SERVER_MODERATORS_ONLY or OUTRANKED."""
    by = await rights.check(interaction, Deed.MUTE, other=person)
    if person.bot:
        raise BroadcastError(Code.BOTS_DO_NOT_STEER)
    return by


async def member(interaction: discord.Interaction, person_id: int) -> discord.Member | None:
    """Somebody with the roles that they have now; None if they are not in the server (any more)."""
    assert interaction.guild  # noqa: S101 - commands are for servers
    try:
        return await interaction.guild.fetch_member(person_id)
    except discord.NotFound:
        return None
