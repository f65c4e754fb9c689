"""The web server: one watch page per broadcast, at a link that cannot be guessed, and a health check."""

import errno
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.broadcast.ports import FullHistory
from bot.broadcast.show.view import BroadcastView
from bot.kit.errors import StartError

log = logging.getLogger(__name__)

SHUTDOWN_S = 1.0
"""For answers under way when the bot stops: each takes milliseconds."""
_ABOUT_THE_PORT = (errno.EADDRINUSE, errno.EACCES)

PAGE = Path(__file__).parent / "page"

ViewOf = Callable[[str], BroadcastView | None]
"""Gives what is shown of a broadcast that runs, by its ID or the token of its channel's link."""

_HEADERS = {
    # Video comes straight from the service, wherever it is: no other script, style or frame is let in.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self' blob:; connect-src 'self' http: https:; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@asynccontextmanager
async def serve_web(
    view_of: ViewOf,
    history: FullHistory,
    is_link: Callable[[str], bool],
    is_connected: Callable[[], bool],
    *,
    host: str,
    port: int,
) -> AsyncIterator[None]:
    """Serves the watch pages of broadcasts, and whether the bot `is_connected`. Raises `StartError`."""
    app = make_web_app(view_of, history, is_link, is_connected)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            setting = "WEB_PORT" if error.errno in _ABOUT_THE_PORT else "WEB_HOST"
            raise StartError(
                f"The web server cannot listen on {host}:{port}: {error.strerror}. Choose another {setting}."
            ) from error
        log.info("the watch page is served on %s:%s", host, port)
        yield
    finally:
        await runner.cleanup()


def make_web_app(
    view_of: ViewOf, history: FullHistory, is_link: Callable[[str], bool], is_connected: Callable[[], bool]
) -> web.Application:
    """The web application, to be run by any aiohttp runner."""

    async def exists(broadcast_id: str) -> bool:
        return bool(view_of(broadcast_id) or is_link(broadcast_id) or await history.broadcast(broadcast_id))

    async def page(request: web.Request) -> web.StreamResponse:
        status = 200 if await exists(request.match_info["broadcast_id"]) else 404
        return web.FileResponse(PAGE / "watch.html", status=status, headers=_HEADERS)

    async def show(request: web.Request) -> web.StreamResponse:
        """What the page needs to know: polled by it, since a broadcast lasts minutes and viewers are few."""
        broadcast_id = request.match_info["broadcast_id"]
        view = view_of(broadcast_id)
        if view is None:
            is_over = await exists(broadcast_id)
            return web.json_response(
                {"state": "over" if is_over else "unknown"},
                status=200 if is_over else 404,
                headers=_HEADERS | {"Cache-Control": "no-store"},
            )
        broadcast, spectating = view.broadcast, view.spectating
        return web.json_response(
            {
                "state": broadcast.state.value,
                "prompt": view.prompt_in_force,
                "portrait": broadcast.portrait,
                "host": broadcast.host.name,
                "stream": view.streams,
                "coming_back": view.coming_back > 0,
                "whep": spectating and {"url": spectating.webrtc_url, "token": spectating.spectator_token},
            },
            headers=_HEADERS | {"Cache-Control": "no-store"},
        )

    async def health(_request: web.Request) -> web.StreamResponse:
        if is_connected():
            return web.json_response({"status": "ok"})
        return web.json_response({"status": "not connected to Discord"}, status=503)

    app = web.Application()
    app.router.add_get("/watch/{broadcast_id:[A-Za-z0-9_-]{1,64}}", page)
    app.router.add_get("/watch/{broadcast_id:[A-Za-z0-9_-]{1,64}}/show", show)
    app.router.add_get("/healthz", health)
    app.router.add_static("/assets", PAGE)
    return app
