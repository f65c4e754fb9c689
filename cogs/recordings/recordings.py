"""A past broadcast's recording as an answer: its film or one of its streams, with links that work now."""

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord.ui import Item, Select

from bot.broadcast.errors import BroadcastError, Code, RecordingNotReady, RecordingUnreachable, WorldError
from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Recording
from bot.broadcast.rights import Deed
from bot.broadcast.states import Reason
from bot.discord.services import Services
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.files import most_bytes
from cogs.kit.lasting_button import LastingButton, LastingItem
from cogs.kit.own_messages import RECORDING_BUTTONS
from cogs.recordings.finding import is_private, viewed_broadcast
from cogs.recordings.post import RecordingPost, page_of
from cogs.recordings.stills import Stills, StillsSource
from cogs.recordings.timeline import TimelineButton
from cogs.wording import labels
from cogs.wording.labels import numbered_label
from cogs.wording.recordings import menu_of_streams, scene, stream_length

log = logging.getLogger(__name__)

MENU_LIMIT = 25
"""Discord's, of choices in one menu."""
MENUS_LIMIT = 5
"""In one message: for the last 125 recordings, five hours of them."""


async def show_recording(interaction: discord.Interaction, shown_id: str | None) -> None:
    """Answers with links that work now, to a broadcast's recordings; without an ID, to the channel's latest.

    With a stream's ID to that stream's. Raises UNKNOWN_BROADCAST, NO_BROADCASTS_YET, RecordingNotReady or
    RecordingUnreachable.
    """
    async with acknowledging(interaction):
        view, stills = await _answer(interaction, shown_id and shown_id.strip())
    await tell(interaction, view=view, files=stills.files())


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
        async with acknowledging(interaction, in_place=is_private(interaction)):
            past = await viewed_broadcast(interaction, self._broadcast_id)
            number = self.item.values[0]
            chosen = next((each for each in past.streams if str(each.stream.number) == number), None)
            if chosen is None:
                raise BroadcastError(Code.UNKNOWN_BROADCAST)
            view, stills = await _view(interaction, past, chosen, is_whole=False)
        await _answer_here(interaction, view, stills)


class FreshLinksButton(LastingButton, template=rf"{RECORDING_BUTTONS}fresh:(?P<broadcast_id>[\w-]+)"):
    """Gives what `/odyssey recording` gives: for as long as there is a recording, it works."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__(labels.FRESH_LINKS, f"{RECORDING_BUTTONS}fresh:{broadcast_id}")
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        async with acknowledging(interaction, in_place=is_private(interaction)):
            view, stills = await _answer(interaction, self._broadcast_id)
        await _answer_here(interaction, view, stills)


class RecordingLinkButton(
    LastingButton, template=rf"{RECORDING_BUTTONS}link:(?P<deed>revoke|new):(?P<broadcast_id>[\w-]+)"
):
    """Revokes a broadcast's link, or has a new one made; moderators find it below their private answer."""

    def __init__(self, deed: str, broadcast_id: str) -> None:
        label = labels.REVOKE_LINK if deed == "revoke" else labels.NEW_LINK
        super().__init__(label, f"{RECORDING_BUTTONS}link:{deed}:{broadcast_id}")
        self._deed = deed
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        links = context.services(interaction).recording_links
        async with acknowledging(interaction, in_place=is_private(interaction)):
            past = await viewed_broadcast(interaction, self._broadcast_id)
            person = await rights.check(interaction, Deed.REVOKE_RECORDING_LINK, past.broadcast.channel)
            change = links.revoke if self._deed == "revoke" else links.renew
            await change(past.broadcast, by=person)
            view, stills = await _answer(interaction, self._broadcast_id)
        await _answer_here(interaction, view, stills)


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


def buttons_of(past: PastBroadcast, base: str | None) -> list[Item[Any]]:
    """What stands below everybody's view of a recording; fresh links where those that are shown may die."""
    broadcast_id = past.broadcast.id
    fresh = [] if page_of(past, base) else [FreshLinksButton(broadcast_id)]
    return [*fresh, TimelineButton(broadcast_id, looks=past.looks)]


async def stills_of(
    services: Services,
    guild: discord.Guild | None,
    past: PastBroadcast,
    shown: PastStream,
    recording: Recording,
    *,
    is_whole: bool,
) -> Stills:
    """What is shown of a broadcast, of the whole or of one stream, as files that the server takes."""
    source = StillsSource(services.read_file, services.fetch_artifact)
    if is_whole and past.film:
        return await source.of_film(past, most_bytes(guild))
    return await source.of_stream(past, shown.stream, recording)


async def _answer(interaction: discord.Interaction, shown_id: str | None) -> tuple[RecordingPost, Stills]:
    past = await viewed_broadcast(interaction, shown_id)
    named = past.stream(shown_id) if shown_id else None
    return await _view(interaction, past, named or past.newest or _last_ended(past), is_whole=named is None)


async def _view(
    interaction: discord.Interaction, past: PastBroadcast, shown: PastStream, *, is_whole: bool
) -> tuple[RecordingPost, Stills]:
    services = context.services(interaction)
    base = services.watch_base_url
    has_page = page_of(past, base) is not None
    kept = (is_whole and past.film) or past.file(FileKind.VIDEO, shown.stream)
    recording = await _recording_of(services, shown, is_needed=not (has_page and kept))
    stills = await stills_of(services, interaction.guild, past, shown, recording, is_whole=is_whole)
    buttons = buttons_of(past, base)
    if base and await _may_revoke(interaction, past):
        buttons.append(RecordingLinkButton("revoke" if has_page else "new", past.broadcast.id))
    view = RecordingPost(
        past,
        shown,
        recording,
        stills,
        menus_of(past, None if is_whole else shown),
        buttons,
        page=base,
        is_film=is_whole and has_page and past.film is not None,
    )
    return view, stills


async def _recording_of(services: Services, shown: PastStream, *, is_needed: bool) -> Recording:
    """What the service says of it now; what is kept, and led to by links of our own, does without."""
    stream_id = shown.stream.shown_id
    try:
        recording = await services.desk.fetch(shown.stream)
    except WorldError as error:
        log.warning("the recording of stream %s: %s", stream_id, error.reason.value)
        if is_needed and error.reason is Reason.KEY_GONE:
            raise BroadcastError(Code.KEY_GONE) from error
        if is_needed:
            raise BroadcastError(RecordingUnreachable(stream_id=stream_id)) from error
        recording = None
    if recording is None and is_needed:
        raise BroadcastError(RecordingNotReady(stream_id=stream_id))
    return recording or Recording(services.clock.now())


async def _may_revoke(interaction: discord.Interaction, past: PastBroadcast) -> bool:
    try:
        await rights.check(interaction, Deed.REVOKE_RECORDING_LINK, past.broadcast.channel)
    except BroadcastError:
        return False
    return True


async def _answer_here(interaction: discord.Interaction, view: RecordingPost, stills: Stills) -> None:
    """In place of the private answer whose button was used, or in a new one."""
    if is_private(interaction):
        await show(interaction, view, files=stills.files())
    else:
        await tell(interaction, view=view, files=stills.files())


def _last_ended(past: PastBroadcast) -> PastStream:
    return next((each for each in reversed(past.streams) if each.stream.ended_at), past.streams[-1])
