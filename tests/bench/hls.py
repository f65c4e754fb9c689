"""Ten seams between streams of 20 s over HLS, as hls.js on the watch page and FFmpeg play them, both at once.

The browser has no WebRTC, and FFmpeg (Debian's, else the one in PyAV) plays the link's playlist at the speed
of life. The longest time is counted in which no new frame was shown, or read. The baseline, in the same run:
one stream without a seam.
"""

import asyncio
import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import av
import httpx
from playwright.async_api import Page, async_playwright

from bot.broadcast.limits.continuation import Continuation
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, House
from tests.support.browser import ARGUMENTS, CANDIDATES

SEAMS = int(os.environ.get("SEAMS", "10"))
STREAM_LIMIT_S = 20
WITHOUT_SEAM_S = 30
MOST_STILL_S = 2.0
SEGMENTS_BEFORE = 5

BEHIND_S = 15
"""Until players have come to what stands in the playlist."""
WITHOUT_WEBRTC = """
  delete window.RTCPeerConnection;
  HTMLVideoElement.prototype.canPlayType = () => "";  // Chromium plays HLS by itself: hls.js is meant
"""
WATCH = """() => {
  const seen = (window.seen = { longest: 0, stalls: [], frames: 0, ahead: [] });
  const video = document.querySelector("video.on-air");
  let at = null;
  const look = (now) => {
    const still = at === null ? 0 : (now - at) / 1000;
    if (still > 0.5) seen.stalls.push(Math.round(still * 100) / 100);
    seen.longest = Math.max(seen.longest, still);
    seen.frames += 1;
    seen.ahead.push(video.buffered.end(video.buffered.length - 1) - video.currentTime);
    at = now;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""
TOLD = """() => {
  const most = (ahead) => Math.max(...ahead).toFixed(1);
  const some = Math.ceil(seen.ahead.length / 4);
  return { ...seen, ahead: `${most(seen.ahead.slice(0, some))} to ${most(seen.ahead.slice(-some))}` };
}"""


@dataclass
class Reading:
    """What a reader that keeps to the speed of life has got so far."""

    frames: int = 0
    longest_s: float = 0.0
    stalls: list[float] = field(default_factory=list)
    _at: float | None = None

    def got(self, frames: int) -> None:
        """So many frames, now."""
        if frames == self.frames:
            return
        now = time.monotonic()
        if self._at is not None:
            self.longest_s = max(self.longest_s, now - self._at)
            if now - self._at > 0.5:
                self.stalls.append(round(now - self._at, 2))
        self.frames, self._at = frames, now


def main() -> None:
    """`python -m tests.bench hls`; SEAMS sets how many."""
    asyncio.run(_measure())


async def _measure() -> None:
    reader = "Debian's ffmpeg" if shutil.which("ffmpeg") else "PyAV"
    async with async_playwright() as playwright:
        path = next(found for found in CANDIDATES if Path(found).is_file())
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        print(f"{'':<28}{'player':<18}{'longest still, s':>18}{'frames':>8}  stalls over 0.5 s")
        await _watch("one stream", await browser.new_page(), reader, seams=0)
        for continuation in (Continuation.AUTO, Continuation.SEQUENTIAL):
            name = f"{continuation}, at most {MOST_STILL_S:g} s"
            await _watch(name, await browser.new_page(), reader, continuation, seams=SEAMS)


async def _watch(
    name: str, page: Page, reader: str, continuation: Continuation = Continuation.AUTO, *, seams: int
) -> None:
    limit_s = STREAM_LIMIT_S if seams else 150
    standin = Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=limit_s))
    with tempfile.TemporaryDirectory() as directory:
        async with LocalDiscord() as discord, standin:
            house = House(Path(directory), discord, standin)
            async with house.bot(continuation=continuation, stream_limit_s=limit_s, log_level="ERROR"):
                panel = await house.live_broadcast("A lighthouse on a cliff at dusk")
                link = next(button.url for button in panel.buttons if button.label == "Watch")
                assert link
                playlist = f"{link}/live.m3u8"
                await _cuts_of(playlist, segments=SEGMENTS_BEFORE)
                await page.add_init_script(WITHOUT_WEBRTC)
                await page.goto(link)
                await page.wait_for_selector("video.on-air")
                await page.evaluate(WATCH)
                reading = Reading()
                read = _read_by_ffmpeg if shutil.which("ffmpeg") else _read_by_pyav
                async with asyncio.TaskGroup() as both:
                    task = both.create_task(read(playlist, reading))
                    while seams and await _cuts_of(playlist) < seams:
                        await asyncio.sleep(1)
                    await asyncio.sleep(BEHIND_S if seams else WITHOUT_SEAM_S)
                    task.cancel()
                told = await page.evaluate(TOLD)
    ahead = f"{told['ahead']} s in its buffer at most"
    print(f"{name:<28}{'hls.js':<18}{told['longest']:>18.2f}{told['frames']:>8}  {told['stalls']}; {ahead}")
    print(f"{name:<28}{reader:<18}{reading.longest_s:>18.2f}{reading.frames:>8}  {reading.stalls}")


async def _cuts_of(playlist: str, *, segments: int = 1) -> int:
    """How many seams it has had, once it lists so many segments: players begin three before the end."""
    async with httpx.AsyncClient(timeout=30) as http:
        while (text := (await http.get(playlist)).text).count("#EXTINF") < segments:
            await asyncio.sleep(1)
    before = re.search(r"#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)", text)
    assert before
    return int(before[1]) + text.count("#EXT-X-DISCONTINUITY\n")


async def _read_by_ffmpeg(url: str, reading: Reading) -> None:
    """As it comes, at the speed of life. Not decoded: what FFmpeg reads after a cut it may discard."""
    command = ["ffmpeg", "-loglevel", "error", "-re", "-i", url, "-c", "copy", "-f", "null", "-"]
    options = ["-progress", "pipe:1", "-stats_period", "0.1"]
    process = await asyncio.create_subprocess_exec(
        *command[:3],
        *options,
        *command[3:],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        async for line in process.stdout:
            if line.startswith(b"frame="):
                reading.got(int(line[6:]))
    finally:
        process.kill()
        await process.wait()


async def _read_by_pyav(url: str, reading: Reading) -> None:
    """The same FFmpeg as a library, which has to be held to the speed of life."""
    stop = False

    def read() -> None:
        frames, begin, due_s, before = 0, time.monotonic(), 0.0, 0.0
        with av.open(url, timeout=30) as container:
            for packet in container.demux(video=0):
                if stop or packet.pts is None or packet.time_base is None:
                    return
                at = float(packet.pts * packet.time_base)
                due_s += at - before if 0 < at - before < 1 else 0.05
                before = at
                if (early_s := begin + due_s - time.monotonic()) > 0:
                    time.sleep(early_s)
                else:
                    begin -= early_s
                frames += 1
                reading.got(frames)

    thread = asyncio.create_task(asyncio.to_thread(read), name="reading")
    try:
        await asyncio.shield(thread)
    finally:
        stop = True
        await thread
