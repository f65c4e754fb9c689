"""The moderators' commands: how it is decided, pause, panic; past broadcasts, audit; mutes."""

import discord
from discord import app_commands
from discord.ui import TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.rights import Deed
from bot.broadcast.wanted import Standing
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.kit.lasting_button import LastingView
from cogs.moderating import muting
from cogs.moderating.health import health_view
from cogs.moderating.mute_list import mute_list_page
from cogs.recordings.broadcast_list import TEXT_LIMIT, broadcast_list_page, period_choices, wanted_of
from cogs.wording import commands as texts
from cogs.wording import moderating as words
from cogs.wording.period import LENGTH_LIMIT
from cogs.wording.text import fitting

MODES = [app_commands.Choice(name=mode.value, value=mode.value) for mode in Mode]
STATES = [app_commands.Choice(name=standing.value, value=standing.value) for standing in Standing]
AUDIT_SHOWN = 20


@app_commands.command(description=texts.MODE)
@app_commands.describe(**texts.MODE_OPTIONS)
@app_commands.choices(mode=MODES)
async def mode(interaction: discord.Interaction, mode: str) -> None:
    session, person = await rights.open_session(interaction, Deed.CHOOSE_MODE)
    async with acknowledging(interaction):
        await context.services(interaction).deeds.choose_mode(session, Mode(mode), by=person)
    await tell(interaction, words.chosen(session.view.floor.mode))


@app_commands.command(description=texts.PAUSE)
async def pause(interaction: discord.Interaction) -> None:
    session, person = await rights.open_session(interaction, Deed.PAUSE)
    async with acknowledging(interaction):
        await context.services(interaction).deeds.pause(session, paused=True, by=person)
    await tell(interaction, words.PAUSED)


@app_commands.command(description=texts.RESUME)
async def resume(interaction: discord.Interaction) -> None:
    session, person = await rights.open_session(interaction, Deed.PAUSE)
    async with acknowledging(interaction):
        await context.services(interaction).deeds.pause(session, paused=False, by=person)
    await tell(interaction, words.RESUMED)


@app_commands.command(description=texts.PANIC)
async def panic(interaction: discord.Interaction) -> None:
    session, person = await rights.open_session(interaction, Deed.PANIC)
    async with acknowledging(interaction):
        await context.services(interaction).deeds.panic(session, by=person)
    await tell(interaction, words.PANICKED)


@app_commands.command(name="list", description=texts.LIST)
@app_commands.describe(**texts.LIST_OPTIONS)
@app_commands.choices(state=STATES)
@app_commands.autocomplete(period=period_choices)
async def list_broadcasts(
    interaction: discord.Interaction,
    person: discord.User | None = None,
    period: app_commands.Range[str, 1, LENGTH_LIMIT] | None = None,
    state: str | None = None,
    text: app_commands.Range[str, 1, TEXT_LIMIT] | None = None,
) -> None:
    await rights.check(interaction, Deed.LIST)
    wanted = wanted_of(person, period, state, text, context.services(interaction).clock.now())
    await tell(interaction, view=await broadcast_list_page(interaction, wanted))


@app_commands.command(description=texts.AUDIT)
async def audit(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.AUDIT)
    guild_id = context.channel(interaction).guild_id
    async with acknowledging(interaction):
        actions = await context.services(interaction).audit.latest(guild_id, AUDIT_SHOWN)
    lines = fitting([words.deed(action) for action in actions])
    await tell(interaction, view=LastingView(TextDisplay(lines or words.NO_DEEDS)))


@app_commands.command(description=texts.HEALTH)
async def health(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.SEE_HEALTH)
    await tell(interaction, view=health_view(interaction))


@app_commands.command(description=texts.MUTE)
@app_commands.describe(**texts.MUTE_OPTIONS)
async def mute(
    interaction: discord.Interaction,
    person: discord.Member,
    minutes: app_commands.Range[int, 1, muting.LONGEST_MINUTES] = muting.OFFERED_MINUTES[0],
) -> None:
    async with acknowledging(interaction):
        word = await muting.mute(interaction, person, minutes)
    await tell(interaction, word)


@app_commands.command(description=texts.UNMUTE)
@app_commands.describe(**texts.UNMUTE_OPTIONS)
async def unmute(interaction: discord.Interaction, person: discord.Member) -> None:
    async with acknowledging(interaction):
        by = await muting.check_mutable(interaction, person)
        was_muted = await muting.unmute(interaction, context.viewer(person), by)
    await tell(interaction, words.unmuted(context.viewer(person), was_muted=was_muted))


@app_commands.command(description=texts.MUTES)
async def mutes(interaction: discord.Interaction) -> None:
    await tell(interaction, view=await mute_list_page(interaction, offset=0))
