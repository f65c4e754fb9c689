"""Ten seams between streams of 20 s over HLS, as hls.js in a browser and FFmpeg play them at the same time.

Both play the one playlist of the watch link, at the speed of life. A stall is the longest time in which no
new frame was shown (hls.js) or read (FFmpeg: Debian's, else the one in PyAV). The baseline, in the same run:
one stream without a seam.
"""

import asyncio
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import av
import httpx
from playwright.async_api import Page, async_playwright

from bot.broadcast.limits.continuation import Continuation
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from bot.web.assets import PAGE
from tests.e2e.conftest import API_KEY, House
from tests.support.browser import ARGUMENTS, CANDIDATES

SEAMS = int(os.environ.get("SEAMS", "10"))
STREAM_LIMIT_S = 20
WITHOUT_SEAM_S = 30
MOST_STILL_S = 2.0
SEGMENTS_BEFORE = 5
HLS_JS = PAGE / "vendor" / "hls.light.min.js"
WATCH = """url => {
  const seen = window.seen = { longest: 0, stalls: [], frames: 0, cuts: new Set(), behind: [], errors: [] };
  const video = document.body.appendChild(Object.assign(document.createElement("video"), { muted: true }));
  const player = new Hls({ enableWorker: false });
  player.on(Hls.Events.FRAG_CHANGED, (_, { frag }) => seen.cuts.add(frag.cc));
  player.on(Hls.Events.ERROR, (_, { details, fatal }) => seen.errors.push(fatal ? `${details}!` : details));
  player.loadSource(url);
  player.attachMedia(video);
  let at = null;
  const look = (now) => {
    const still = at === null ? 0 : (now - at) / 1000;
    if (still > 0.5) seen.stalls.push(Math.round(still * 100) / 100);
    seen.longest = Math.max(seen.longest, still);
    seen.frames += 1;
    at = now;
    if (player.playingDate) seen.behind.push((Date.now() - player.playingDate) / 1000);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  video.play();
}"""
TOLD = "({ ...seen, cuts: seen.cuts.size, behind: [seen.behind[0], seen.behind.at(-1)] })"


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
        print(f"{'':<28}{'player':<18}{'seams':>6}{'longest still, s':>18}{'frames':>8}  stalls over 0.5 s")
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
                await _until_players_can_be_behind(playlist)
                await page.goto(urljoin(link, "../assets/vendor/README.md"))
                await page.evaluate(HLS_JS.read_text("utf-8"))
                await page.evaluate(WATCH, playlist)
                reading = Reading()
                read = _read_by_ffmpeg if shutil.which("ffmpeg") else _read_by_pyav
                async with asyncio.TaskGroup() as both:
                    task = both.create_task(read(playlist, reading))
                    if seams:
                        while await page.evaluate("seen.cuts.size") <= seams:
                            await asyncio.sleep(1)
                    else:
                        await asyncio.sleep(WITHOUT_SEAM_S)
                    task.cancel()
                told = await page.evaluate(TOLD)
    behind = " to ".join(f"{each:.1f}" for each in told["behind"] if each is not None)
    print(
        f"{name:<28}{'hls.js':<18}{told['cuts'] - 1:>6}{told['longest']:>18.2f}{told['frames']:>8}  "
        f"{told['stalls']}; {behind} s behind live; {told['errors']}"
    )
    print(f"{name:<28}{reader:<18}{'':>6}{reading.longest_s:>18.2f}{reading.frames:>8}  {reading.stalls}")


async def _until_players_can_be_behind(playlist: str) -> None:
    """They begin three segments before the end."""
    async with httpx.AsyncClient(timeout=30) as http:
        while (await http.get(playlist)).text.count("#EXTINF") < SEGMENTS_BEFORE:
            await asyncio.sleep(1)


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
