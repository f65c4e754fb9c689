"""How a broadcast's recordings are shown: in its post, and in the answer to `/odyssey recording`."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.ui import ActionRow, Item, MediaGallery, TextDisplay

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Recording
from bot.broadcast.recordings.links import expires_at, is_link
from bot.worlds.artifacts import FetchArtifact
from cogs.kit.lasting_button import LastingView
from cogs.wording import recordings as words
from cogs.wording.text import MESSAGE_LIMIT

log = logging.getLogger(__name__)

THUMBNAIL_LIMIT_BYTES = 2 * 2**20
PREVIEW_LIMIT_BYTES = 7 * 2**20
"""Together below the 10 MiB that Discord takes with a message."""
LISTED_LIMIT = 10
"""Lines of streams in one post: more would bury the channel, and all are in the menus."""
MARKS_LIMIT = 300
"""Characters of what stands below the links: when they end, and by which IDs all is found again."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stills:
    """A recording's small artifacts, as far as they could be fetched: posted as files, they do not expire."""

    thumbnail: bytes | None = None
    preview: bytes | None = None

    def files(self) -> list[discord.File]:
        """The files to send along with a `RecordingPost` of these."""
        return [
            discord.File(io.BytesIO(content), name)
            for name, content in (("thumbnail.jpg", self.thumbnail), ("preview.mp4", self.preview))
            if content
        ]


async def fetch_stills(recording: Recording, fetch: FetchArtifact) -> Stills:
    """Fetches thumbnail and preview, each if it is there, small enough and to be had."""
    return Stills(
        thumbnail=await _fetched(fetch, recording.thumbnail_url, THUMBNAIL_LIMIT_BYTES),
        preview=await _fetched(fetch, recording.preview_url, PREVIEW_LIMIT_BYTES),
    )


class RecordingPost(LastingView):
    """A broadcast's recordings: one stream with pictures that stay and links, the others to choose from."""

    def __init__(
        self,
        past: PastBroadcast,
        shown: PastStream,
        recording: Recording,
        stills: Stills,
        menus: Sequence[Item[Any]] = (),
    ) -> None:
        is_alone = past.is_over and len(past.streams) == 1
        head = words.recorded(past, shown, recording) if is_alone else words.recorded_so_far(past)
        caption = "" if is_alone else words.shown_stream(past, shown, recording)
        room = MESSAGE_LIMIT - len(head) - len(caption) - MARKS_LIMIT
        links = "\n".join(filter(None, [caption, _links(recording, room), words.stream_mark(shown.stream)]))
        room = MESSAGE_LIMIT - len(head) - len(links) - len(words.mark(past))
        pictures = [discord.MediaGalleryItem(file) for file in stills.files()]
        others = [TextDisplay[Any]("\n".join([*_lines(past, room), words.mark(past)]))]
        super().__init__(
            TextDisplay(head),
            *([MediaGallery[Any](*pictures)] if pictures else []),
            TextDisplay(links),
            *(others if len(past.streams) > 1 else []),
            *(ActionRow[Any](menu) for menu in menus),
            colour=discord.Colour.green(),
        )


def no_recording_post(past: PastBroadcast) -> LastingView:
    """Word that a broadcast's recording did not come."""
    return LastingView(TextDisplay(words.not_recorded(past)), colour=discord.Colour.gold())


def _lines(past: PastBroadcast, room: int) -> list[str]:
    """The last streams, a line each, as far as there is room in characters."""
    last = past.newest.stream.number if past.newest else 0
    listed = [
        words.stream_line(past, each) for each in past.streams if past.is_over or each.stream.number <= last
    ]
    lines = listed[-LISTED_LIMIT:]
    room -= len(words.earlier_streams(len(listed))) + 1
    while lines and len("\n".join(lines)) + 1 > room:
        del lines[0]
    earlier = len(listed) - len(lines)
    return [words.earlier_streams(earlier), *lines] if earlier else lines


def _links(recording: Recording, room: int) -> str:
    """Links in the text, not as buttons: a presigned URL can be longer than a button's 512 characters.

    One that is no link, or too long for the `room` in characters, is left out.
    """
    candidates = (
        (words.FULL_VIDEO, recording.video_url),
        (words.PREVIEW, recording.preview_url),
        (words.THUMBNAIL, recording.thumbnail_url),
    )
    links: list[str] = []
    ends: list[datetime] = []
    for name, url in candidates:
        if url and is_link(url):
            link = f"**[{name}]({url.replace('(', '%28').replace(')', '%29')})**"
            if len(" · ".join([*links, link])) <= room:
                links.append(link)
                ends.append(expires_at(url, recording.fetched_at))
    if not links:
        return words.NO_LINKS
    until = words.links_work_until(min(ends), today=min(ends) - recording.fetched_at < A_DAY)
    return f"{' · '.join(links)}\n{until}"


async def _fetched(fetch: FetchArtifact, url: str | None, limit_bytes: int) -> bytes | None:
    if not url or not is_link(url):
        return None
    try:
        return await fetch(url, limit_bytes=limit_bytes)
    except Exception as error:  # noqa: BLE001 - the boundary of one picture: the post goes without it
        # The error's text may have the URL in it, and the URL is a secret.
        log.warning("an artifact could not be fetched: %s", type(error).__name__)
        return None
