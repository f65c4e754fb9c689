"""Ten seams between streams of 20 s, as a viewer sees them in a browser, steered all the time.

The baseline is the same page on one stream, in the same run.
"""

import asyncio
import base64
import io
import os
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page, async_playwright

from bot.broadcast.limits.continuation import Continuation
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, CHANNEL, House
from tests.support.browser import ARGUMENTS, CANDIDATES
from tests.support.steering import set_

SEAMS = int(os.environ.get("SEAMS", "10"))
STREAM_LIMIT_S = 20
WATCHED = Path(__file__).with_name("_watched.js").read_text()
MOST_STILL_MS = {Continuation.AUTO: 300, Continuation.SEQUENTIAL: 2000}
LEAST_LIKENESS = 0.6


def main() -> None:
    """`python -m tests.bench seam`; SEAMS sets how many."""
    asyncio.run(_measure())


async def _measure() -> None:
    async with async_playwright() as playwright:
        path = next(found for found in CANDIDATES if Path(found).is_file())
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        print(f"{'':<46}{'longest still, ms':>18}{'black':>7}{'likeness':>10}{'sent':>6}{'acknowledged':>14}")
        _row("one stream without a seam", await _watch(await browser.new_page(), Continuation.AUTO, seams=0))
        for continuation, most_ms in MOST_STILL_MS.items():
            seen = await _watch(await browser.new_page(), continuation, seams=SEAMS)
            _row(f"{seen['seams']} seams, {continuation} (at most {most_ms} ms)", seen)


async def _watch(page: Page, continuation: Continuation, *, seams: int) -> dict[str, Any]:
    limit_s = STREAM_LIMIT_S if seams else 150
    standin = Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=limit_s))
    with tempfile.TemporaryDirectory() as directory:
        async with LocalDiscord() as discord, standin:
            house = House(Path(directory), discord, standin)
            async with house.bot(continuation=continuation, stream_limit_s=limit_s, log_level="ERROR"):
                await set_(house, gap_s=0)
                panel = await house.live_broadcast("A lighthouse on a cliff at dusk")
                link = next(button.url for button in panel.buttons if button.label == "Watch")
                assert link
                await page.goto(link)
                await page.locator("#notice").wait_for(state="hidden")
                await page.evaluate(WATCHED)
                sent = await _steer(house, page, seams)
                seen: dict[str, Any] = await page.evaluate("window.seen")
                marks = Counter(str(m.reactions) for m in discord.messages(CHANNEL) if m.text.startswith("!"))
    likeness = [_likeness(*pair) for pair in seen["changes"]]
    acknowledged = sum(count for reactions, count in marks.items() if "✅" in reactions)
    return {
        "seams": len(likeness),
        "longest": seen["longestGapMs"],
        "black": seen["black"],
        "likeness": min(likeness, default=1.0),
        "sent": sent,
        "acknowledged": acknowledged,
    }


async def _steer(house: House, page: Page, seams: int) -> int:
    """One suggestion a second, until so many seams are over, or for 20 s; returns how many."""
    robin, sent = house.discord.user("robin"), 0
    while (seams and await page.evaluate("window.seen.changes.length") < seams) or sent < STREAM_LIMIT_S:
        sent += 1
        await robin.send(CHANNEL, f"!{sent} birds fly over the sea")
        await asyncio.sleep(1)
    await asyncio.sleep(3)
    return sent


def _likeness(before: str, after: str) -> float:
    """The structural similarity of two pictures, by FFmpeg's filter: 1 for the same."""
    graph = Graph()
    pictures = [av.VideoFrame.from_ndarray(_pixels(url), format="rgb24") for url in (before, after)]
    frames = [picture.reformat(format="yuv420p") for picture in pictures]
    sources = [
        graph.add_buffer(width=each.width, height=each.height, format=each.format, time_base=Fraction(1, 25))
        for each in frames
    ]
    ssim, sink = graph.add("ssim"), graph.add("buffersink")
    for number, source in enumerate(sources):
        source.link_to(ssim, 0, number)
    ssim.link_to(sink)
    graph.configure()
    for source, frame in zip(sources, frames, strict=True):
        frame.pts = 0
        source.push(frame)
        source.push(None)
    return float(sink.pull().metadata["lavfi.ssim.All"])


def _pixels(url: str) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB"))


def _row(name: str, seen: dict[str, Any]) -> None:
    print(
        f"{name:<46}{seen['longest']:>18.0f}{seen['black']:>7}{seen['likeness']:>10.2f}{seen['sent']:>6}"
        f"{seen['acknowledged']:>14}"
    )
