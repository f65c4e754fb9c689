"""The playlist of a channel, kept up to date by whoever asks for it, and by nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Self

from aiohttp import hdrs, web

from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.telling.listeners import Listeners
from bot.web.playlist.addresses import absolute
from bot.web.playlist.joined import JoinedPlaylist
from bot.web.playlist.source import PAUSE_S, Source
from bot.web.playlist.stream import StreamPlaylist
from bot.worlds.playlists import ReadPlaylist

FIRST_SEGMENT_S, READING_S = 8.0, 2.0
"""How long an answer waits for the first segment of all, and for a reading; then what there is will do."""
KEPT_S = 60.0
"""How long a playlist is remembered that nobody asks for, or whose broadcast is over."""
RETRY_AFTER_S = 2

RunningIn = Callable[[Channel], BroadcastView | None]
"""Gives what is shown of the channel's broadcast, if one runs."""


class LivePlaylists:
    """Answers requests for channels' playlists. An async context manager: leaving it stops all reading."""

    def __init__(
        self, running_in: RunningIn, read: ReadPlaylist, listeners: Listeners[Broadcast], clock: Clock
    ) -> None:
        self._running_in = running_in
        self._read = read
        self._listeners = listeners
        self._clock = clock
        self._lives: dict[int, _Live] = {}
        self._readings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listeners.listen(self._changed)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listeners.leave(self._changed)
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    async def __call__(self, channel: Channel) -> web.Response:
        """The channel's playlist: 404 if there is nothing to play, 503 if there is nothing to play yet."""
        now = self._clock.steady()
        self._lives = {id_: live for id_, live in self._lives.items() if live.is_of_use(now)}
        view = self._running_in(channel)
        if view is None and channel.id not in self._lives:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        # Numbers only ever grow: those of a playlist that is made anew, after a restart say, begin higher.
        first = int(self._clock.now().timestamp())
        live = self._lives.setdefault(channel.id, _Live(JoinedPlaylist(first), now))
        live.wanted_at = now
        live.follow(view, now)
        await self._bring_up_to_date(live)
        if not live.joined.is_empty:
            return web.Response(
                text=live.joined.text(),
                content_type="application/vnd.apple.mpegurl",
                headers={hdrs.CACHE_CONTROL: "no-store"},
            )
        if live.is_over:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        headers = {hdrs.RETRY_AFTER: str(RETRY_AFTER_S)}
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)

    def _changed(self, broadcast: Broadcast) -> None:
        """So that no stream is missed that is on air for less than the time between two requests."""
        if live := self._lives.get(broadcast.channel.id):
            live.follow(self._running_in(broadcast.channel), self._clock.steady())
            live.has_news.set()

    async def _bring_up_to_date(self, live: "_Live") -> None:
        """Reads what is due, once for all who ask, and lists what is there.

        Of several streams, that whose turn it is is waited for; as long as there is nothing to show, any.
        """
        until = self._clock.steady() + (FIRST_SEGMENT_S if live.joined.is_empty else READING_S)
        while live.joined.streams or live.is_awaited:
            was_empty = live.joined.is_empty
            sources = list(live.sources(self._read, self._clock))
            for source in filter(Source.claim, sources):
                self._begin(live, source)
            if not was_empty:
                await self._clock.wait(sources[0].is_read, until=until)
            else:
                live.has_news.clear()
                await self._clock.wait(live.has_news, until=min(until, self._clock.steady() + PAUSE_S))
            live.joined.advance(self._clock.steady(), is_over=live.is_over)
            if not was_empty or not live.joined.is_empty or self._clock.steady() >= until:
                return

    def _begin(self, live: "_Live", source: Source) -> None:
        async def read() -> None:
            await source.refresh()
            live.has_news.set()

        reading = asyncio.create_task(read(), name="reading a playlist")
        self._readings.add(reading)
        reading.add_done_callback(self._readings.discard)


class _Live:
    """The playlist of one channel, and where it comes from."""

    def __init__(self, joined: JoinedPlaylist, now: float) -> None:
        self.joined = joined
        self.wanted_at = now
        self.is_awaited = False
        """Whether a stream begins that nobody can watch yet."""
        self.has_news = asyncio.Event()
        self._sources: dict[StreamPlaylist, Source] = {}
        self._over_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the broadcast is: what is not listed of it yet will be."""
        return self._over_at is not None

    def is_of_use(self, now: float) -> bool:
        """Whether it is still asked for, and still to be had."""
        return now - self.wanted_at < KEPT_S and (self._over_at is None or now - self._over_at < KEPT_S)

    def follow(self, view: BroadcastView | None, now: float) -> None:
        """Looks at what is on air."""
        if view is None or view.broadcast.state.is_over:
            self._over_at = now if self._over_at is None else self._over_at
            self.is_awaited = False
            return
        self._over_at = None
        self.is_awaited = view.spectating is None
        address = view.spectating.hls_url if view.spectating else None
        address = absolute(address, address) if address else None
        self.joined.follow(view.broadcast.id, view.streams, address, now)

    def sources(self, read: ReadPlaylist, clock: Clock) -> Iterator[Source]:
        """Of the streams that are to be read, in their order."""
        streams = self.joined.streams
        self._sources = {s: self._sources.get(s) or Source(s, read, clock) for s in streams}
        yield from self._sources.values()
