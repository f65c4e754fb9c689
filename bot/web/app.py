"""The web application: which address leads where, and what is answered."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web

from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Broadcast, Channel, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.telling.listeners import Listeners
from bot.web import texts
from bot.web.assets import PAGE, Assets, is_known, tag_of
from bot.web.events.halls import Halls
from bot.web.events.page import OpenPage
from bot.web.gate import Gate, Network
from bot.web.headers import on_every_answer
from bot.web.health import Health
from bot.web.instance import PATH, Instance
from bot.web.metrics import GuardedMetrics
from bot.web.pages import WatchPage
from bot.web.past import LastBroadcasts, LastPictures, NoStoredPictures, StoredPictures
from bot.web.recordings.fresh import FetchRecording, FreshLinks
from bot.web.recordings.routes import RecordingPages, RecordingSources
from bot.web.recordings.thumbnails import FetchFile, Thumbnails
from bot.web.redirects import redirect
from bot.web.state import Document, key_of, state_document

TOKEN = "{token:[A-Za-z0-9_-]{1,64}}"  # noqa: S105 - the shape of one
RETRY_AFTER_S = "10"
WATCH_MODULES = ("main.js", "connection.js", "texts.js", "times.js", "net/", "stage/", "view/")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`base_url` is where links start as viewers reach them, with a path or without."""

    base_url: str
    trusted_proxies: Sequence[Network]
    frame_ancestors: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the pages are made of. Whatever is asked often is in memory."""

    links: WatchLinks
    listeners: Listeners[Broadcast]
    recorded: Listeners[Stream]
    clock: Clock
    view_in: Callable[[Channel], BroadcastView | None]
    name_of: Callable[[Channel], str | None]
    last_in: Callable[[Channel], Awaitable[PastBroadcast | None]]
    last_picture: Callable[[str], Picture | None]
    fetch_recording: FetchRecording
    fetch_file: FetchFile
    playlist: Callable[[Channel], Awaitable[web.StreamResponse]]
    ask_clip: Callable[[Channel], Awaitable[object]]
    """Asks for the last seconds in a channel, for somebody unknown. Raises `BroadcastError`."""
    recordings: RecordingSources
    health: Health
    gate: Gate
    metrics: GuardedMetrics | None = None
    """None where they are not shown among the pages."""
    renewed: Listeners[str] = field(default_factory=Listeners)
    """Told of a broadcast, by its ID, of which something is new in the database: a name has left it, say."""
    stored_pictures: StoredPictures = field(default_factory=NoStoredPictures)
    lasts_known_s: float = math.inf
    """For so long nobody asks again what was on last, unless it changes here."""


def make_web_app(sources: Sources, settings: WebSettings) -> web.Application:
    """The web application, to be run by any aiohttp runner that cancels handlers whose client is gone."""
    assets = Assets()
    fresh = FreshLinks(sources.fetch_recording, sources.clock)
    thumbnails = Thumbnails(sources.fetch_recording, sources.fetch_file, sources.clock)
    watch = _Watch(sources, settings, assets, fresh, thumbnails)
    recordings = RecordingPages(
        sources.recordings,
        settings.base_url,
        fresh,
        thumbnails,
        assets,
        sources.gate,
        sources.clock,
    )
    instance = Instance(settings.trusted_proxies)

    app = web.Application()
    sources.health.add_to(app.router)
    if sources.metrics:
        app.router.add_get("/metrics", watch.metrics)
    # A proxy may pass on the path under which viewers reach it, or take it away.
    for prefix in {"", urlsplit(settings.base_url).path.rstrip("/")}:
        at = f"{prefix}/watch/{TOKEN}"
        app.router.add_get(f"{prefix}/", watch.nowhere)
        app.router.add_get(f"{prefix}{PATH}", instance.answer)
        app.router.add_get(at, watch.page)
        app.router.add_get(f"{at}/", watch.page_without_slash)
        app.router.add_get(f"{at}/events", watch.events, allow_head=False)
        app.router.add_get(f"{at}/live.m3u8", watch.playlist)
        app.router.add_get(f"{at}/picture.jpg", watch.picture)
        app.router.add_post(f"{at}/clip", watch.clip)
        app.router.add_get(f"{at}/film/{{number:[1-9][0-9]{{0,3}}}}", watch.film)
        recordings.add_to(app.router, f"{prefix}/r/{TOKEN}")
        app.router.add_get(f"{prefix}/assets/{{path:.+}}", assets.answer)
    app.on_response_prepare.append(on_every_answer(settings.frame_ancestors))
    app.on_shutdown.append(watch.shutdown)
    app.cleanup_ctx.append(watch.running)
    app.cleanup_ctx.append(recordings.running)
    return app


class _Watch:
    """What is answered below a watch link."""

    def __init__(
        self,
        sources: Sources,
        settings: WebSettings,
        assets: Assets,
        films: FreshLinks,
        thumbnails: Thumbnails,
    ) -> None:
        clock = sources.clock
        self._sources = sources
        self._page_headers = {"Link": assets.to_preload(*WATCH_MODULES)}
        self._version = assets.version
        self._gate = sources.gate
        self._page = WatchPage(settings.base_url)
        self._unknown = (PAGE / "unknown.html").read_text("utf-8")
        self._lasts = LastBroadcasts(sources.last_in, clock, known_s=sources.lasts_known_s)
        self._films = films
        self._pictures = LastPictures(sources.last_picture, sources.stored_pictures, thumbnails)
        self._halls = Halls(self._draw, clock)

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        sources = self._sources
        async with self._halls:
            sources.listeners.listen(self._changed)
            sources.recorded.listen(self._recorded)
            sources.renewed.listen(self._renewed)
            sources.links.revoked.listen(self._revoked)
            yield
            sources.links.revoked.leave(self._revoked)
            sources.recorded.leave(self._recorded)
            sources.renewed.leave(self._renewed)
            sources.listeners.leave(self._changed)

    async def shutdown(self, _app: web.Application) -> None:
        self._halls.close()

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        if self._sources.metrics is None:
            raise web.HTTPNotFound
        return self._sources.metrics.answer(request, self._gate)

    async def page(self, request: web.Request) -> web.StreamResponse:
        link = self._sources.links.find(request.match_info["token"])
        if link is None:
            return await self._of_earlier_version(request)
        view, last = self._sources.view_in(link.channel), await self._lasts.of(link.channel)
        html = self._page.html(
            link.token,
            self._sources.name_of(link.channel),
            view,
            last,
            picture=self._picture_key(view, last),
        )
        headers = self._page_headers
        return web.Response(body=html, content_type="text/html", charset="utf-8", headers=headers)

    async def nowhere(self, _request: web.Request) -> web.StreamResponse:
        """Whoever cut the link off is told so."""
        html = self._unknown.replace("../assets/", "assets/")
        return web.Response(status=404, text=html, content_type="text/html")

    async def page_without_slash(self, request: web.Request) -> web.StreamResponse:
        return redirect(f"../{request.match_info['token']}", request)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The page's event connection, for as long as it lasts."""
        channel = self._link(request).channel
        with self._gate.connection(request):
            response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            await response.prepare(request)
            if request.transport:
                has = request.headers.get("Last-Event-ID", "")
                page = OpenPage(
                    request.transport,
                    is_chunked=request.version >= HttpVersion11,
                    is_seen="unseen" not in request.query,
                    has=int(has) if has.isascii() and has.isdecimal() else 0,
                )
                await self._halls.attend(channel, page)
        return response

    async def playlist(self, request: web.Request) -> web.StreamResponse:
        return await self._sources.playlist(self._link(request).channel)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        channel = self._link(request).channel
        view = self._sources.view_in(channel)
        jpeg = await self._picture_of(view) if view else None
        if jpeg is None and (last := await self._lasts.of(channel)):
            jpeg = await self._pictures.of(last)
        if jpeg is None:
            raise web.HTTPNotFound(text=texts.NOT_NOW)
        headers = {"Cache-Control": "no-cache", "ETag": f'"{tag_of(jpeg)}"'}
        if is_known(tag_of(jpeg), request):
            return web.Response(status=304, headers=headers)
        return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)

    async def clip(self, request: web.Request) -> web.StreamResponse:
        """Keeps the last seconds. Only a page of ours may ask: other sites must not, for their visitors."""
        channel = self._link(request).channel
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise web.HTTPForbidden(text=texts.NOT_NOW)
        self._gate.clip(request)
        try:
            await self._sources.ask_clip(channel)
        except BroadcastError as error:
            raise web.HTTPConflict(text=texts.NOT_NOW) from error
        return web.Response(status=202)

    async def film(self, request: web.Request) -> web.StreamResponse:
        """Leads to one of the last broadcast's videos, at the service."""
        last = await self._lasts.of(self._link(request).channel)
        number = int(request.match_info["number"])
        if last is None or number > len(last.recorded):
            raise web.HTTPNotFound(text=texts.NOT_NOW)
        url = await self._films.link(last.recorded[number - 1].stream)
        if url is None:
            raise web.HTTPServiceUnavailable(text=texts.NOT_NOW, headers={"Retry-After": RETRY_AFTER_S})
        # As it is: written in another way, its signature would not be right.
        return web.Response(status=302, headers={"Location": url})

    def _link(self, request: web.Request) -> WatchLink:
        link = self._sources.links.find(request.match_info["token"])
        if link is None:
            self._gate.wrong_link(request)
            raise web.HTTPNotFound(text=texts.UNKNOWN)
        return link

    async def _of_earlier_version(self, request: web.Request) -> web.StreamResponse:
        """A link of a broadcast, as earlier versions posted it, leads to its channel's."""
        self._gate.wrong_link(request)
        link = await self._sources.links.of_broadcast(request.match_info["token"])
        if link is None:
            return web.Response(status=404, text=self._unknown, content_type="text/html")
        self._gate.right_after_all(request)
        return redirect(link.token, request)

    async def _draw(self, channel: Channel, watching: int) -> Document:
        last = await self._lasts.of(channel)
        document = state_document(
            self._sources.view_in(channel),
            last,
            channel=channel,
            name=self._sources.name_of(channel),
            watching=watching,
            last_has_picture=last is not None and self._pictures.is_known(last),
        )
        return {"page": self._version, **document}  # by which a page sees that it is an older one

    async def _picture_of(self, view: BroadcastView) -> bytes | None:
        is_stored = view.picture is None and view.has_picture
        return await self._sources.stored_pictures.of(view.broadcast.id) if is_stored else view.picture

    def _picture_key(self, view: BroadcastView | None, last: PastBroadcast | None) -> str | None:
        if view and view.has_picture:
            return f"{key_of(view.broadcast.id)}-{view.ideas}"
        return key_of(last.broadcast.id) if last and self._pictures.is_known(last) else None

    def _changed(self, broadcast: Broadcast) -> None:
        if broadcast.state.is_over:
            self._lasts.changed(broadcast.channel)
        self._halls.changed(broadcast.channel)

    def _recorded(self, stream: Stream) -> None:
        self._renewed(stream.broadcast_id)

    def _renewed(self, broadcast_id: str) -> None:
        if channel := self._lasts.renewed(broadcast_id):
            self._halls.changed(channel)

    def _revoked(self, link: WatchLink) -> None:
        self._halls.gone(link.channel)
