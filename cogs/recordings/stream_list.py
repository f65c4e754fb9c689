"""`/odyssey list`: past streams, page by page."""

from __future__ import annotations

from typing import Any

import discord
from discord.ui import ActionRow, Item, TextDisplay

from bot.broadcast.history import PastStream
from bot.broadcast.rights import Deed
from bot.broadcast.states import State
from cogs.kit import context, rights
from cogs.kit.answers import show
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.wording import labels
from cogs.wording import recordings as words
from cogs.wording.text import duration

PAGE_SIZE = 8


class PageButton(
    LastingButton,
    template=r"odyssey:list:(?P<direction>newer|older):(?P<offset>\d{1,9})",
):
    """Turns to another page, which it names, so it needs no memory."""

    def __init__(self, direction: str, offset: str | int, *, disabled: bool = False) -> None:
        label = labels.NEWER if direction == "newer" else labels.OLDER
        super().__init__(label, f"odyssey:list:{direction}:{offset}", disabled=disabled)
        self._offset = int(offset)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await show(interaction, await stream_list_page(interaction, self._offset))


async def stream_list_page(interaction: discord.Interaction, offset: int) -> LastingView:
    """A page of the server's streams, newest first, as far as the user may view their channels.

    Raises SERVER_MODERATORS_ONLY.
    """
    await rights.check(interaction, Deed.LIST)
    guild_id = context.channel(interaction).guild_id
    history, viewed = context.services(interaction).history, await rights.viewed_channels(interaction)
    page, total = await history.past_streams(guild_id, viewed, limit=PAGE_SIZE, offset=offset)
    if offset and not page:  # fewer can be seen than when the button was made
        offset = max(0, total - 1) // PAGE_SIZE * PAGE_SIZE
        page, total = await history.past_streams(guild_id, viewed, limit=PAGE_SIZE, offset=offset)
    summary = words.page_summary(offset + 1, offset + len(page), total)
    items: list[Item[Any]] = [TextDisplay(f"{words.LIST_TITLE}\n{summary}")]
    items += [TextDisplay(_line(past)) for past in page]
    if total > PAGE_SIZE:
        newer = PageButton("newer", max(0, offset - PAGE_SIZE), disabled=offset == 0)
        older = PageButton("older", offset + PAGE_SIZE, disabled=offset + PAGE_SIZE >= total)
        items.append(ActionRow(newer, older))
    return LastingView(*items, colour=discord.Colour.blurple())


def _line(past: PastStream) -> str:
    stream = past.stream
    if stream.state is State.LIVE:
        length = words.LIVE_NOW
    elif past.duration_s is not None:
        length = duration(past.duration_s)
    elif stream.ended_at:
        length = duration((stream.ended_at - stream.started_at).total_seconds())
    else:
        length = words.NOT_ENDED
    return words.past_stream(stream, length, past.host.name, past.channel.id, is_recorded=past.has_recording)
