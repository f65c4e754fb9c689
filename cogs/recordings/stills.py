"""What a post of recordings shows as files of its own, which do not expire: the film, or small artifacts."""

import io
import logging
from dataclasses import dataclass

import discord

from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.model import Recording, Stream
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.links import is_link
from bot.broadcast.recordings.timelines import ReadFile
from bot.worlds.artifacts import FetchArtifact

log = logging.getLogger(__name__)

PICTURE_LIMIT_BYTES = 2 * 2**20
PREVIEW_LIMIT_BYTES = 7 * 2**20
"""Together below the 10 MiB that Discord takes with a message anywhere."""
ROOM_BYTES = 2**18
"""Of what a server takes, for all of a message but its files."""


@dataclass(frozen=True, slots=True)
class Stills:
    """The files, by the names that they get in Discord."""

    contents: tuple[tuple[str, bytes], ...] = ()

    def files(self) -> list[discord.File]:
        """As they are sent along with a `RecordingPost` of these."""
        return [discord.File(io.BytesIO(content), name) for name, content in self.contents]


@dataclass(frozen=True, slots=True)
class StillsSource:
    """Where they come from: the archive, and what is not kept from the service."""

    read: ReadFile
    fetch: FetchArtifact

    async def of_stream(self, past: PastBroadcast, stream: Stream, recording: Recording) -> Stills:
        """A stream's thumbnail and preview, each if it is there, small enough and to be had."""
        wanted = (
            ("thumbnail.jpg", FileKind.THUMBNAIL, recording.thumbnail_url, PICTURE_LIMIT_BYTES),
            ("preview.mp4", FileKind.PREVIEW, recording.preview_url, PREVIEW_LIMIT_BYTES),
        )
        found = []
        for name, kind, url, limit_bytes in wanted:
            content = await self._kept(past.file(kind, stream), limit_bytes)
            found.append((name, content or await self._fetched(url, limit_bytes)))
        return Stills(tuple((name, content) for name, content in found if content))

    async def of_film(self, past: PastBroadcast, limit_bytes: int) -> Stills:
        """The film itself where the server takes it, else how it looks; and the contact sheet beside it."""
        sheet = await self._kept(past.file(FileKind.CONTACT_SHEET), PICTURE_LIMIT_BYTES)
        room_bytes = limit_bytes - ROOM_BYTES - len(sheet or b"")
        film = await self._kept(past.film, room_bytes)
        poster = None if film else await self._kept(past.file(FileKind.POSTER), PICTURE_LIMIT_BYTES)
        found = (("film.mp4", film), ("poster.jpg", poster), ("contact-sheet.jpg", sheet))
        return Stills(tuple((name, content) for name, content in found if content))

    async def _kept(self, file: KeptFile | None, limit_bytes: int) -> bytes | None:
        if file is None or not 0 < file.size_bytes <= limit_bytes:
            return None
        try:
            return b"".join([part async for part in self.read(file)])
        except ArchiveError as error:
            log.warning("kept file %s cannot be posted: %s", file.id, error.trouble.value)
            return None

    async def _fetched(self, url: str | None, limit_bytes: int) -> bytes | None:
        if not url or not is_link(url):
            return None
        try:
            return await self.fetch(url, limit_bytes=limit_bytes)
        except Exception as error:  # noqa: BLE001 - the boundary of one picture: the post goes without it
            # The error's text may have the URL in it, and the URL is a secret.
            log.warning("an artifact could not be fetched: %s", type(error).__name__)
            return None
