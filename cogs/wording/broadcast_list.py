"""What people read of a server's past broadcasts: the list, and those to choose from while they type."""

from datetime import datetime, timedelta

import discord

from bot.broadcast.history import PastBroadcast
from bot.broadcast.wanted import COUNTED, Offered, Page, Wanted
from cogs.wording.recordings import NOT_THERE_YET, mark, streams
from cogs.wording.text import named, plain

LIST_TITLE = "## Past broadcasts"
LIVE_NOW, NOT_ENDED = "live now", "not ended"
NO_BROADCASTS = "There are none yet. Start a broadcast with `/odyssey start`."
PERIODS = (
    "today",
    "yesterday",
    "this week",
    "last week",
    "this month",
    "last month",
    "last 90 days",
    "this year",
)
"""Offered before anything is typed."""
NONE_FITS = "None fits. Leave something out, or try other words."


def page_summary(page: Page, *, is_chosen: bool) -> str:
    """Which of the broadcasts a page shows; they were chosen, or are all that there are."""
    if not page.broadcasts:
        return NONE_FITS if is_chosen else NO_BROADCASTS
    total = str(page.counted)
    if page.total is None:
        total = f"more than {total}" if page.counted == COUNTED else f"at least {total}"
    if page.first is None:
        return f"Behind the newest {page.counted}, newest first"
    return f"{page.first} to {page.first + len(page.broadcasts) - 1} of {total}, newest first"


def chosen_by(wanted: Wanted) -> str:
    """What was asked for, over a list that has only that."""
    facts = [
        *([f"with <@{wanted.person_id}>"] if wanted.person_id is not None else []),
        *([period(wanted.since, wanted.until)] if wanted.since or wanted.until else []),
        *([wanted.standing.value] if wanted.standing else []),
        *([f"“{plain(wanted.text)}”"] if wanted.text else []),
    ]
    return " · ".join(facts)


def past_broadcast(past: PastBroadcast, length: str) -> str:
    """One entry of the list."""
    broadcast = past.broadcast
    facts = [
        discord.utils.format_dt(broadcast.live_at or broadcast.requested_at, "f"),
        length,
        *([streams(len(past.streams))] if len(past.streams) > 1 else []),
        named(broadcast.host, 32),
        f"<#{broadcast.channel.id}>",
        _recorded_of(past),
    ]
    title = f"**#{past.number} {plain(broadcast.prompt, limit=100)}**"
    return f"{title}\n{' · '.join(facts)}\n{mark(past)}"


def choice(offered: Offered, limit: int) -> str:
    """A broadcast in a list to choose from; `limit` is in characters of all."""
    facts = [f"#{offered.number}", offered.at.strftime("%d %b %Y %H:%M UTC")]
    if offered.streams > 1:
        facts.append(streams(offered.streams))
    prompt, room = offered.prompt, limit - len(" · ".join([*facts, ""]))
    return " · ".join([*facts, prompt if len(prompt) <= room else prompt[: room - 1] + "…"])


def period_choice(typed: str, since: datetime | None, until: datetime | None) -> str:
    """A period as it was typed, and how it is read."""
    read = period(since, until)
    return f"{typed.strip()} ({read})"


def period(since: datetime | None, until: datetime | None) -> str:
    """Days, such as `14 Jul 2026` or `14 Jul 2026 to 20 Jul 2026`; `until` is the first moment after them."""
    last = until and until - timedelta(days=1)
    if since and last:
        days = _day(since) if since >= last else f"{_day(since)} to {_day(last)}"
    else:
        days = f"since {_day(since)}" if since else f"until {_day(last)}" if last else ""
    return days


def _day(date: datetime) -> str:
    return f"{date.day} {date:%b} {date.year}"


def _recorded_of(past: PastBroadcast) -> str:
    if not past.recorded:
        return NOT_THERE_YET
    missing = len(past.streams) - len(past.recorded)
    return f"{len(past.recorded)} recorded" if missing else "recorded"
