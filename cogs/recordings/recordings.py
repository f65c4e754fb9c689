"""Past streams' recordings: found again, with fresh links."""

from __future__ import annotations

import logging

import discord
from discord.app_commands import Choice

from bot.broadcast.errors import BroadcastError, Code, RecordingNotReady, RecordingUnreachable, WorldError
from bot.broadcast.history import PastStream
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.recordings.post import RecordingPost, fetch_stills
from cogs.wording.recordings import choice

log = logging.getLogger(__name__)

CHOICES_LIMIT = 25
CHOICE_LENGTH_LIMIT = 100
"""Discord's limits for autocomplete."""


async def show_recording(interaction: discord.Interaction, stream_id: str | None) -> None:
    """Answers with fresh links to a stream's recording; without an ID, to the channel's latest.

    Raises UNKNOWN_STREAM, NO_STREAMS_YET, RecordingNotReady or RecordingUnreachable.
    """
    services = context.services(interaction)
    async with acknowledging(interaction):
        past = await _viewed_stream(interaction, stream_id)
        try:
            recording = await services.desk.fetch(past.stream)
        except WorldError as error:
            log.warning("the recording of stream %s: %s", past.stream.shown_id, error.reason.value)
            raise BroadcastError(RecordingUnreachable(stream_id=past.stream.shown_id)) from error
        if recording is None:
            raise BroadcastError(RecordingNotReady(stream_id=past.stream.shown_id))
        stills = await fetch_stills(recording)
    view = RecordingPost(past.stream, past.host.name, recording, stills)
    await tell(interaction, view=view, files=stills.files())


async def stream_choices(
    interaction: discord.Interaction, typed: str
) -> list[discord.app_commands.Choice[str]]:
    """The streams that fit what was typed, newest first, of the channels that the user may view."""
    guild_id = context.channel(interaction).guild_id
    try:
        viewed = await rights.viewed_channels(interaction)
    except BroadcastError:
        return []  # a completion has no room for a sentence; the command has
    found = await context.services(interaction).history.search_streams(
        guild_id, typed.strip(), viewed, limit=CHOICES_LIMIT
    )
    return [
        Choice(name=choice(past.stream, CHOICE_LENGTH_LIMIT), value=past.stream.shown_id)
        for past in found
        if len(past.stream.shown_id) <= CHOICE_LENGTH_LIMIT
    ]


async def _viewed_stream(interaction: discord.Interaction, stream_id: str | None) -> PastStream:
    """What is hidden from the user is answered exactly as what does not exist."""
    history, channel = context.services(interaction).history, context.channel(interaction)
    past = (
        await history.stream(channel.guild_id, stream_id.strip())
        if stream_id
        else await history.latest_stream(channel)
    )
    is_viewed = await rights.views(interaction, past.channel if past else channel)
    if past is None or not is_viewed:
        raise BroadcastError(Code.UNKNOWN_STREAM if stream_id else Code.NO_STREAMS_YET)
    return past
