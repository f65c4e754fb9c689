"""`/odyssey health`: how Odyssey has answered in the last hour, and what to do about it."""

from dataclasses import replace

import discord
from discord.ui import Item, Separator, TextDisplay

from bot.broadcast.findings import findings
from cogs.kit import context
from cogs.kit.lasting_button import LastingView
from cogs.wording.health import health


def health_view(interaction: discord.Interaction) -> LastingView:
    """What is known now, at one look: its colour says whether anything can start."""
    services = context.services(interaction)
    account = services.accounts.of_guild(context.channel(interaction).guild_id)
    answers = services.answers_of(account.id)
    # Whether Discord was there is counted once, for all accounts.
    hour = [
        replace(part, discord_away_s=common.discord_away_s)
        for part, common in zip(answers.last_hour(), services.answers.last_hour(), strict=True)
    ]
    found = findings(hour, key_is_refused=answers.key_is_refused)
    hearing = context.bot_of(interaction).hearing_of(context.channel(interaction).guild_id)
    texts = health(hour, found, latency_s=hearing.latency_s if hearing else None)
    colour = discord.Colour.green()
    if found:
        colour = discord.Colour.red() if found[0].stops_starts else discord.Colour.gold()
    items: list[Item[LastingView]] = []
    for text in texts:
        items += [Separator(), TextDisplay(text)] if items else [TextDisplay(text)]
    return LastingView(*items, colour=colour)
