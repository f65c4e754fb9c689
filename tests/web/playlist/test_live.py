"""Channels' playlists as they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.broadcast.model import Broadcast, Channel, Spectating, Viewer
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from bot.web.playlist.live import FIRST_SEGMENT_S, KEPT_S, READING_S, LivePlaylists
from bot.worlds.playlists import PlaylistAnswer
from tests.broadcast.fakes import SteppedClock
from tests.web.playlist.service import Player, Stream

CHANNEL = Channel(1, 2)
BROADCAST = Broadcast(
    "b", CHANNEL, Viewer(3, "Mika"), "A cat", False, datetime(2026, 11, 1, tzinfo=UTC), State.LIVE
)
ONE = Stream("s1", 0.0)

Serve = Callable[[str], PlaylistAnswer | None]


@dataclass
class Channels:
    """A channel with a broadcast, the service behind it, and what is asked of that."""

    clock: SteppedClock = field(default_factory=SteppedClock)
    view: BroadcastView | None = None
    streams: dict[str, Stream] = field(default_factory=dict)
    listeners: Listeners[Broadcast] = field(default_factory=Listeners)
    asked: list[str] = field(default_factory=list)
    serve: Serve | None = None
    held: asyncio.Event | None = None
    looks: int = 0

    def on_air(self, number: int, stream: Stream | None, state: State = State.LIVE) -> None:
        """This stream is on air from now on, and all are told."""
        spectating = Spectating("https://whep.example", "T", stream.address if stream else None)
        broadcast = replace(BROADCAST, state=state)
        self.view = BroadcastView(broadcast, "A cat", streams=number, spectating=spectating)
        if stream:
            self.streams[stream.address] = stream
        self.listeners.tell(broadcast)

    def running_in(self, channel: Channel) -> BroadcastView | None:
        self.looks += 1
        return self.view if channel == CHANNEL else None

    async def read(self, url: str) -> PlaylistAnswer | None:
        self.asked.append(url)
        if self.held:
            await self.held.wait()
        if self.serve:
            return self.serve(url)
        text = self.streams[url].playlist(self.clock.steady())
        return PlaylistAnswer(200, url, text) if text else PlaylistAnswer(404, url, "")

    @asynccontextmanager
    async def playlists(self) -> AsyncIterator[Callable[[], asyncio.Task[web.Response]]]:
        """Gives who asks for the channel's playlist."""
        live = LivePlaylists(self.running_in, self.read, self.listeners, self.clock)
        async with live:
            yield lambda: asyncio.create_task(live(CHANNEL))


def text_of(response: web.Response) -> str:
    assert (response.status, response.content_type) == (200, "application/vnd.apple.mpegurl")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.text
    return response.text


async def test_the_service_is_asked_once_for_all_and_at_most_once_a_second() -> None:
    """A thousand viewers, again and again; and not at all while nobody asks."""
    channels = Channels()
    channels.on_air(1, ONE)
    await channels.clock.sleep(10)
    async with channels.playlists() as ask:
        for second in range(1, 4):
            for _ in range(3):
                answers = await asyncio.gather(*(ask() for _ in range(300)))
                assert len({text_of(answer) for answer in answers}) == 1
            assert len(channels.asked) == second
            await channels.clock.sleep(1)
        await channels.clock.sleep(30)
        assert len(channels.asked) == 3


async def test_where_nothing_is_on_there_is_no_playlist() -> None:
    """404 for a channel without a broadcast; of one that is over the rest is shown, then it is too."""
    channels = Channels()
    async with channels.playlists() as ask:
        assert (await ask()).status == 404
        channels.on_air(1, replace(ONE, ended=20.0))
        await channels.clock.sleep(10)
        text_of(await ask())
        channels.view = None
        await channels.clock.sleep(15)
        assert "#EXT-X-ENDLIST" in text_of(await ask())
        await channels.clock.sleep(KEPT_S)
        assert (await ask()).status == 404


async def test_an_answer_waits_a_while_for_the_first_segment() -> None:
    """Players give up on an empty playlist. Then it is 503, and when to come again."""
    channels = Channels()
    channels.on_air(1, replace(ONE, began=5.0))
    async with channels.playlists() as ask:
        assert "#EXTINF" in text_of(await ask())
        assert channels.clock.steady() == 7
    channels = Channels()
    channels.on_air(1, replace(ONE, began=100.0))
    async with channels.playlists() as ask:
        refused = await ask()
        assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
        assert channels.clock.steady() == FIRST_SEGMENT_S
        assert len(channels.asked) == FIRST_SEGMENT_S


async def test_an_answer_waits_for_a_stream_that_begins() -> None:
    """Nobody can watch it yet, and then they can: whoever asked a moment too early gets it at once."""
    channels = Channels()
    channels.on_air(1, None)
    assert channels.view
    channels.view = replace(channels.view, spectating=None)
    await channels.clock.sleep(10)
    async with channels.playlists() as ask:
        asked = ask()
        await asyncio.sleep(0)
        channels.on_air(1, ONE)
        assert "#EXTINF" in text_of(await asked)
        assert channels.clock.steady() == 10


async def test_where_the_stream_has_no_playlist_nobody_waits() -> None:
    """The service gives none, or an address that must not be asked for."""
    for address in (None, "file:///etc/passwd", "javascript:alert(1)"):
        channels = Channels()
        channels.on_air(1, None)
        assert channels.view
        spectating = Spectating("https://whep.example", "T", address)
        channels.view = replace(channels.view, spectating=spectating)
        async with channels.playlists() as ask:
            assert (await ask()).status == 503
        assert (channels.asked, channels.clock.steady()) == ([], 0)


async def test_a_service_that_does_not_answer_holds_nobody_up() -> None:
    """What there is is given after a moment, and the one question under way stays the only one."""
    channels = Channels()
    channels.on_air(1, ONE)
    await channels.clock.sleep(10)
    async with channels.playlists() as ask:
        before = text_of(await ask())
        await channels.clock.sleep(5)
        channels.held = asyncio.Event()
        for _ in range(3):
            assert text_of(await ask()) == before
        assert channels.clock.steady() == 15 + READING_S * 3
        assert len(channels.asked) == 2
        channels.held.set()
        assert text_of(await ask()) != before


@pytest.mark.parametrize(
    "answer",
    [
        None,
        PlaylistAnswer(500, ONE.address, "#EXTM3U"),
        PlaylistAnswer(200, ONE.address, "<html>maintenance</html>"),
        PlaylistAnswer(200, ONE.address, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnested.m3u8"),
        PlaylistAnswer(200, "http://10.0.0.1/", "#EXTM3U\n#EXTINF:2,\n1.ts"),
        PlaylistAnswer(404, ONE.address, ""),
    ],
)
async def test_what_cannot_be_used_changes_nothing(answer: PlaylistAnswer | None) -> None:
    """What is listed stays listed, and the next good reading goes on."""
    channels = Channels()
    channels.on_air(1, ONE)
    await channels.clock.sleep(10)
    player = Player()
    async with channels.playlists() as ask:
        before = text_of(await ask())
        player.read(before)
        await channels.clock.sleep(1)
        channels.serve = lambda url: answer
        assert text_of(await ask()) == before
        await channels.clock.sleep(1)
        channels.serve = None
        assert player.read(text_of(await ask()))[-1].ended == 12
    assert {seen.cuts for seen in player.played} == {0}


async def test_a_choice_of_playlists_is_followed_once() -> None:
    """Then the chosen one is read; when it is gone the choice is asked for again."""
    variants = ["first.m3u8"]

    def serve(url: str) -> PlaylistAnswer:
        name = url.rpartition("/")[2]
        if name.startswith("index"):
            return PlaylistAnswer(200, url, f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{variants[-1]}")
        if name != variants[-1]:
            return PlaylistAnswer(404, url, "")
        return PlaylistAnswer(200, url, ONE.playlist(channels.clock.steady()) or "")

    channels = Channels(serve=serve)
    channels.on_air(1, ONE)
    await channels.clock.sleep(10)
    async with channels.playlists() as ask:
        for _ in range(6):
            assert "https://cdn.example/s1/" in text_of(await ask())
            await channels.clock.sleep(1)
            if len(channels.asked) == 4:
                variants.append("second.m3u8")
    names = [url.rpartition("/")[2].partition("?")[0] for url in channels.asked]
    assert names == ["index.m3u8", *["first.m3u8"] * 4, "index.m3u8", "second.m3u8", "second.m3u8"]


async def test_a_stream_on_air_between_two_requests_is_not_missed() -> None:
    """It was so short, or nobody asked for a while: its segments come all the same."""
    streams = [Stream("s1", 0.0, 10.0), Stream("s2", 10.0, 14.0), Stream("s3", 14.0, 40.0)]
    channels, player = Channels(), Player()
    channels.on_air(1, streams[0])
    await channels.clock.sleep(9)
    async with channels.playlists() as ask:
        player.read(text_of(await ask()))
        for number, stream in enumerate(streams[1:], 2):
            channels.on_air(number, stream)
        for _ in range(8):
            await channels.clock.sleep(4)
            player.read(text_of(await ask()))
    assert [seen.began for seen in player.played] == list(range(0, 40, 2))


async def test_what_is_read_when_the_bot_stops_is_let_go() -> None:
    """No task is left behind; nobody is listened to any more."""
    channels = Channels(held=asyncio.Event())
    channels.on_air(1, ONE)
    async with channels.playlists() as ask:
        assert (await ask()).status == 503
    looks = channels.looks
    channels.on_air(2, ONE)
    assert channels.looks == looks


async def test_numbers_grow_over_a_restart_of_the_bot() -> None:
    """The link stays the same, so players that are still there must not see them go back."""
    channels = Channels()
    channels.on_air(1, ONE)
    await channels.clock.sleep(30)
    player = Player()
    for _ in range(3):
        async with channels.playlists() as ask:
            player.segments.clear()
            before = player.first
            player.read(text_of(await ask()))
            assert player.first > before
        await channels.clock.sleep(30)
