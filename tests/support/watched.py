"""A watch link's server as the bot runs it, with what it shows in a test's hands."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.audit import Action, Audit
from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Broadcast, Channel, Recording, Stream, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from bot.process.clock import SystemClock
from bot.process.setting_values import networks
from bot.web.app import Sources, WebSettings
from bot.web.gate import Gate
from bot.web.health import Health
from bot.web.metrics import GuardedMetrics
from bot.web.server import serve_web
from tests.e2e.conftest import free_port
from tests.support.recorded import Recorded

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
TOKEN = "a-token-that-nobody-guesses"
CHANNEL = Channel(guild_id=1001, id=2002)
ROBIN, MIKA = Viewer(3003, "Robin"), Viewer(4004, "Mika")
BROADCAST = Broadcast("a-broadcasts-own-id", CHANNEL, MIKA, "A cat", False, NOW, State.LIVE, live_at=NOW)
OVER = replace(BROADCAST, id="one-that-is-over", state=State.ENDED, ended_at=NOW.replace(minute=2))


class Watched:
    """What the pages of one channel are made of, and how often that was asked for.

    `view` is what is on, `last` what was. `recordings` are the service's, by a stream's own ID; `broadcasts`
    those that the database has. `kept` has past ones, with links of their own. `asked` counts look-ups in the
    database and at the service, by what.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.view: BroadcastView | None = BroadcastView(BROADCAST, "A cat", is_closing=False)
        self.last: PastBroadcast | None = None
        self.last_picture: Picture | None = None
        self.recordings: dict[str, Recording] = {}
        self.files: dict[str, bytes] = {}
        self.broadcasts: dict[str, Broadcast] = {}
        self.asked: list[str] = []
        self.failure: Exception | None = None
        self.clips_asked: list[Channel] = []
        self.clip_refusal: Exception | None = None
        self.metrics: GuardedMetrics | None = None
        self.health = Health(lambda: None, {"discord": lambda: None})
        self.listeners, self.recorded = Listeners[Broadcast](), Listeners[Stream]()
        self.kept = Recorded(self.clock)
        tokens = itertools.count(1)
        self.links = WatchLinks(
            self, self._broadcast_of, Audit(self, self.clock), self.clock, lambda: f"token-{next(tokens)}"
        )

    def change(self, **changes: Any) -> None:
        """What is on is shown otherwise from now on."""
        assert self.view
        self.view = replace(self.view, **changes)
        self.listeners.tell(self.view.broadcast)

    def end(self, last: PastBroadcast) -> None:
        """The broadcast is over."""
        self.view, self.last = None, last
        self.listeners.tell(last.broadcast)

    @asynccontextmanager
    async def served(
        self, *, pages_per_address: int = 200, pages_in_all: int = 10_000, **settings: Any
    ) -> AsyncIterator[str]:
        """Serves it; gives the URL of the channel's watch page."""
        port = free_port()
        usual = WebSettings(
            base_url=f"http://127.0.0.1:{port}",
            trusted_proxies=networks("127.0.0.1"),
            frame_ancestors=(),
        )
        chosen = replace(usual, **settings)
        self.gate = Gate(
            self.clock, chosen.trusted_proxies, per_address=pages_per_address, in_all=pages_in_all
        )
        await self.links.load()
        web_server = serve_web(self.sources(), chosen, host="127.0.0.1", port=port)
        async with web_server:
            yield f"http://127.0.0.1:{port}/watch/{TOKEN}"

    def sources(self) -> Sources:
        return Sources(
            links=self.links,
            listeners=self.listeners,
            recorded=self.recorded,
            clock=self.clock,
            view_in=lambda channel: self.view if channel == CHANNEL else None,
            name_of=lambda _: "lounge",
            last_in=self._last_in,
            last_picture=lambda _: self.last_picture,
            fetch_recording=self._recording,
            fetch_file=self._file,
            health=self.health,
            gate=self.gate,
            metrics=self.metrics,
            playlist=self._playlist,
            ask_clip=self._ask_clip,
            recordings=self.kept.sources(self.recorded, self._recording, self._file),
        )

    async def _ask_clip(self, channel: Channel) -> None:
        if self.clip_refusal:
            raise self.clip_refusal
        self.clips_asked.append(channel)

    async def all_links(self) -> list[WatchLink]:
        return [WatchLink(TOKEN, CHANNEL, NOW, takes_old_links=True)]

    async def link_of(self, channel: Channel) -> WatchLink | None:
        return None

    async def save_link(self, link: WatchLink) -> None:
        pass

    async def forget_link(self, channel: Channel) -> None:
        pass

    async def save_action(self, action: Action) -> None:
        pass

    async def latest_actions(self, guild_id: int, limit: int) -> list[Action]:
        return []

    async def _broadcast_of(self, broadcast_id: str) -> Broadcast | None:
        await self._ask("broadcast")
        return self.broadcasts.get(broadcast_id)

    async def _last_in(self, channel: Channel) -> PastBroadcast | None:
        await self._ask("last")
        return self.last if channel == CHANNEL else None

    async def _recording(self, stream: Stream) -> Recording | None:
        await self._ask("recording")
        return self.recordings.get(stream.id)

    async def _file(self, url: str) -> bytes | None:
        await self._ask("file")
        return self.files.get(url)

    async def _playlist(self, channel: Channel) -> web.StreamResponse:
        return web.Response(text=f"the playlist of {channel.id}")

    async def _ask(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure


def past(*has_recording: bool, broadcast: Broadcast = OVER) -> PastBroadcast:
    """A broadcast that is over, of so many streams."""
    streams = [
        Stream(f"s{number}", broadcast.id, "A cat", False, NOW, NOW, number, f"service-{number}", NOW)
        for number in range(1, len(has_recording) + 1)
    ]
    return PastBroadcast(broadcast, tuple(map(PastStream, streams, has_recording)))


class Event(NamedTuple):
    name: str
    id: int | None
    data: Any


class EventStream:
    """A page's event connection, read as a browser reads it. An async context manager."""

    def __init__(self, url: str, **headers: str) -> None:
        self._url = url
        self._headers = headers
        self.retry_ms: int | None = None
        self.comments = 0

    async def __aenter__(self) -> "EventStream":
        self._http = aiohttp.ClientSession()
        self.answer = await self._http.get(self._url, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.answer.close()
        await self._http.close()

    async def next(self, *, within_s: float = 10.0) -> Event | None:
        """The next event; None when the connection has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(within_s):
            while line := (await self.answer.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif name == "retry":
                    self.retry_ms = int(value)
                elif name:
                    fields[name] = value
                elif fields:
                    number = fields.get("id")
                    return Event(fields["event"], number and int(number), json.loads(fields["data"]))  # type: ignore[arg-type]
        return None

    async def until(self, **wanted: object) -> Event:
        """The first event whose broadcast, or whole document, has this."""
        while event := await self.next():
            shown = {**event.data, **(event.data.get("broadcast") or {})}
            if {name: shown.get(name) for name in wanted} == wanted:
                return event
        raise AssertionError("the connection has ended")
