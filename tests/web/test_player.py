"""The stage: it follows streams, and finds a way to show them, in Chromium."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tests.web.player import Tab, one_tab, playing, tab
from tests.web.service import Answer, Service, never, rightly

__all__ = ["one_tab", "tab"]  # the fixtures

Right = Callable[[], Awaitable[web.Response]]

REFUSES_TO_PLAY = """
    HTMLMediaElement.prototype.play = new Proxy(HTMLMediaElement.prototype.play, {
        apply: (play, video, args) => {
            if (window.isAllowed) return Reflect.apply(play, video, args);
            return Promise.reject(new DOMException("no", "NotAllowedError"));
        },
    });
    addEventListener("click", () => (window.isAllowed = true), true);
    addEventListener("DOMContentLoaded", () => {
        for (const video of document.querySelectorAll("video")) video.autoplay = false;
    });
"""
"""A phone that saves power or data: nothing plays before somebody has tapped, whatever the attribute says."""
IN_ITS_OWN_WINDOW = "HTMLVideoElement.prototype.webkitDisplayingFullscreen = true;"
"""An iPhone's full screen, which shows one element and no other."""
PLAYS_NO_HLS = "HTMLMediaElement.prototype.canPlayType = () => '';"
"""Chromium does, by itself; Firefox does not."""
CANNOT_AFTER_ALL = """
    const src = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "src");
    const broken = (url) => (url.includes("m3u8") ? "data:video/mp4," : url);
    Object.defineProperty(HTMLMediaElement.prototype, "src", {
        ...src,
        set(url) { src.set.call(this, broken(url)); },
    });
"""
"""A browser that says it plays HLS, and fails: new ones do, with some streams."""
NO_HLS_AT_ALL = PLAYS_NO_HLS + "delete window.MediaSource; delete window.ManagedMediaSource;"
SOON = {"connect": 300, "firstFrame": 3000, "lost": 60_000}
SOON_SEEN = {"connect": 3000, "firstFrame": 300, "lost": 60_000}
SOON_LOST = {"connect": 3000, "firstFrame": 3000, "lost": 300}
HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => window.isHidden ?? true });"
"""A tab that was opened in the background."""


async def test_it_plays_and_leaves_nothing_behind(tab: Tab) -> None:
    """A stream plays by WHEP at the first try; leaving the page ends its session at the service."""
    service = Service()
    async with playing(tab, service) as player:
        await player.follow(1)
        assert (await player.told("playing"))["way"] == "whep"
        await player.moves()
        assert await player.statuses() == ["connecting", "playing"]
        (session,) = service.sessions.values()
        await player.page.goto("about:blank")
        await service.until(lambda: session.is_deleted)
    assert service.joins == ["1"]
    assert tab.errors == []


async def test_it_changes_over_with_the_first_frame(tab: Tab) -> None:
    """At a seam the one before is seen until the next one is, in the other element; then it is left."""
    service = Service()
    async with playing(tab, service) as player:
        await player.follow(1)
        await player.told("playing")
        before = await player.page.query_selector(".on-air")
        await player.follow(2)
        await player.page.wait_for_function("before => !before.matches('.on-air, .before')", arg=before)
        await player.moves()
        first, second = service.sessions.values()
        await service.until(lambda: first.is_deleted)
        assert not second.is_deleted
        assert await player.statuses() == ["connecting", "playing"]
        assert await player.page.locator("video[aria-hidden]").count() == 1
    assert service.joins == ["1", "2"]


async def test_in_a_gap_the_last_frame_stays(tab: Tab) -> None:
    """The stream ends, and there is no other: the picture stays and is called still; the next one comes."""
    service = Service()
    async with playing(tab, service, still=150) as player:
        await player.follow(1)
        await player.told("playing")
        await player.moves()
        await player.follow(None)
        await service.end(1)
        still = await player.told("still")
        assert 0 < still["since"] <= await player.page.evaluate("performance.now()") - 100
        assert await player.brightness() > 0
        await player.follow(2)
        await player.told("playing")
        await player.moves()
        await player.page.evaluate("stage.leave()")
        await player.told("idle")
        assert await player.page.locator(".on-air").count() == 0
    assert service.joins == ["1", "2"]


async def _late(_request: web.Request, right: Right) -> web.StreamResponse:
    await asyncio.sleep(0.6)
    return await right()


async def _not_there(_request: web.Request, _right: Right) -> web.StreamResponse:
    return web.Response(status=404)


async def _no_description(_request: web.Request, _right: Right) -> web.StreamResponse:
    return web.Response(status=201, text="<html>Welcome to this hotel</html>", content_type="application/sdp")


async def test_a_service_that_does_not_let_in_is_asked_again(tab: Tab) -> None:
    """It answers never (M31), too late, that there is nothing, or nonsense: the page plays when it can."""
    service = Service()
    async with playing(tab, service) as player:
        for number, fault in enumerate([never, _late, _not_there, _no_description], 1):
            service.whep = fault
            await player.set_limits(connect=300)
            await player.follow(number)
            await player.told("failed")
            while service.joins.count(str(number)) < 3:
                await service.until_changed()
            service.whep = rightly
            await player.set_limits(connect=3000)
            await player.told("playing")
            await player.moves()
            await player.page.evaluate("stage.leave()")


async def test_what_does_not_answer_ends_with_the_broadcast(tab: Tab) -> None:
    """While the service keeps the page waiting (M31), for its list of ICE servers too, nothing else waits."""
    service = Service(config=never)
    async with playing(tab, service, config=100) as player:
        await player.follow(1)
        await player.told("playing")
        service.whep = never
        await player.follow(2)
        await service.until(lambda: service.joins == ["1", "2"])
        await player.page.evaluate("stage.leave()")
        await player.told("idle")


def _with_location(location: str | None) -> Answer:
    async def answer(request: web.Request, right: Right) -> web.StreamResponse:
        response = await right()
        place = response.headers.pop("Location")
        key = place.rpartition("/")[2]
        if location is not None:
            response.headers["Location"] = location.format(absolute=place, path=request.path, key=key)
        return response

    return answer


async def _with_200(_request: web.Request, right: Right) -> web.StreamResponse:
    response = await right()
    response.set_status(200)
    return response


async def _elsewhere(request: web.Request, right: Right) -> web.StreamResponse:
    if request.query.get("moved"):
        return await right()
    raise web.HTTPTemporaryRedirect(f"{request.path}?{request.query_string}&moved=1")


async def _without_audio(_request: web.Request, right: Right) -> web.StreamResponse:
    response = await right()
    sections = (response.text or "").split("m=")
    mids = [line for line in sections[2].splitlines() if line.startswith("a=mid:")]
    refused = "\r\n".join(["audio 0 UDP/TLS/RTP/SAVPF 0", "c=IN IP4 0.0.0.0", "a=inactive", *mids, ""])
    first = sections[0].replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0")
    response.text = "m=".join([first, sections[1], refused])
    return response


async def test_unusual_answers_are_good_ones(tab: Tab) -> None:
    """Each plays at the first try, and its session is ended wherever it is, if that can be told."""
    answers = [
        (_with_200, True),
        (_elsewhere, True),
        (_without_audio, True),
        (_with_location("{path}/{key}"), True),
        (_with_location("whep/{key}"), True),
        (_with_location(None), False),
        (_with_location("http://[::1"), False),
        (_with_location("javascript:alert(1)"), False),
    ]
    service = Service()
    async with playing(tab, service) as player:
        for number, (answer, is_left) in enumerate(answers, 1):
            service.whep = answer
            await player.follow(number)
            await player.told("playing")
            await player.page.evaluate("stage.leave()")
            *_, session = service.sessions.values()
            while is_left and not session.is_deleted:
                await service.until_changed()
        assert "failed" not in await player.statuses()
        assert len(service.joins) == len(answers) + 1  # one was sent elsewhere
    assert tab.errors == []


async def test_bad_ice_servers_are_left_out(tab: Tab) -> None:
    """Those that a browser throws over do not cost the picture (M30), nor the good ones."""
    good = {"urls": "stun:127.0.0.1:9"}
    bad = [
        {"urls": "turn:127.0.0.1:3478"},
        {"urls": "http://127.0.0.1/"},
        {"urls": []},
        {},
        None,
        7,
        "stun:a",
    ]
    service = Service(ice_servers=[*bad, good])
    async with playing(tab, service, capabilities=_NOTES_ICE_SERVERS, gathering=200) as player:
        await player.follow(1)
        await player.told("playing")
        assert await player.page.evaluate("used.at(-1)") == [good]
        assert len(service.joins) == 1


_NOTES_ICE_SERVERS = """
    window.used = [];
    const Real = RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
        constructor(options) {
            super(options);
            window.used.push(options.iceServers);
        }
    };
"""


async def _nothing_but_a_config(_request: web.Request, _right: Right) -> web.StreamResponse:
    return web.json_response({"iceServers": "none"})


async def test_a_frozen_picture_is_noticed(tab: Tab) -> None:
    """No pictures come, though the connection is fine and the video's time goes on (M32): joined again."""
    service = Service(config=_nothing_but_a_config)
    async with playing(tab, service, still=150, whep=SOON_LOST) as player:
        await player.follow(1)
        await player.told("playing")
        await player.moves()
        service.is_sending = False
        await player.told("still")
        assert await player.brightness() > 0
        await player.set_limits(firstFrame=300)
        await service.until(lambda: len(service.joins) > 2)  # the second try had a connection, and no picture
        service.is_sending = True
        await player.set_limits(firstFrame=3000)
        await player.told("playing")
        await player.moves()
        assert "failed" not in await player.statuses()


async def test_connected_without_a_picture_is_not_enough(tab: Tab) -> None:
    """A connection on which nothing comes is given up, and another is tried (M32)."""
    service = Service(is_sending=False)
    async with playing(tab, service, whep=SOON_SEEN) as player:
        await player.follow(1)
        await player.told("failed")
        await service.until(lambda: any(session.is_deleted for session in service.sessions.values()))
        service.is_sending = True
        await player.set_limits(firstFrame=3000)
        await player.told("playing")


@pytest.mark.parametrize("capabilities", ["", PLAYS_NO_HLS, CANNOT_AFTER_ALL])
async def test_without_whep_it_is_hls_until_whep_comes(tab: Tab, capabilities: str) -> None:
    """A firewall lets no WebRTC through (M36): HLS plays, over seams too, until WHEP does.

    In the browser's own player, or in hls.js.
    """
    service = Service(whep=never)
    async with playing(tab, service, capabilities=capabilities, whep=SOON, quietRetry=[100, 100]) as player:
        await player.follow(1, has_hls=True)
        assert (await player.told("playing"))["way"] == "hls"
        await player.moves()
        video = await player.page.query_selector(".on-air")
        await player.follow(2, has_hls=True)
        await service.until(lambda: service.joins.count("2") > 1)
        assert await player.page.evaluate("video => video.matches('.on-air')", video)
        await player.set_limits(connect=3000)
        service.whep = rightly
        await player.told("playing", way="whep")
        await player.moves()
        assert await player.page.evaluate("video => video.getAttribute('src') ?? ''", video) == ""
        assert set(await player.statuses()) == {"connecting", "playing"}


async def test_without_any_hls_whep_is_tried_again(tab: Tab) -> None:
    """Faked: a browser that plays no HLS at all. The page goes on by WHEP, and asks for no playlist."""
    service = Service(whep=_not_there, playlist=never)
    async with playing(tab, service, capabilities=NO_HLS_AT_ALL) as player:
        await player.follow(1, has_hls=True)
        await player.told("failed")
        service.whep = rightly
        await player.told("playing", way="whep")


async def test_it_is_left_alone_when_the_service_asks_for_it(tab: Tab) -> None:
    """A Retry-After is respected, and does not keep HLS from being tried; a wake-up does not change that."""

    async def busy(_request: web.Request, _right: Right) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "3600"})

    service = Service(whep=busy)
    async with playing(tab, service, retry=[5, 5], quietRetry=[5, 5]) as player:
        await player.follow(1)
        await player.told("failed")
        await player.page.evaluate("window.dispatchEvent(new Event('online'))")
        await player.follow(1, has_hls=True)
        await player.told("playing", way="hls")
        await player.moves()
    assert service.joins == ["1"]


async def test_network_back_is_tried_at_once(tab: Tab) -> None:
    """Pauses grow to half a minute, but not for a network that is back, or somebody who looks again."""
    service = Service(whep=_not_there)
    async with playing(tab, service, retry=[3_600_000, 3_600_000]) as player:
        await player.follow(1)
        await player.told("failed")
        service.whep = rightly
        assert len(service.joins) == 1
        await player.page.context.set_offline(True)
        await player.page.context.set_offline(False)
        await player.told("playing")


async def test_a_browser_that_lets_nothing_play_gets_a_tap(tab: Tab) -> None:
    """Faked: autoplay refused (M33). The picture is there, a tap plays it, and no seam asks for another."""
    service = Service()
    async with playing(tab, service, capabilities=REFUSES_TO_PLAY) as player:
        await player.follow(1)
        await player.told("tap")
        await player.follow(2)
        await service.until(lambda: any(session.is_deleted for session in service.sessions.values()))
        assert (await player.statuses())[-1] == "tap"
        await player.page.get_by_text("Tap to play").click()
        await player.told("playing")
        await player.follow(3)
        await service.until(lambda: sum(session.is_deleted for session in service.sessions.values()) == 2)
        await player.moves()
        assert (await player.statuses())[-1] == "playing"


async def test_a_pause_is_somebodys_wish(tab: Tab) -> None:
    """A pause from a window of the browser's own is kept over a seam, and ends with a tap."""
    service = Service()
    async with playing(tab, service) as player:
        await player.follow(1)
        await player.told("playing")
        await player.page.evaluate("document.querySelector('.on-air').pause()")
        await player.told("tap")
        await player.follow(2)
        await service.until(lambda: any(session.is_deleted for session in service.sessions.values()))
        assert await player.page.evaluate("document.querySelector('.on-air').paused")
        await player.page.get_by_text("Tap to play").click()
        await player.told("playing")
        await player.moves()


async def test_a_window_of_one_element_keeps_it(tab: Tab) -> None:
    """Faked: an iPhone's full screen. The next stream comes in the same element, since no other is seen."""
    service = Service()
    async with playing(tab, service, capabilities=IN_ITS_OWN_WINDOW) as player:
        await player.follow(1)
        await player.told("playing")
        video = await player.page.query_selector(".on-air")
        await player.follow(2)
        await service.until(lambda: any(session.is_deleted for session in service.sessions.values()))
        await player.moves()
        assert await player.page.evaluate("video => video.matches('.on-air')", video)


async def test_a_tab_in_the_background_gets_ready(tab: Tab) -> None:
    """Faked: a tab that nobody looks at. It has its picture, and knows by the bytes whether that moves."""
    service = Service()
    async with playing(tab, service, capabilities=HIDDEN, still=150) as player:
        await player.follow(1)
        await player.told("playing")
        service.is_sending = False
        await player.told("still")
        service.is_sending = True
        await player.told("playing")
        await player.page.evaluate(
            "window.isHidden = false, document.dispatchEvent(new Event('visibilitychange'))"
        )
        await player.moves()


async def test_sound_is_there_when_a_track_is(tab: Tab) -> None:
    """Faked: a stream with sound. It begins muted, as browsers want it, and stays as set over a seam."""
    service = Service()
    async with playing(tab, service, capabilities=_WITH_SOUND) as player:
        await player.follow(1)
        await player.told("playing", hasSound=True, isMuted=True)
        await player.page.evaluate("stage.mute(false)")
        await player.told("playing", isMuted=False)
        await player.follow(2)
        await service.until(lambda: any(session.is_deleted for session in service.sessions.values()))
        assert await player.page.evaluate(
            "[...document.querySelectorAll('video')].map((video) => video.muted).sort()"
        ) == [
            False,
            True,
        ]


_WITH_SOUND = """
    const Real = MediaStream;
    window.MediaStream = class extends Real {
        constructor() { super(new AudioContext().createMediaStreamDestination().stream); }
    };
"""


async def test_the_page_weighs_little(tab: Tab) -> None:
    """hls.js is not even asked for while WHEP plays."""
    service = Service()
    async with playing(tab, service) as player:
        asked: list[str] = []
        player.page.on("request", lambda request: asked.append(request.url))
        await player.follow(1, has_hls=True)
        await player.told("playing")
        assert not [url for url in asked if "vendor" in url or "m3u8" in url]
