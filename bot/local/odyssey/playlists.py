"""Spectators over HLS: playlist, initialisation and segments, each with the spectator token in its URL."""

import asyncio

from aiohttp import hdrs, web

from bot.local.odyssey.refusals import RequestRefusedError
from bot.local.odyssey.spectators import BROADCASTS_PATH, require_token
from bot.local.odyssey.studio import Broadcast, Studio

FIRST_SEGMENT_LIMIT_S = 8.0


class Playlists:
    """`GET {broadcast}/hls/index.m3u8` and what it lists."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the calls."""
        root = f"{BROADCASTS_PATH}/{{stream_id}}/hls"
        router.add_get(f"{root}/index.m3u8", self._playlist)
        router.add_get(f"{root}/init.mp4", self._init)
        router.add_get(f"{root}/{{number:[0-9]{{1,9}}}}.m4s", self._segment)

    async def _playlist(self, request: web.Request) -> web.Response:
        broadcast = self._admit(request)
        if broadcast.stream is not None:
            try:
                async with asyncio.timeout(FIRST_SEGMENT_LIMIT_S):
                    await broadcast.stream.first_segment.wait()  # players give up on an empty playlist
            except TimeoutError as error:
                raise RequestRefusedError(503, "The broadcast has no segment yet.") from error
        return web.Response(
            text=broadcast.hls.playlist(request.query_string),
            content_type="application/vnd.apple.mpegurl",
            headers={hdrs.CACHE_CONTROL: "no-store"},
        )

    async def _init(self, request: web.Request) -> web.Response:
        return web.Response(body=self._admit(request).hls.init, content_type="video/mp4")

    async def _segment(self, request: web.Request) -> web.Response:
        segment = self._admit(request).hls.segment(int(request.match_info["number"]))
        if segment is None:
            raise RequestRefusedError(404, "No such segment, or it is too old.")
        return web.Response(body=segment.data, content_type="video/iso.segment")

    def _admit(self, request: web.Request) -> Broadcast:
        broadcast = self._studio.broadcast(request.match_info["stream_id"])
        if broadcast is None:
            raise RequestRefusedError(404, "No such broadcast.")
        require_token(request, broadcast)
        return broadcast
