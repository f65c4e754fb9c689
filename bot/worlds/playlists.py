"""Playlists of the service, for the watch page's own."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.odyssey import OdysseyError, open_http

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""A service may hold a playlist back until there is a segment in it."""
LIMIT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class PlaylistAnswer:
    """What came from an address; `url` is where from in the end, when that redirects."""

    status: int
    url: str
    text: str


ReadPlaylist = Callable[[str], Awaitable[PlaylistAnswer | None]]
"""Gets a playlist by its address, a secret, in `TIMEOUT_S` and `LIMIT_BYTES`; None if it cannot be had so."""


@asynccontextmanager
async def playlist_reader(service: str) -> AsyncIterator[ReadPlaylist]:
    """Reads playlists of the `service`, over connections that stay open until it is left."""
    async with open_http(service) as http:

        async def read(url: str) -> PlaylistAnswer | None:
            try:
                answer = await http.request("GET", url, timeout_s=TIMEOUT_S, limit_bytes=LIMIT_BYTES)
            except OdysseyError as error:
                log.info("a playlist could not be read: %s (%s)", error.message, error.code)
                return None
            return PlaylistAnswer(answer.status, answer.url, answer.body.decode(errors="replace"))

        yield read
