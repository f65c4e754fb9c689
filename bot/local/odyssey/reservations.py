"""REST calls that lead to a streamer: regions, a reservation, and its session token."""

from aiohttp import web

from bot.local.odyssey.access import Access
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.refusals import RequestRefusedError, read_json
from bot.local.odyssey.sessions import Sessions
from bot.local.odyssey.settings import StandinSettings
from bot.local.odyssey.tokens import Signer

SIGNALLING_PATH = "/signalling"


class Reservations:
    """`GET /regions`, `POST /sessions/request` and `POST /sessions/token`."""

    def __init__(self, access: Access, sessions: Sessions, signer: Signer, settings: StandinSettings) -> None:
        self._access = access
        self._sessions = sessions
        self._signer = signer
        self._token_lifetime_s = settings.session_token_lifetime_s
        self._capabilities = {"image_to_video": settings.image_to_video}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the calls."""
        router.add_get("/regions", self._regions)
        router.add_get("/ping", self._ping)
        router.add_post("/sessions/request", self._request)
        router.add_post("/sessions/token", self._token)

    async def _regions(self, request: web.Request) -> web.Response:
        self._access.require_bearer(request)
        return web.json_response({"regions": [{"id": "local", "ping_url": f"{origin_of(request)}/ping"}]})

    async def _ping(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _request(self, request: web.Request) -> web.Response:
        account = self._access.require_bearer(request)
        body = await read_json(request)
        if not isinstance(body.get("region_latencies") or {}, dict):
            raise RequestRefusedError(422, "region_latencies must be an object.")
        session = self._sessions.reserve(account)
        return web.json_response(
            {
                "session_id": session.session_id,
                "signalling_url": f"{origin_of(request, websocket=True)}{SIGNALLING_PATH}",
                "capabilities": self._capabilities,
            }
        )

    async def _token(self, request: web.Request) -> web.Response:
        account = self._access.require_bearer(request)
        session_id = (await read_json(request)).get("session_id")
        if not isinstance(session_id, str):
            raise RequestRefusedError(422, "session_id must be a string.")
        session = self._sessions.find(session_id)
        if session is None or session.account != account:
            raise RequestRefusedError(404, "No such session.")
        return web.json_response(
            {
                "session_token": self._signer.session_token(session_id, self._token_lifetime_s),
                "expires_in": int(self._token_lifetime_s),
            }
        )
