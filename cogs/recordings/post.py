"""How a recording is shown: as the post at a stream's end, and as the answer to `/odyssey recording`."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.ui import MediaGallery, TextDisplay

from bot.broadcast.model import Recording, Stream
from bot.worlds.artifacts import fetch_artifact
from cogs.kit.lasting_button import LastingView
from cogs.recordings.links import expires_at, is_link
from cogs.wording import recordings as words

log = logging.getLogger(__name__)

THUMBNAIL_LIMIT_BYTES = 2 * 2**20
PREVIEW_LIMIT_BYTES = 7 * 2**20
"""Together below the 10 MiB that Discord takes with a message."""
LINKS_LIMIT = 2900
"""Characters of links in one post; Discord allows 4000 of text in all, and prompt and names take theirs."""
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


async def fetch_stills(recording: Recording) -> Stills:
    """Fetches thumbnail and preview, each if it is there, small enough and to be had."""
    return Stills(
        thumbnail=await _fetch(recording.thumbnail_url, THUMBNAIL_LIMIT_BYTES),
        preview=await _fetch(recording.preview_url, PREVIEW_LIMIT_BYTES),
    )


class RecordingPost(LastingView):
    """A stream's recording: pictures that stay, links for as long as they work, duration and frame count."""

    def __init__(self, stream: Stream, host_name: str, recording: Recording, stills: Stills) -> None:
        pictures = [discord.MediaGalleryItem(file) for file in stills.files()]
        super().__init__(
            TextDisplay(words.recorded(stream, host_name, recording)),
            *([MediaGallery[Any](*pictures)] if pictures else []),
            TextDisplay(f"{_links(recording)}\n{words.stream_mark(stream)}"),
            colour=discord.Colour.green(),
        )


def no_recording_post(stream: Stream) -> LastingView:
    """Word that a stream's recording did not come."""
    return LastingView(TextDisplay(words.not_recorded(stream)), colour=discord.Colour.gold())


def _links(recording: Recording) -> str:
    """Links in the text, not as buttons: a presigned URL can be longer than a button's 512 characters.

    One that is no link, or too long, is left out.
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
            if len(" · ".join([*links, link])) <= LINKS_LIMIT:
                links.append(link)
                ends.append(expires_at(url, recording.fetched_at))
    if not links:
        return words.NO_LINKS
    until = words.links_work_until(min(ends), today=min(ends) - recording.fetched_at < A_DAY)
    return f"{' · '.join(links)}\n{until}"


async def _fetch(url: str | None, limit_bytes: int) -> bytes | None:
    if not url or not is_link(url):
        return None
    try:
        return await fetch_artifact(url, limit_bytes=limit_bytes)
    except Exception as error:  # noqa: BLE001 - the boundary of one picture: the post goes without it
        # The error's text may have the URL in it, and the URL is a secret.
        log.warning("an artifact could not be fetched: %s", type(error).__name__)
        return None
