"""The commands that everybody needs: start, suggest, look, vote on the mode, get a recording, end."""

import asyncio

import discord
from discord import app_commands
from discord.ui import TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.limits.budget import MINUTES_LIMIT
from bot.broadcast.rights import Deed
from cogs.broadcasts.starting import start_broadcast
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.kit.lasting_button import LastingView
from cogs.moderating.commands import MODES
from cogs.panel.text import status_text, title
from cogs.panel.watching import page_url, watch_url
from cogs.recordings.finding import broadcast_choices
from cogs.recordings.recordings import show_recording
from cogs.steering.suggesting import suggest_privately
from cogs.wording import commands as texts
from cogs.wording.labels import WATCH
from cogs.wording.moderating import VOTE_IS_OPEN, ending
from cogs.wording.panel import watch_link


@app_commands.command(description=texts.START)
@app_commands.describe(**texts.START_OPTIONS)
@app_commands.choices(mode=MODES)
async def start(
    interaction: discord.Interaction,
    prompt: str,
    image: discord.Attachment | None = None,
    minutes: app_commands.Range[int, 1, MINUTES_LIMIT] | None = None,
    portrait: bool | None = None,
    mode: str | None = None,
) -> None:
    chosen = Mode(mode) if mode else None
    await start_broadcast(interaction, prompt, image=image, minutes=minutes, portrait=portrait, mode=chosen)


@app_commands.command(description=texts.SAY)
@app_commands.describe(**texts.SAY_OPTIONS)
async def say(interaction: discord.Interaction, prompt: str) -> None:
    await suggest_privately(interaction, prompt)


@app_commands.command(description=texts.STATUS)
async def status(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.LOOK)
    services = context.services(interaction)
    shown = services.broadcasts.in_channel(context.channel(interaction)).view
    text = f"**{title(shown)}**\n{status_text(shown)}"
    url = await watch_url(services, shown)  # the panel has asked for it already
    watch = f"\n[{WATCH}]({url.replace('(', '%28').replace(')', '%29')})" if url else ""
    await tell(interaction, view=LastingView(TextDisplay(text + watch)))


@app_commands.command(description=texts.LINK)
@app_commands.describe(**texts.LINK_OPTIONS)
async def link(interaction: discord.Interaction, new: bool = False) -> None:
    person = await rights.check(interaction, Deed.RENEW_LINK if new else Deed.LOOK)
    services, channel = context.services(interaction), context.channel(interaction)
    if services.watch_base_url is None:
        raise BroadcastError(Code.NO_WATCH_PAGE)
    async with acknowledging(interaction):
        links = services.links
        found = await (links.renew(channel, by=person) if new else links.of(channel))
    await tell(interaction, watch_link(page_url(services.watch_base_url, found), is_new=new))


@app_commands.command(description=texts.CALLVOTE)
@app_commands.describe(**texts.CALLVOTE_OPTIONS)
@app_commands.choices(mode=MODES)
async def callvote(interaction: discord.Interaction, mode: str) -> None:
    session, person = await rights.open_session(interaction, Deed.CALL_VOTE)
    await asyncio.gather(
        context.services(interaction).deeds.call_vote(session, Mode(mode), by=person),
        tell(interaction, VOTE_IS_OPEN),
    )


@app_commands.command(description=texts.RECORDING)
@app_commands.describe(**texts.RECORDING_OPTIONS)
@app_commands.autocomplete(broadcast=broadcast_choices)
async def recording(interaction: discord.Interaction, broadcast: str | None = None) -> None:
    await show_recording(interaction, broadcast)


@app_commands.command(description=texts.END)
async def end(interaction: discord.Interaction) -> None:
    session, person = await rights.open_session(interaction, Deed.END)
    ended = context.services(interaction).deeds.end(session, by=person)
    await asyncio.gather(ended, tell(interaction, ending(is_recorded=bool(session.view.streams))))
