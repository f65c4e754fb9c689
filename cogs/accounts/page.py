"""How a server's account stands, with what can be done about it: one private message."""

from typing import Any

import discord
from discord.ui import ActionRow, TextDisplay

from bot.broadcast.errors import BroadcastError
from bot.broadcast.rights import Deed
from cogs.accounts.dialogue import AccountDialogue
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.dialogue import Dialogues
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.wording import accounts as words
from cogs.wording import labels
from cogs.wording.requests import refused_request


async def show_account(interaction: discord.Interaction, word: str = "") -> None:
    """In place of the page that was used, or in an answer of its own. Nothing of the key is in it."""
    page = await _page(interaction, word)
    if interaction.message and interaction.message.flags.ephemeral:
        await show(interaction, page)
    else:
        await tell(interaction, view=page)


async def _page(interaction: discord.Interaction, word: str) -> LastingView:
    accounts, guild_id = context.services(interaction).accounts, context.channel(interaction).guild_id
    own, account = accounts.own(guild_id), accounts.of_guild(guild_id)
    refused = own is not None and context.services(interaction).answers_of(own.id).key_is_refused
    streamed_s = await accounts.streamed_s(guild_id)
    lines = [words.TITLE, word, words.standing(own, account, streamed_s=streamed_s, is_refused=refused)]
    buttons: list[LastingButton] = []
    if accounts.are_on:
        buttons.append(SetAccountButton(is_there=own is not None))
    if own:
        buttons.append(RemoveAccountButton())
    return LastingView(
        TextDisplay("\n".join(line for line in lines if line)),
        ActionRow[Any](*buttons),
        TextDisplay(words.WHAT_BECOMES),
        colour=discord.Colour.blurple(),
    )


class SetAccountButton(LastingButton, template="odyssey:account:set"):
    def __init__(self, *, is_there: bool = False) -> None:
        label = labels.REPLACE_KEY if is_there else labels.SET_KEY
        super().__init__(label, "odyssey:account:set", discord.ButtonStyle.primary)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.SET_ACCOUNT)
        guild_id = context.channel(interaction).guild_id
        own = context.services(interaction).accounts.own(guild_id)
        dialogue = AccountDialogue(own.slots if own else 1, done=_set)
        await Dialogues.of(interaction).open(interaction, dialogue)


class RemoveAccountButton(LastingButton, template="odyssey:account:remove"):
    def __init__(self) -> None:
        super().__init__(labels.REMOVE_KEY, "odyssey:account:remove", discord.ButtonStyle.danger)

    async def clicked(self, interaction: discord.Interaction) -> None:
        by = await rights.check(interaction, Deed.SET_ACCOUNT)
        accounts, guild_id = context.services(interaction).accounts, context.channel(interaction).guild_id
        async with acknowledging(interaction, in_place=True):
            await accounts.remove(guild_id, by=by)
        await show_account(interaction, words.removed(accounts.of_guild(guild_id)))


async def _set(interaction: discord.Interaction, key: str, slots: int) -> None:
    by = await rights.check(interaction, Deed.SET_ACCOUNT)
    accounts, guild_id = context.services(interaction).accounts, context.channel(interaction).guild_id
    async with acknowledging(interaction, in_place=True):
        try:
            await accounts.set(guild_id, key, slots, by=by)
            word = words.SET
        except BroadcastError as error:
            word = words.not_set(refused_request(error))
    await show_account(interaction, word)
