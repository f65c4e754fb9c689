"""What people read of recordings: the posts at a stream's end, and the list of past streams."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.broadcast.model import Recording, Stream
from cogs.wording.panel import hosted_by
from cogs.wording.text import as_code, duration, plain

NO_RECORDING_TITLE = "## 🎬 No recording yet"
FULL_VIDEO, PREVIEW, THUMBNAIL = "Full video", "Preview", "Thumbnail"
NO_LINKS = "Odyssey gave no link to the video. Try `/odyssey recording` later."
LIVE_NOW, NOT_ENDED = "live now", "not ended"
LIST_TITLE = "## Past streams"


def recorded(stream: Stream, host_name: str, recording: Recording) -> str:
    """Over a recording: what was asked for, by whom, how long it is."""
    facts = [hosted_by(host_name)]
    if recording.duration_s is not None:
        facts.append(duration(recording.duration_s))
    if recording.frame_count is not None:
        facts.append(f"{recording.frame_count} frames")
    return f"## 🎬 Recording\n> {plain(stream.prompt)}\n{' · '.join(facts)}"


def not_recorded(stream: Stream) -> str:
    return (
        f"{NO_RECORDING_TITLE}\n> {plain(stream.prompt)}\n"
        "Odyssey has not delivered the recording of this stream. When it comes, it is shown here; or "
        f"try `/odyssey recording` later.\n{stream_mark(stream)}"
    )


def stream_mark(stream: Stream) -> str:
    """The line by which a stream's posts are known. Prompts and names cannot have it: `plain` escapes it."""
    return f"-# Stream {as_code(stream.shown_id)}"


def links_work_until(end: datetime, *, today: bool) -> str:
    when = discord.utils.format_dt(end, "t" if today else "f")
    return f"-# The links work until {when}; `/odyssey recording` gives fresh ones."


def page_summary(first: int, last: int, total: int) -> str:
    """Which of the streams a page shows; the list begins with 1."""
    if not total:
        return "There are none yet. Start a broadcast with `/odyssey start`."
    return f"{first} to {last} of {total}, newest first"


def past_stream(stream: Stream, length: str, host_name: str, channel_id: int, *, is_recorded: bool) -> str:
    facts = [
        discord.utils.format_dt(stream.started_at, "f"),
        length,
        plain(host_name, limit=32),
        f"<#{channel_id}>",
        "recorded" if is_recorded else "no recording yet",
    ]
    return f"**{plain(stream.prompt, limit=100)}**\n{' · '.join(facts)}\n-# {as_code(stream.shown_id)}"


def choice(stream: Stream, limit: int) -> str:
    """A stream in a list to choose from; `limit` is in characters of all."""
    when = stream.started_at.strftime("%d %b %H:%M UTC")
    room = limit - len(when) - len(" · ")
    return f"{when} · {stream.prompt if len(stream.prompt) <= room else stream.prompt[: room - 1] + '…'}"
