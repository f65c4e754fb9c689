"""Spectators over WHEP: they watch a broadcast and cannot steer it (protocol page, "Spectators")."""

import asyncio
import hmac
import logging
import uuid

from aiohttp import hdrs, web

from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.refusals import RequestRefusedError
from bot.local.odyssey.rtc.peer import Peer, PeerRefusedError
from bot.local.odyssey.stream import LiveStream
from bot.local.odyssey.studio import Broadcast, Studio

logger = logging.getLogger(__name__)

BROADCASTS_PATH = "/broadcasts"
SPECTATORS_LIMIT = 200
CONNECT_LIMIT_S = 30.0


class Spectators:
    """`POST {webrtc_url}/whep?token=…` and `DELETE` of what it made."""

    def __init__(self, studio: Studio, *, loopback: bool) -> None:
        self._studio = studio
        self._loopback = loopback
        self._spectators: dict[str, Spectator] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve both calls."""
        router.add_post(f"{BROADCASTS_PATH}/{{stream_id}}/whep", self._join)
        router.add_delete(f"{BROADCASTS_PATH}/{{stream_id}}/whep/{{spectator_id}}", self._leave)

    async def close(self) -> None:
        """Let every spectator go."""
        for spectator in list(self._spectators.values()):
            await spectator.close()

    async def _join(self, request: web.Request) -> web.Response:
        stream = self._admit(request)
        offer = (await request.read()).decode(errors="replace")
        if len(self._spectators) >= SPECTATORS_LIMIT:
            raise RequestRefusedError(503, "Too many spectators.")
        peer = Peer(loopback=self._loopback)
        try:
            answer = await peer.answer(offer)
        except PeerRefusedError as error:
            await peer.close()
            raise RequestRefusedError(
                400, "The body must be a usable SDP offer.", why=f"bad SDP ({error})"
            ) from error
        spectator_id = uuid.uuid4().hex
        spectator = Spectator(peer, stream)
        self._spectators[spectator_id] = spectator
        spectator.task.add_done_callback(lambda _: self._spectators.pop(spectator_id, None))
        location = f"{origin_of(request)}{request.path}/{spectator_id}"
        return web.Response(
            status=201, text=answer, content_type="application/sdp", headers={hdrs.LOCATION: location}
        )

    async def _leave(self, request: web.Request) -> web.Response:
        spectator = self._spectators.get(request.match_info["spectator_id"])
        if spectator is None:
            raise RequestRefusedError(404, "No such spectator.")
        await spectator.close()
        return web.json_response({})

    def _admit(self, request: web.Request) -> LiveStream:
        """The live broadcast that the request's token lets in to."""
        broadcast = self._studio.broadcast(request.match_info["stream_id"])
        if broadcast is None or broadcast.stream is None or not broadcast.stream.is_live:
            raise RequestRefusedError(404, "No such broadcast.")
        require_token(request, broadcast)
        return broadcast.stream


def require_token(request: web.Request, broadcast: Broadcast) -> None:
    """Refuse with 401 a request whose query has not the broadcast's token."""
    given = request.query.get("token", "").encode(errors="replace")
    if not hmac.compare_digest(given, broadcast.token.encode()):
        raise RequestRefusedError(401, "Invalid spectator token.")


class Spectator:
    """One spectator's peer. Its task ends when the spectator leaves or is lost, or the stream ends."""

    def __init__(self, peer: Peer, stream: LiveStream) -> None:
        self._peer = peer
        self._stream = stream
        self._gone = asyncio.Event()
        peer.on_keyframe_request(stream.feed.ask_for_keyframe)
        peer.on_state(self._on_state)
        stream.feed.attach(peer.track, on_end=self._gone.set)
        self._patience = asyncio.get_running_loop().call_later(CONNECT_LIMIT_S, self._gone.set)
        self.task = asyncio.create_task(self._watch(), name=f"spectator of {stream.stream_id}")

    async def close(self) -> None:
        """Let the spectator go."""
        self._gone.set()
        await asyncio.wait([self.task])

    async def _watch(self) -> None:
        await self._gone.wait()
        self._patience.cancel()
        self._stream.feed.detach(self._peer.track)
        await self._peer.close()

    def _on_state(self, state: str) -> None:
        if state == "connected":
            self._patience.cancel()
        elif state in ("failed", "closed"):
            self._gone.set()
