"""Reads one stream's playlist from the service: at most once a second, and only when asked to."""

import asyncio
import logging
from http import HTTPStatus

from bot.broadcast.clock import Clock
from bot.web.playlist.addresses import absolute
from bot.web.playlist.reading import MalformedPlaylistError, read_playlist
from bot.web.playlist.segments import MasterPlaylist
from bot.web.playlist.stream import StreamPlaylist
from bot.worlds.playlists import ReadPlaylist

log = logging.getLogger(__name__)

PAUSE_S = 1.0
_GONE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Source:
    """Keeps one stream's playlist up to date while somebody asks for it."""

    def __init__(self, stream: StreamPlaylist, read: ReadPlaylist, clock: Clock) -> None:
        self.stream = stream
        self.is_read = asyncio.Event()
        """Whether nothing is under way."""
        self.is_read.set()
        self._read = read
        self._clock = clock
        self._due_at = clock.steady()
        self._variant: str | None = None
        """Where the segments are listed: the address itself, or where a choice of playlists led."""

    def claim(self) -> bool:
        """Whether it is to be read now: whoever is told so has to, and nobody else is told meanwhile."""
        now = self._clock.steady()
        if not self.is_read.is_set() or now < self._due_at:
            return False
        self._due_at = now + PAUSE_S
        self.is_read.clear()
        return True

    async def refresh(self) -> None:
        """Reads it once, for whoever claimed it."""
        try:
            await self._refresh()
        except MalformedPlaylistError:
            log.info("a playlist of the service cannot be read")
        except Exception:  # the boundary of one reading: what is listed stays as it is
            log.exception("a playlist of the service was not read")
        finally:
            self.is_read.set()

    async def _refresh(self) -> None:
        address = self._variant or self.stream.address
        for _ in range(2):
            answer = await self._read(address)
            if answer is None:
                return
            if answer.status in _GONE:
                self._variant = None
                self.stream.refused()
                return
            if answer.status != HTTPStatus.OK or absolute(answer.url, address) is None:
                return
            playlist = read_playlist(answer.text, answer.url)
            if not isinstance(playlist, MasterPlaylist):
                self._variant = address
                self.stream.read(playlist, self._clock.steady())
                return
            address = playlist.variant
        raise MalformedPlaylistError
