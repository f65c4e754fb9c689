"""A film in a browser: it plays, and jumps, across joints of every kind."""

from pathlib import Path

import pytest
from aiohttp import web

from bot.broadcast.recordings.footage import Moment
from bot.film.making import FILM, Job, make
from tests.film.test_joining import parts
from tests.film.videos import Kind, make_video
from tests.support.browser import LocalBrowser, serving_pages

PLAIN = Kind(pictures=30)
OTHER = Kind(pictures=30, b_frames=2, preset="medium")
TALL = Kind(pictures=30, width=96, height=160)
WITH_SOUND = Kind(pictures=30, sound="aac")
TONE_AT = """async ([video, at]) => {
  await new Promise((done, failed) => {
    const look = (_, { mediaTime }) =>
      Math.abs(mediaTime - at) < 0.11 ? done() : video.requestVideoFrameCallback(look);
    video.requestVideoFrameCallback(look);
    video.onerror = () => failed(new Error(video.error.message));
    video.currentTime = at;
  });
  const canvas = new OffscreenCanvas(160, 96).getContext("2d");
  canvas.drawImage(video, 0, 0);
  return canvas.getImageData(75, 40, 1, 1).data[0];
}"""
LENGTH = """video => new Promise((done) => {
  const tell = () => done(video.duration);
  if (video.readyState) tell();
  else video.onloadedmetadata = tell;
})"""
TO_THE_END = """video => new Promise((done, failed) => {
  video.onended = () => done(video.currentTime);
  video.onerror = () => failed(new Error(video.error.message));
  video.currentTime = 0;
  video.playbackRate = 16;
  video.play();
})"""


@pytest.mark.parametrize(
    "kinds",
    [(PLAIN, PLAIN), (PLAIN, OTHER, PLAIN, OTHER), (PLAIN, TALL, PLAIN), (WITH_SOUND, PLAIN)],
    ids=["of one kind", "encoded in other ways", "of other shapes", "with sound"],
)
async def test_it_plays_from_end_to_end_and_wherever_one_jumps(
    kinds: tuple[Kind, ...], browser: LocalBrowser, tmp_path: Path
) -> None:
    """Forwards and back, each part shows its own pictures."""
    tones = [40 + 50 * number for number in range(len(kinds))]
    videos = [
        make_video(tmp_path / f"{tone}.mp4", kind, tone=tone) for kind, tone in zip(kinds, tones, strict=True)
    ]
    moments = tuple(Moment(f"s{n}", 0.0, f"Part {n}", ("Ada",)) for n in range(1, len(kinds) + 1))
    made = make(Job(parts(*videos), moments, has_credits=True), tmp_path)

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path == "/film.mp4":
            return web.FileResponse(tmp_path / FILM)
        return web.Response(text="<video muted src='film.mp4'></video>", content_type="text/html")

    async with serving_pages(serve) as url:
        page = await browser.open(url)
        video = await page.query_selector("video")
        assert video
        length = await video.evaluate(LENGTH)
        assert length == pytest.approx(made.length_s, abs=0.15)
        order = [*range(len(kinds)), *reversed(range(len(kinds) - 1)), len(kinds) - 1, 0]
        for number in order:
            at = made.offsets_s[f"s{number + 1}"] + 0.4
            seen = await page.evaluate(TONE_AT, [video, at])
            assert abs(seen - tones[number]) <= 14, (number, seen)
        assert await video.evaluate(TO_THE_END) == pytest.approx(length, abs=0.2)
