"""What a chat message proposes."""

import discord
from discord import app_commands

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.prefixes import Prefixes, says_something
from cogs.steering.suggesting import suggest_privately
from cogs.wording.commands import SUGGEST_THIS

_SAID = (discord.MessageType.default, discord.MessageType.reply)


@app_commands.context_menu(name=SUGGEST_THIS)
@app_commands.guild_only()
async def suggest_message(interaction: discord.Interaction, message: discord.Message) -> None:
    """Stands in the menu of a message: whose it is does not matter, who suggests it does."""
    if not is_said(message):
        raise BroadcastError(Code.NOT_SAID)
    await suggest_privately(interaction, said_words(message))


def is_said(message: discord.Message) -> bool:
    """Whether somebody says something with a message: in many of Discord's own, a name of theirs stands."""
    return message.type in _SAID


def said_words(message: discord.Message) -> str:
    """The words of a message, or of the one that it passes on."""
    forwarded = (snapshot.content for snapshot in message.message_snapshots)
    return message.content or next(forwarded, "")


def proposed_prompt(
    message: discord.Message, prefixes: Prefixes, *, me: discord.abc.Snowflake | None, answers_panel: bool
) -> str | None:
    """What follows the prefix, what is said to the bot by mention, or a reply to a panel; None for talk.

    What begins as other bots are spoken to is none of ours, whichever way it comes. Not cleaned yet; empty if
    the bot is spoken to without a word. `answers_panel` is for the caller to know: a panel is posted anew
    from time to time.
    """
    words = message.content
    if prefixes.is_for_another(words):
        return None
    proposal = prefixes.proposal_in(words)
    if proposal is not None:
        return proposal
    addressed = _without_mentions(message, me)
    if addressed is None:
        # Without the intent, the words are hidden from us.
        return words if answers_panel and says_something(words) else None
    if prefixes.is_for_another(addressed):
        return None
    proposal = prefixes.proposal_in(addressed)  # both ways at once are one
    if proposal is not None:
        return proposal
    return addressed if says_something(addressed) else ""


def _without_mentions(message: discord.Message, me: discord.abc.Snowflake | None) -> str | None:
    """The words of a message to the bot, or to its role, which Discord offers beside it; None for others."""
    own = [f"<@{me.id}>", f"<@!{me.id}>"] if me else []
    if message.guild and message.guild.me:
        own += [f"<@&{role.id}>" for role in message.guild.me.roles if role.managed]
    words = message.content
    for mention in own:
        words = words.replace(mention, " ")
    return None if words == message.content else words
