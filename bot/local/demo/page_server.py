"""Serves the demo's page, and one websocket for each tab that acts as one user."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.local.demo.tab import Bots, Tab

if TYPE_CHECKING:
    from bot.local.discord.server import LocalDiscord

PAGE_DIR = Path(__file__).parent / "page"
REQUEST_LIMIT_BYTES = 36 * 1024 * 1024
"""More than a file of 25 MB takes."""
# Pictures, films and the watch page may come from other ports of this machine, and from nowhere else.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' http://127.0.0.1:*; media-src 'self' http://127.0.0.1:*; "
        "frame-src http://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_page(app: web.Application, discord: LocalDiscord, bots: Bots | None = None) -> None:
    """Puts the page at `/`, its files below `/page/` and its websocket at `/live?as=NAME`.

    Whoever is there can do to the bots what these allow.
    """
    page = Page(discord, bots)
    app.router.add_get("/", page.index)
    app.router.add_get("/page/{name}", page.file)
    app.router.add_get("/live", page.live)
    app.on_shutdown.append(page.close)


class Page:
    """The page's files and the tabs that are open."""

    def __init__(self, discord: LocalDiscord, bots: Bots | None) -> None:
        self._discord = discord
        self._bots = bots
        self._tabs: set[web.WebSocketResponse] = set()
        self._files = {path.name: path for path in PAGE_DIR.iterdir() if path.is_file()}

    async def index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(self._files["index.html"], headers=SECURITY_HEADERS)

    async def file(self, request: web.Request) -> web.FileResponse:
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SECURITY_HEADERS)

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        # Any website may try to open a websocket to this machine; only our own page may succeed.
        if request.headers.get("Origin") != f"http://{request.host}" or not _is_local(request.host):
            raise web.HTTPForbidden(text="Only the demo's own page may connect.")
        names = [user.name for user in self._discord.users]
        name = request.query.get("as", names[0])
        user = self._discord.user(name if name in names else names[0])
        ws = web.WebSocketResponse(heartbeat=30, max_msg_size=REQUEST_LIMIT_BYTES)
        await ws.prepare(request)
        self._tabs.add(ws)
        try:
            await Tab(self._discord, user, ws, self._bots).run()
        finally:
            self._tabs.discard(ws)
        return ws

    async def close(self, app: web.Application) -> None:
        for ws in list(self._tabs):
            await ws.close(code=1001, message=b"going away")


def _is_local(host: str) -> bool:
    """Guards against a foreign name that resolves to this machine."""
    return host.rsplit(":", 1)[0] in {"127.0.0.1", "localhost"}
