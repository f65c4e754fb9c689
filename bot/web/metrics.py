"""What Prometheus reads: on a port of its own, or behind a token among the watch pages."""

import hmac
from collections.abc import Callable

from aiohttp import hdrs, web

from bot.web.gate import Gate
from bot.web.headers import on_every_answer
from bot.web.health import Health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Draw = Callable[[], bytes]


class GuardedMetrics:
    """Answers who brings the token; who does not is counted with those who guess at links."""

    def __init__(self, draw: Draw, token: str) -> None:
        self._draw = draw
        self._expected = f"Bearer {token}".encode()

    def answer(self, request: web.Request, gate: Gate) -> web.Response:
        given = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._expected):
            gate.wrong_link(request)
            raise web.HTTPUnauthorized(headers={hdrs.WWW_AUTHENTICATE: "Bearer"})
        return _page(self._draw)


def make_metrics_app(draw: Draw, health: Health) -> web.Application:
    """For a port that only machines reach."""

    async def metrics(_request: web.Request) -> web.StreamResponse:
        return _page(draw)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    health.add_to(app.router)
    app.on_response_prepare.append(on_every_answer(()))
    return app


def _page(draw: Draw) -> web.Response:
    return web.Response(body=draw(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})
