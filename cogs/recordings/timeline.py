"""A broadcast's timeline in Discord, page by page."""

import re
from typing import Any

import discord
from discord.ui import ActionRow, TextDisplay

from bot.broadcast.history import PastBroadcast
from bot.broadcast.recordings.timeline import Moment, Timeline
from cogs.kit import context
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.kit.own_messages import RECORDING_BUTTONS
from cogs.recordings.finding import is_private, viewed_broadcast
from cogs.recordings.post import page_of
from cogs.wording import labels
from cogs.wording import recordings as words
from cogs.wording.text import fitting

PAGE_SIZE = 8


_TEMPLATE = (
    rf"{RECORDING_BUTTONS}timeline:(?P<broadcast_id>[\w-]+):(?P<page>\d{{1,5}})"
    r"(?::(?P<looks>[0-9a-f]{16}))?"
)


class TimelineButton(LastingButton, template=_TEMPLATE):
    """Shows a page, which it names, so it needs no memory.

    In a post it says besides what that `looks` like: so it is known of one that nobody remembers.
    """

    def __init__(
        self,
        broadcast_id: str,
        page: str | int = 0,
        looks: str | None = None,
        *,
        label: str = labels.TIMELINE,
        disabled: bool = False,
    ) -> None:
        custom_id = ":".join(filter(None, [f"{RECORDING_BUTTONS}timeline", broadcast_id, str(page), looks]))
        super().__init__(label, custom_id, disabled=disabled)
        self._broadcast_id = broadcast_id
        self._page = int(page)

    async def clicked(self, interaction: discord.Interaction) -> None:
        services, in_place = context.services(interaction), is_private(interaction)
        async with acknowledging(interaction, in_place=in_place):
            past = await viewed_broadcast(interaction, self._broadcast_id)
            timeline = await services.timelines.of(past)
        view = timeline_page(past, timeline, self._page, services.watch_base_url)
        await (show(interaction, view) if in_place else tell(interaction, view=view))


def timeline_page(past: PastBroadcast, timeline: Timeline, page: int, base: str | None) -> LastingView:
    """One page of it, the last one if there are fewer; with `base` each moment leads into the recording."""
    moments, link = timeline.moments, page_of(past, base)
    last_page = max(0, len(moments) - 1) // PAGE_SIZE
    page = min(page, last_page)
    first = page * PAGE_SIZE
    shown = moments[first : first + PAGE_SIZE]
    lines = [words.timeline_summary(past, first + 1, first + len(shown), len(moments))]
    for before, each in zip((None, *shown), shown, strict=False):
        if len(timeline.chapters) > 1 and (before is None or before.chapter != each.chapter):
            lines += [words.timeline_chapter(one) for one in timeline.chapters if one.number == each.chapter]
        lines.append(words.moment(each, _link_to(each, link)))
    turns = ActionRow[Any](
        TimelineButton(past.broadcast.id, max(0, page - 1), label=labels.EARLIER_PART, disabled=page == 0),
        TimelineButton(past.broadcast.id, page + 1, label=labels.LATER_PART, disabled=page == last_page),
    )
    return LastingView(
        TextDisplay(fitting(lines)), *([turns] if last_page else []), colour=discord.Colour.blurple()
    )


def looks_by(custom_id: str) -> str | None:
    """What a post looks like, by the ID of one of its buttons, if that says so."""
    found = re.fullmatch(_TEMPLATE, custom_id)
    return found["looks"] if found else None


def _link_to(moment: Moment, link: str | None) -> str | None:
    return f"{link}?t={int(moment.in_all_s)}" if link and moment.in_all_s is not None else None
