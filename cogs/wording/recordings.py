"""What people read of recordings: a broadcast's post, the answers about it, the list of past broadcasts."""

import re
from collections.abc import Sequence
from datetime import datetime

import discord

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Recording, Stream, Viewer
from bot.broadcast.recordings.timeline import Chapter, Moment
from cogs.wording.panel import hosted_by
from cogs.wording.text import as_code, duration, length, named, plain

RECORDING_TITLE = "## 🎬 Recording"
GROWING_TITLE = "## 🎬 Recording so far"
NO_RECORDING_TITLE = "## 🎬 No recording yet"
RECORDING_IS_BELOW = "The recording is further down."
FULL_VIDEO, PREVIEW, THUMBNAIL = "Full video", "Preview", "Thumbnail"
NO_LINKS = "Odyssey gave no link to the video. Try `/odyssey recording` later."
NOT_THERE_YET = "no recording yet"
TIMELINE_TITLE = "## Timeline"
NOTHING_HAPPENED = "No idea was sent in this broadcast."
NOT_TAKEN = "Odyssey did not take it"
LINK_REVOKED = "The link leads nowhere any more. **New link** makes another one."
LINK_RENEWED = "There is a new link. The one before leads nowhere any more."
PROMPT_SHOWN, LINE_SHOWN = 100, 48
"""Characters of a stream's prompt below its pictures, and in a line of many."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?…。！？])\s+")


def recorded(past: PastBroadcast, shown: PastStream, recording: Recording) -> str:
    """Over a recording of which there is only one: what was asked for, by whom, how long it is."""
    facts = [hosted_by(past.broadcast.host), *_facts(shown, recording)]
    return f"{RECORDING_TITLE}\n> {plain(shown.stream.prompt)}\n{' · '.join(facts)}"


def recorded_so_far(past: PastBroadcast) -> str:
    """Over the recordings of a broadcast of several streams, or of one that may have more."""
    missing = len(past.streams) - len(past.recorded) if past.is_over else 0
    facts = [hosted_by(past.broadcast.host)]
    if not past.is_over:
        facts.append("still on air")
    elif past.on_air_s is not None:
        facts.append(f"{time_on_air(past.on_air_s)} on air")
    facts.append(streams(len(past.streams) if past.is_over else len(past.recorded)))
    if missing:
        facts.append(f"{missing} with {NOT_THERE_YET}")
    title = RECORDING_TITLE if past.is_over else GROWING_TITLE
    return f"{title}\n> {plain(past.broadcast.prompt)}\n{' · '.join(facts)}"


def shown_stream(past: PastBroadcast, shown: PastStream, recording: Recording) -> str:
    """Below the pictures of one stream of several; its prompt too, unless that stands above them."""
    facts = [f"**Stream {shown.stream.number}**", *_facts(shown, recording)]
    is_said = shown.stream.prompt == past.broadcast.prompt
    prompt = "" if is_said else f"\n> {plain(scene(past, shown), PROMPT_SHOWN)}"
    return f"{' · '.join(facts)}{prompt}"


def scene(past: PastBroadcast, each: PastStream) -> str:
    """What a stream began with, unlike those before: the last sentence, if it goes on from the opening."""
    prompt = each.stream.prompt
    if prompt == past.broadcast.prompt or not prompt.startswith(past.broadcast.prompt):
        return prompt
    return _SENTENCE_ENDS.split(prompt.strip())[-1]


def stream_line(past: PastBroadcast, each: PastStream) -> str:
    """One stream in the list of a broadcast's."""
    facts = [f"**{each.stream.number}**", stream_length(each), plain(scene(past, each), LINE_SHOWN)]
    return f"-# {' · '.join(facts)}"


def stream_length(past: PastStream) -> str:
    """How long a stream's recording is; or that there is none yet."""
    if not past.has_recording:
        return NOT_THERE_YET
    return "recorded" if past.length_s is None else duration(past.length_s)


def earlier_streams(count: int) -> str:
    """Over the list, when it has not all of them."""
    return f"-# {count} earlier {'one is' if count == 1 else 'ones are'} in the menu below."


def menu_of_streams(first: str, last: str) -> str:
    """What stands in a menu of streams while nothing is chosen."""
    return f"Watch a stream: {first} to {last}"


def not_recorded(past: PastBroadcast) -> str:
    """Word that a broadcast's recording did not come."""
    what = "recording of this stream" if len(past.streams) == 1 else "recordings of this broadcast"
    return (
        f"{NO_RECORDING_TITLE}\n> {plain(past.broadcast.prompt)}\n"
        f"Odyssey has not delivered the {what}. When it comes, it is shown here; or "
        f"try `/odyssey recording` later.\n{mark(past)}"
    )


def mark(past: PastBroadcast) -> str:
    """The line by which a broadcast's post is known, now or as the broadcast goes on: see `marks`."""
    if len(past.streams) == 1:
        return stream_mark(past.streams[0].stream)
    return f"-# Broadcast {as_code(past.broadcast.id)}"


def marks(past: PastBroadcast) -> set[str]:
    """All lines by which a broadcast's post is known. Prompts and names cannot have them: `plain` escapes."""
    return {mark(past), *(stream_mark(each.stream) for each in past.streams)}


def stream_mark(stream: Stream) -> str:
    """The ID by which a stream is found again."""
    return f"-# Stream {as_code(stream.shown_id)}"


def links_work_until(end: datetime, *, today: bool) -> str:
    when = discord.utils.format_dt(end, "t" if today else "f")
    return f"-# The links work until {when}; **Fresh links** gives new ones at any time."


def timeline_summary(past: PastBroadcast, first: int, last: int, total: int) -> str:
    """Which of the moments a page shows; the first is 1."""
    count = f"{first} to {last} of {total}" if total else NOTHING_HAPPENED
    return f"{TIMELINE_TITLE}\n> {plain(past.broadcast.prompt, PROMPT_SHOWN)}\n{count}"


def timeline_chapter(chapter: Chapter) -> str:
    """Over the moments of one stream of several."""
    return f"**Stream {chapter.number}** · {plain(chapter.prompt, LINE_SHOWN)}"


def moment(moment: Moment, link: str | None) -> str:
    """A line of the timeline: when, who asked, what was sent, what the service made of it."""
    at = clock_time(moment.in_chapter_s if moment.in_all_s is None else moment.in_all_s)
    when = f"[`{at}`]({link})" if link else f"`{at}`"
    who = asked_by(moment.by)
    made = ""
    if moment.made is None:
        made = f"\n-# {NOT_TAKEN}"
    elif moment.made != moment.said:
        made = f"\n-# {plain(moment.made, PROMPT_SHOWN)}"
    return f"{when} {plain(moment.said, PROMPT_SHOWN)}{f' · {who}' if who else ''}{made}"


def asked_by(people: Sequence[Viewer]) -> str:
    """Such as `Mika` or `Mika and 2 others`."""
    if not people:
        return ""
    first, others = f"**{named(people[0], 32)}**", len(people) - 1
    return f"{first} and {others} {'other' if others == 1 else 'others'}" if others else first


def clock_time(seconds: float) -> str:
    """Such as `1:23` or `1:02:03`: where something is in a film."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def streams(count: int) -> str:
    """Such as `1 stream` or `5 streams`."""
    return f"{count} {'stream' if count == 1 else 'streams'}"


def time_on_air(seconds: float) -> str:
    """How long a broadcast was on air: to the second while that is less than an hour."""
    return duration(seconds) if seconds < 3600 else length(round(seconds / 60))


def _facts(shown: PastStream, recording: Recording) -> list[str]:
    length_s = shown.duration_s if recording.duration_s is None else recording.duration_s
    frames = shown.frame_count if recording.frame_count is None else recording.frame_count
    return [
        *([] if length_s is None else [duration(length_s)]),
        *([] if frames is None else [f"{frames} frames"]),
    ]
