"""What is answered below a recording's link: the page, and what it shows and plays."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast, RecordingLink
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.model import Stream
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.timelines import Timelines
from bot.broadcast.telling.listeners import Listeners
from bot.web import texts
from bot.web.asked_once import AskedOnce
from bot.web.assets import PAGE, Assets, is_known, tag_of
from bot.web.gate import Gate
from bot.web.recordings.document import document_of
from bot.web.recordings.fresh import FreshLinks
from bot.web.recordings.page import RecordingPage
from bot.web.recordings.sending import BY_ANYBODY, KeptFiles, send
from bot.web.recordings.thumbnails import Thumbnails
from bot.web.redirects import redirect

SHOWN_LIMIT = 500
SETTLED_S, CHANGING_S = 60.0, 3.0
"""For so long nobody asks again how a recording stands that is complete, or still grows."""
RETRY_AFTER_S = "10"
OF_A_STREAM = {
    "video": FileKind.VIDEO,
    "preview": FileKind.PREVIEW,
    "thumbnail": FileKind.THUMBNAIL,
    "events": FileKind.EVENTS,
}
OF_ALL = {"film": FileKind.FILM, "credits.vtt": FileKind.CREDITS, "sheet": FileKind.CONTACT_SHEET}


@dataclass(frozen=True, slots=True)
class RecordingSources:
    """What the pages of recordings are made of. `kept`, `recorded` and `renewed` tell what is new."""

    links: RecordingLinks
    past_broadcast: Callable[[str], Awaitable[PastBroadcast | None]]
    timelines: Timelines
    archive: KeptFiles
    kept: Listeners[KeptFile]
    recorded: Listeners[Stream]
    renewed: Listeners[str]
    """Told of a broadcast, by its ID, that somebody's name has left, or that another process has news of."""


class _UnknownError(Exception):
    """No such link, or none any more."""


class RecordingPages:
    """All of them. What is asked of the database and of the logs is asked once for all that watch."""

    def __init__(
        self,
        sources: RecordingSources,
        base_url: str,
        fresh: FreshLinks,
        thumbnails: Thumbnails,
        assets: Assets,
        gate: Gate,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._fresh = fresh
        self._thumbnails = thumbnails
        self._gate = gate
        self._page = RecordingPage(base_url)
        self._page_headers = {"Link": assets.to_preload("recording/", "view/dom.js")}
        self._version = assets.version
        self._unknown = (PAGE / "unknown.html").read_text("utf-8")
        self._shown = AskedOnce(self._find, clock, limit=SHOWN_LIMIT)
        self._documents = AskedOnce(self._document, clock, limit=SHOWN_LIMIT)

    def add_to(self, router: web.UrlDispatcher, at: str) -> None:
        """`at` is the link, with a `token` in it."""
        router.add_get(at, self.page)
        router.add_get(f"{at}/", self.page_without_slash)
        router.add_get(f"{at}/timeline.json", self.timeline)
        router.add_get(f"{at}/poster", self.poster)
        router.add_get(f"{at}/clips/{{number:[1-9][0-9]{{0,3}}}}", self.clip)
        router.add_get(f"{at}/{{what:{'|'.join(OF_ALL)}}}", self.of_all)
        router.add_get(
            f"{at}/{{number:[1-9][0-9]{{0,3}}}}/{{what:{'|'.join(OF_A_STREAM)}}}", self.of_a_stream
        )

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        """Hears of what is new meanwhile."""
        sources = self._sources
        sources.links.changed.listen(self._link_changed)
        sources.kept.listen(self._kept)
        sources.recorded.listen(self._recorded)
        sources.renewed.listen(self._forget)
        yield
        sources.renewed.leave(self._forget)
        sources.recorded.leave(self._recorded)
        sources.kept.leave(self._kept)
        sources.links.changed.leave(self._link_changed)

    async def page(self, request: web.Request) -> web.StreamResponse:
        try:
            past = await self._past(request)
        except web.HTTPNotFound:
            return web.Response(status=404, text=self._unknown, content_type="text/html")
        html = self._page.html(request.match_info["token"], past)
        return web.Response(body=html, content_type="text/html", charset="utf-8", headers=self._page_headers)

    async def page_without_slash(self, request: web.Request) -> web.StreamResponse:
        return redirect(f"../{request.match_info['token']}", request)

    async def timeline(self, request: web.Request) -> web.StreamResponse:
        await self._past(request)
        body = await self._documents.answer(request.match_info["token"])
        headers = {"Cache-Control": "no-cache", "ETag": f'"{tag_of(body)}"'}
        if is_known(tag_of(body), request):
            return web.Response(status=304, headers=headers)
        response = web.Response(body=body, content_type="application/json", headers=headers)
        response.enable_compression()
        return response

    async def of_all(self, request: web.Request) -> web.StreamResponse:
        past, kind = await self._past(request), OF_ALL[request.match_info["what"]]
        if file := past.file(kind):
            return await self._kept_file(request, past, file)
        if kind is FileKind.FILM and past.is_over and len(past.recorded) == 1:  # which is the whole of it
            return await self._artifact(request, past, past.recorded[0].stream, FileKind.VIDEO)
        raise web.HTTPNotFound(text=texts.NOT_NOW)

    async def poster(self, request: web.Request) -> web.StreamResponse:
        """By ourselves, wherever it comes from: the page may show no picture of another address."""
        past = await self._past(request)
        stream = past.recorded[0].stream if past.recorded else None
        if file := past.file(FileKind.POSTER) or (stream and past.file(FileKind.THUMBNAIL, stream)):
            return await self._kept_file(request, past, file, stream.number if stream else None)
        jpeg = await self._thumbnails.of(stream) if stream else None
        if jpeg is None:
            raise web.HTTPNotFound(text=texts.NOT_NOW)
        headers = {"Cache-Control": "no-cache", "ETag": f'"{tag_of(jpeg)}"', **BY_ANYBODY}
        if is_known(tag_of(jpeg), request):
            return web.Response(status=304, headers=headers)
        return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)

    async def clip(self, request: web.Request) -> web.StreamResponse:
        past, number = await self._past(request), int(request.match_info["number"])
        clips = [file for file in past.files if file.kind is FileKind.CLIP]
        if number > len(clips):
            raise web.HTTPNotFound(text=texts.NOT_NOW)
        return await self._kept_file(request, past, clips[number - 1], number)

    async def of_a_stream(self, request: web.Request) -> web.StreamResponse:
        past, number = await self._past(request), int(request.match_info["number"])
        stream = next((each.stream for each in past.streams if each.stream.number == number), None)
        if stream is None:
            raise web.HTTPNotFound(text=texts.NOT_NOW)
        return await self._artifact(request, past, stream, OF_A_STREAM[request.match_info["what"]])

    async def _artifact(
        self, request: web.Request, past: PastBroadcast, stream: Stream, kind: FileKind
    ) -> web.StreamResponse:
        """From the archive, else from the service, by a link that works."""
        if file := past.file(kind, stream):
            try:
                return await self._send(request, past, file, stream.number)
            except ArchiveError:
                pass  # the service may still have it
        url = await self._fresh.link(stream, kind)
        if url is None:
            raise web.HTTPServiceUnavailable(text=texts.NOT_NOW, headers={"Retry-After": RETRY_AFTER_S})
        # As it is: written in another way, its signature would not be right.
        return web.Response(status=302, headers={"Location": url, **BY_ANYBODY})

    async def _kept_file(
        self, request: web.Request, past: PastBroadcast, file: KeptFile, number: int | None = None
    ) -> web.StreamResponse:
        try:
            return await self._send(request, past, file, number)
        except ArchiveError:
            raise web.HTTPServiceUnavailable(
                text=texts.NOT_NOW, headers={"Retry-After": RETRY_AFTER_S}
            ) from None

    async def _send(
        self, request: web.Request, past: PastBroadcast, file: KeptFile, number: int | None
    ) -> web.StreamResponse:
        with self._gate.connection(request):
            return await send(request, self._sources.archive, file, texts.file_name(past, file.kind, number))

    async def _past(self, request: web.Request) -> PastBroadcast:
        try:
            return await self._shown.answer(request.match_info["token"])
        except _UnknownError:
            self._gate.wrong_link(request)
            raise web.HTTPNotFound(text=texts.UNKNOWN) from None

    async def _find(self, token: str) -> tuple[PastBroadcast, float]:
        link = await self._sources.links.find(token)
        past = await self._sources.past_broadcast(link.broadcast_id) if link else None
        if past is None:
            raise _UnknownError
        return past, SETTLED_S if _is_complete(past) else CHANGING_S

    async def _document(self, token: str) -> tuple[bytes, float]:
        past = await self._shown.answer(token)
        document = document_of(past, await self._sources.timelines.of(past))
        body = json.dumps({"page": self._version, **document}, separators=(",", ":")).encode()
        return body, SETTLED_S if _is_complete(past) else CHANGING_S

    def _link_changed(self, link: RecordingLink) -> None:
        self._forget(link.broadcast_id)

    def _kept(self, file: KeptFile) -> None:
        self._forget(file.broadcast_id)

    def _recorded(self, stream: Stream) -> None:
        self._forget(stream.broadcast_id)

    def _forget(self, broadcast_id: str) -> None:
        for token, past in self._shown:
            if past.broadcast.id == broadcast_id:
                self._shown.forget(token)
                self._documents.forget(token)


def _is_complete(past: PastBroadcast) -> bool:
    return past.is_over and past.film is not None
