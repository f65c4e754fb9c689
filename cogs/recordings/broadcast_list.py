"""`/odyssey list`: past broadcasts, page by page; all of them, or those that somebody looks for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord.app_commands import Choice
from discord.ui import ActionRow, Item, TextDisplay

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.history import PastBroadcast
from bot.broadcast.rights import Deed
from bot.broadcast.wanted import Standing, Wanted
from cogs.kit import context, rights
from cogs.kit.answers import show
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.wording import broadcast_list as words
from cogs.wording import labels
from cogs.wording.period import period
from cogs.wording.recordings import time_on_air

PAGE_SIZE = 8
TEXT_LIMIT = 40
"""Characters of the words that are looked for: all that is asked for has to fit into the ID of a button."""
ID_LIMIT = 100
"""Discord's, of characters in it; some count as two."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_STANDINGS = {standing.value[0]: standing for standing in Standing}


class PageButton(
    LastingButton,
    template=r"odyssey:list:(?P<direction>newer|older):(?P<number>\d{1,9})"
    r"(?P<filters>:(?P<person>[0-9a-f]{0,16}):(?P<since>\d{0,6}):(?P<until>\d{0,6})"
    r":(?P<standing>[a-z]?):(?P<text>.*))?",
):
    """Turns to the page before or behind the broadcast of a number. It names all, so it needs no memory."""

    def __init__(
        self, direction: str, number: str | int, *, disabled: bool = False, **asked: str | None
    ) -> None:
        label = labels.NEWER if direction == "newer" else labels.OLDER
        filters = asked.get("filters") or ""
        super().__init__(label, f"odyssey:list:{direction}:{number}{filters}", disabled=disabled)
        self._direction, self._number = direction, int(number)
        self._is_of_an_earlier_version = not filters
        self._wanted = _read(asked)

    async def clicked(self, interaction: discord.Interaction) -> None:
        turn = {} if self._is_of_an_earlier_version else {f"{self._direction}_than": self._number}
        await show(interaction, await broadcast_list_page(interaction, self._wanted, **turn))


def wanted_of(
    person: discord.abc.Snowflake | None, when: str | None, state: str | None, text: str | None, now: datetime
) -> Wanted:
    """What was asked for with the command. Raises UNKNOWN_PERIOD."""
    found = period(when, now) if when else None
    if when and found is None:
        raise BroadcastError(Code.UNKNOWN_PERIOD)
    since, until = (found.since, found.until) if found else (None, None)
    standing = Standing(state) if state else None
    return Wanted(
        " ".join((text or "").split())[:TEXT_LIMIT], person.id if person else None, since, until, standing
    )


async def period_choices(interaction: discord.Interaction, typed: str) -> list[Choice[str]]:
    """How it is read what was typed so far; before that, some that are often asked for."""
    try:
        await rights.check(interaction, Deed.LIST)
    except BroadcastError:
        return []
    now = context.services(interaction).clock.now()
    offered = [typed] if typed.strip() else words.PERIODS
    read = ((each, period(each, now)) for each in offered)
    return [
        Choice(name=words.period_choice(each, found.since, found.until), value=each.strip())
        for each, found in read
        if found
    ]


async def broadcast_list_page(
    interaction: discord.Interaction,
    wanted: Wanted,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> LastingView:
    """A page of the server's broadcasts, newest first, as far as the user may view their channels.

    Raises SERVER_MODERATORS_ONLY.
    """
    await rights.check(interaction, Deed.LIST)
    guild_id = context.channel(interaction).guild_id
    history, viewed = context.services(interaction).history, await rights.viewed_channels(interaction)
    page = await history.past_broadcasts(
        guild_id, viewed, wanted, limit=PAGE_SIZE, older_than=older_than, newer_than=newer_than
    )
    chosen = words.chosen_by(wanted)
    summary = words.page_summary(page, is_chosen=bool(chosen))
    title = "\n".join(filter(None, (words.LIST_TITLE, chosen, summary)))
    items: list[Item[Any]] = [TextDisplay(title)]
    items += [TextDisplay(words.past_broadcast(past, _length(past))) for past in page.broadcasts]
    if page.has_newer or page.has_older:
        asked = _written(wanted)
        first, last = page.broadcasts[0].number or 0, page.broadcasts[-1].number or 0
        newer = PageButton("newer", first, disabled=not page.has_newer, **asked)
        older = PageButton("older", last, disabled=not page.has_older, **asked)
        items.append(ActionRow(newer, older))
    return LastingView(*items, colour=discord.Colour.blurple())


def _written(wanted: Wanted) -> dict[str, str]:
    """What is wanted as a button has it: days are counted, a person is a number in hexadecimal digits."""
    days = (str((at - _EPOCH) // _DAY) if at else "" for at in (wanted.since, wanted.until))
    person = "" if wanted.person_id is None else f"{wanted.person_id:x}"
    rest = ":".join(("", person, *days, wanted.standing.value[0] if wanted.standing else "", ""))
    room = ID_LIMIT - len("odyssey:list:older:") - 9 - len(rest)
    text = wanted.text
    while len(text.encode("utf-16-le", "replace")) // 2 > room:
        text = text[:-1]
    return {"filters": rest + text}


def _read(asked: dict[str, str | None]) -> Wanted:
    since, until = (
        _EPOCH + int(days) * _DAY if (days := asked.get(each)) else None for each in ("since", "until")
    )
    person = asked.get("person")
    return Wanted(
        asked.get("text") or "",
        int(person, 16) if person else None,
        since,
        until,
        _STANDINGS.get(asked.get("standing") or ""),
    )


def _length(past: PastBroadcast) -> str:
    """How long it was on air; or, where a crash left that unknown, how long its last stream was."""
    if not past.is_over:
        return words.LIVE_NOW
    length_s = past.streams[-1].length_s if past.on_air_s is None else past.on_air_s
    return words.NOT_ENDED if length_s is None else time_on_air(length_s)
