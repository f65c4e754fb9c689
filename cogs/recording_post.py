"""How a recording is shown: as the post at a stream's end, and as the answer to `/odyssey recording`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import discord
from discord.ui import Container, LayoutView, MediaGallery, TextDisplay

from bot.artifacts import fetch_artifact
from bot.broadcast.model import Recording, Stream
from cogs import wording
from cogs.wording import as_code, plain

LINK_LIFETIME = timedelta(hours=1)
"""How long the service's links work."""
THUMBNAIL_LIMIT_BYTES = 2 * 2**20
PREVIEW_LIMIT_BYTES = 7 * 2**20
"""Together below the 10 MiB that Discord takes with a message."""
LINKS_LIMIT = 3500
"""Characters of links in one post; Discord allows 4000 of text in all."""


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
    """Fetches thumbnail and preview, each if it is there and small enough."""
    return Stills(
        thumbnail=await _fetch(recording.thumbnail_url, THUMBNAIL_LIMIT_BYTES),
        preview=await _fetch(recording.preview_url, PREVIEW_LIMIT_BYTES),
    )


class RecordingPost(LayoutView):
    """A stream's recording: pictures that stay, links that work for an hour, duration and frame count."""

    def __init__(self, stream: Stream, host_name: str, recording: Recording, stills: Stills) -> None:
        super().__init__(timeout=None)
        container: Container[RecordingPost] = Container(accent_colour=discord.Colour.green())
        container.add_item(
            TextDisplay(f"## 🎬 Recording\n> {plain(stream.prompt)}\n{_facts(host_name, recording)}")
        )
        gallery: MediaGallery[RecordingPost] = MediaGallery()
        for file in stills.files():
            gallery.add_item(media=file)
        if gallery.items:
            container.add_item(gallery)
        expires_at = recording.fetched_at + LINK_LIFETIME
        container.add_item(
            TextDisplay(
                f"{_links(recording)}\n"
                f"-# The links work until {discord.utils.format_dt(expires_at, 't')}; "
                f"`/odyssey recording` gives fresh ones.\n-# Stream {as_code(stream.id)}"
            )
        )
        self.add_item(container)


class NoRecordingPost(LayoutView):
    """Word that a stream's recording did not come."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(timeout=None)
        container: Container[NoRecordingPost] = Container(accent_colour=discord.Colour.gold())
        container.add_item(
            TextDisplay(
                f"## 🎬 No recording yet\n> {plain(stream.prompt)}\n"
                "Odyssey has not delivered the recording of this stream. It may still come: "
                f"try `/odyssey recording` later.\n-# Stream {as_code(stream.id)}"
            )
        )
        self.add_item(container)


def _facts(host_name: str, recording: Recording) -> str:
    facts = [f"Hosted by **{plain(host_name)}**"]
    if recording.duration_s is not None:
        facts.append(wording.duration(recording.duration_s))
    if recording.frame_count is not None:
        facts.append(f"{recording.frame_count} frames")
    return " · ".join(facts)


def _links(recording: Recording) -> str:
    """Links in the text, not as buttons: a presigned URL can be longer than a button's 512 characters."""
    candidates = (
        ("Full video", recording.video_url),
        ("Preview", recording.preview_url),
        ("Thumbnail", recording.thumbnail_url),
    )
    links: list[str] = []
    for name, url in candidates:
        if url and _is_link(url):
            link = f"**[{name}]({url.replace('(', '%28').replace(')', '%29')})**"
            if len(" · ".join([*links, link])) <= LINKS_LIMIT:
                links.append(link)
    return " · ".join(links) or "Odyssey gave no link to the video."


def _is_link(url: str) -> bool:
    """Whether a URL from the service may stand in a post."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and url.isprintable() and not set(url) & set(" <>")


async def _fetch(url: str | None, limit_bytes: int) -> bytes | None:
    return await fetch_artifact(url, limit_bytes=limit_bytes) if url and _is_link(url) else None
