"""How soon the watch page shows its first picture, on loopback, beside a page that does nothing but WHEP.

Both are opened anew in turn, with nothing cached; the time is the page's own, from its navigation on.
"""

import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, House
from tests.support.browser import ARGUMENTS, CANDIDATES, serving_pages

ROUNDS = int(os.environ.get("ROUNDS", "10"))
MOST_MS = 1000
_NOTES_FIRST_FRAME = """
    addEventListener("DOMContentLoaded", () => {
        for (const video of document.querySelectorAll("video"))
            video.requestVideoFrameCallback(() => (window.firstFrameAt ??= performance.now()));
    });
"""
_BARE = """<!doctype html><title>bare</title><video autoplay muted playsinline></video>
<script type="module">
    const { url, token } = %s;
    const { iceServers } = await (await fetch(`${new URL(url).origin}/config`)).json();
    const peer = new RTCPeerConnection({ iceServers });
    peer.ontrack = ({ streams: [stream], track }) => {
        document.querySelector("video").srcObject = stream ?? new MediaStream([track]);
    };
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription();
    await new Promise((resolve) => {
        peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
    });
    const headers = { "Content-Type": "application/sdp" };
    const offer = { method: "POST", headers, body: peer.localDescription.sdp };
    const answer = await fetch(`${url}/whep?token=${token}`, offer);
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
</script>"""
_WHEP = """async (events) => {
    const reader = (await fetch(events)).body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
        text += (await reader.read()).value;
        const whep = /"whep": ?(\\{.*?\\})/.exec(text);
        if (whep) return whep[1];
    }
}"""


def main() -> None:
    """`python -m tests.bench first_picture`; ROUNDS sets how often."""
    asyncio.run(_measure())


async def _measure() -> None:
    standin = Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=150))
    with tempfile.TemporaryDirectory() as directory:
        async with async_playwright() as playwright, LocalDiscord() as discord, standin:
            path = next(found for found in CANDIDATES if Path(found).is_file())
            browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            house = House(Path(directory), discord, standin)
            async with house.bot(log_level="ERROR"):
                panel = await house.live_broadcast("A lighthouse on a cliff at dusk")
                link = next(button.url for button in panel.buttons if button.label == "Watch")
                assert link
                bare = _BARE % await _whep(browser, link)

                async def serve(_: web.Request) -> web.Response:
                    return web.Response(text=bare, content_type="text/html")

                async with serving_pages(serve) as bare_page:
                    seen = {"a bare WHEP page": bare_page, f"the watch page (at most {MOST_MS} ms)": link}
                    times = await _first_frames(browser, list(seen.values()))
            await browser.close()
    print(f"{'':<40}{'median, ms':>12}{'longest':>10}")
    for name, url in seen.items():
        print(f"{name:<40}{statistics.median(times[url]):>12.0f}{max(times[url]):>10.0f}")


async def _whep(browser: Browser, link: str) -> str:
    page = await browser.new_page()
    await page.goto(link)
    whep: str = await page.evaluate(_WHEP, f"{link}/events")
    await page.close()
    return whep


async def _first_frames(browser: Browser, urls: list[str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {url: [] for url in urls}
    for _ in range(ROUNDS):
        for url in urls:
            page = await browser.new_page()
            await page.add_init_script(_NOTES_FIRST_FRAME)
            await page.goto(url)
            seen = await page.wait_for_function("() => window.firstFrameAt")
            times[url].append(await seen.json_value())
            await page.close()
    return times
