"""Past broadcasts' recordings: found again, stream by stream, with fresh links."""

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord.app_commands import Choice
from discord.ui import Select

from bot.broadcast.errors import BroadcastError, Code, RecordingNotReady, RecordingUnreachable, WorldError
from bot.broadcast.history import PastBroadcast, PastStream
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.lasting_button import LastingItem
from cogs.recordings.post import RecordingPost, Stills, fetch_stills
from cogs.wording.labels import numbered_label
from cogs.wording.recordings import choice, menu_of_streams, scene, stream_length

log = logging.getLogger(__name__)

CHOICES_LIMIT = 25
CHOICE_LENGTH_LIMIT = 100
"""Discord's limits for autocomplete."""
MENU_LIMIT = 25
"""Discord's, of choices in one menu."""
MENUS_LIMIT = 5
"""In one message: for the last 125 recordings, five hours of them."""


async def show_recording(interaction: discord.Interaction, shown_id: str | None) -> None:
    """Answers with fresh links to a broadcast's recordings; without an ID, to those of the channel's latest.

    With a stream's ID to that stream's. Raises UNKNOWN_BROADCAST, NO_BROADCASTS_YET, RecordingNotReady or
    RecordingUnreachable.
    """
    async with acknowledging(interaction):
        shown_id = shown_id and shown_id.strip()
        past = await _viewed_broadcast(interaction, shown_id)
        named = past.stream(shown_id) if shown_id else None
        view, stills = await _recording_of(interaction, past, named or past.newest or _last_ended(past))
    await tell(interaction, view=view, files=stills.files())


async def broadcast_choices(
    interaction: discord.Interaction, typed: str
) -> list[discord.app_commands.Choice[str]]:
    """The broadcasts that fit what was typed, newest first, of the channels that the user may view."""
    guild_id = context.channel(interaction).guild_id
    try:
        viewed = await rights.viewed_channels(interaction)
    except BroadcastError:
        return []  # a completion has no room for a sentence; the command has
    found = await context.services(interaction).history.search_broadcasts(
        guild_id, typed.strip(), viewed, limit=CHOICES_LIMIT
    )
    return [Choice(name=choice(past, CHOICE_LENGTH_LIMIT), value=past.broadcast.id) for past in found]


class StreamMenu(
    LastingItem[Select[Any]], template=r"odyssey:stream:(?P<broadcast_id>[\w-]+):(?P<first>\d{1,9})"
):
    """Chooses one of a broadcast's streams. `first` tells the menus of one message apart."""

    def __init__(self, broadcast_id: str, first: str, options: Sequence[discord.SelectOption] = ()) -> None:
        last = options[-1].value if options else first
        super().__init__(
            Select(
                custom_id=f"odyssey:stream:{broadcast_id}:{first}",
                placeholder=menu_of_streams(first, last),
                options=list(options),
            )
        )
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Shows its recording to who asked: in place of their private answer, or in a new one."""
        is_private = interaction.message is not None and interaction.message.flags.ephemeral
        async with acknowledging(interaction, in_place=is_private):
            past = await _viewed_broadcast(interaction, self._broadcast_id)
            number = self.item.values[0]
            chosen = next((each for each in past.streams if str(each.stream.number) == number), None)
            if chosen is None:
                raise BroadcastError(Code.UNKNOWN_BROADCAST)
            view, stills = await _recording_of(interaction, past, chosen)
        if is_private:
            await show(interaction, view, files=stills.files())
        else:
            await tell(interaction, view=view, files=stills.files())


def menus_of(past: PastBroadcast, shown: PastStream | None = None) -> list[StreamMenu]:
    """Menus of a broadcast's recordings, with the one `shown` chosen; none if there is only one."""
    options = [
        discord.SelectOption(
            label=numbered_label(each.stream.number, scene(past, each)),
            value=str(each.stream.number),
            description=stream_length(each),
            default=each is shown,
        )
        for each in (past.recorded[-MENU_LIMIT * MENUS_LIMIT :] if len(past.recorded) > 1 else ())
    ]
    parts = [options[start : start + MENU_LIMIT] for start in range(0, len(options), MENU_LIMIT)]
    return [StreamMenu(past.broadcast.id, part[0].value, part) for part in parts]


async def _recording_of(
    interaction: discord.Interaction, past: PastBroadcast, chosen: PastStream
) -> tuple[RecordingPost, Stills]:
    stream_id = chosen.stream.shown_id
    try:
        recording = await context.services(interaction).desk.fetch(chosen.stream)
    except WorldError as error:
        log.warning("the recording of stream %s: %s", stream_id, error.reason.value)
        raise BroadcastError(RecordingUnreachable(stream_id=stream_id)) from error
    if recording is None:
        raise BroadcastError(RecordingNotReady(stream_id=stream_id))
    stills = await fetch_stills(recording, context.services(interaction).fetch_artifact)
    return RecordingPost(past, chosen, recording, stills, menus_of(past, chosen)), stills


def _last_ended(past: PastBroadcast) -> PastStream:
    return next((each for each in reversed(past.streams) if each.stream.ended_at), past.streams[-1])


async def _viewed_broadcast(interaction: discord.Interaction, shown_id: str | None) -> PastBroadcast:
    """What is hidden from the user is answered exactly as what does not exist."""
    history, channel = context.services(interaction).history, context.channel(interaction)
    past = (
        await history.find_broadcast(channel.guild_id, shown_id)
        if shown_id
        else await history.latest_broadcast(channel)
    )
    is_viewed = await rights.views(interaction, past.broadcast.channel if past else channel)
    if past is None or not is_viewed:
        raise BroadcastError(Code.UNKNOWN_BROADCAST if shown_id else Code.NO_BROADCASTS_YET)
    return past
