"""A recording's page with something to show, for tests that look at it."""

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from PIL import Image

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Refusal, Stream, Suggestion, Viewer
from tests.support.watched import NOW, OVER, ROBIN, Watched

STREAM_S = 6.0
RATE = 10
OPENING = "A harbour at dusk, paper lanterns on the water"
IDEAS = (
    (
        1.0,
        "A whale leaps between the boats",
        "Scene: a whale leaps between the boats, spray in the lantern light",
        ROBIN,
    ),
    (2.5, "It begins to snow", "Scene: it begins to snow over the harbour", Viewer(5, "Ada")),
    (4.0, "Everybody turns into a frog", None, Viewer(6, "")),
)
SIZE = (320, 176)


@lru_cache
def film(seconds: float, tone: int = 0) -> bytes:
    """A video of so many seconds, with a bar that moves."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "5"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(round(seconds * RATE)):
            picture = Image.new("RGB", SIZE, (30 + tone, 40, 90))
            picture.paste((240, 200, 120), (number * 4 % 300, 40, number * 4 % 300 + 20, 140))
            frame = av.VideoFrame.from_ndarray(np.asarray(picture))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def recorded(streams: int = 3, *, portrait: bool = False) -> PastBroadcast:
    """A broadcast of so many streams, each of six seconds."""
    opening = replace(OVER, prompt=OPENING, portrait=portrait)
    parts = []
    for number in range(1, streams + 1):
        begun_at = NOW + timedelta(seconds=STREAM_S * (number - 1))
        prompt = OPENING if number == 1 else f"{OPENING}. {IDEAS[(number - 2) % 2][1]}"
        ended_at = begun_at + timedelta(seconds=STREAM_S)
        stream = Stream(
            f"s{number}", OVER.id, prompt, portrait, begun_at, begun_at, number, f"service-{number}", ended_at
        )
        parts.append(PastStream(stream, has_recording=True, duration_s=STREAM_S))
    return PastBroadcast(opening, tuple(parts))


def ideas(past: PastBroadcast) -> Sequence[Suggestion]:
    """What was sent in each of its streams."""
    found = []
    for each in past.streams:
        for number, (after_s, said, made, who) in enumerate(IDEAS):
            at = each.stream.started_at + timedelta(seconds=after_s)
            name = f"{each.stream.id}-{number}"
            one = Suggestion(name, past.broadcast.id, who, said, at).sent(each.stream.id, at)
            found.append(one.acknowledged(made, at) if made else one.refused(Refusal.SERVICE_REFUSED, at))
    return found


@asynccontextmanager
async def recording_page(
    directory: Path, past: PastBroadcast, *, has_film: bool = True
) -> AsyncIterator[tuple[Watched, str]]:
    """Serves a recording whose files are kept on the disk; gives where its page is."""
    watched = Watched()
    kept = watched.kept
    kept.archive.directory = directory
    token = await kept.add(past)
    kept.sent += ideas(past)
    sheet = io.BytesIO()
    Image.new("RGB", (960, 360), (60, 50, 110)).save(sheet, "JPEG")
    kept.keep(past, FileKind.POSTER, Path("bot/local/demo/page/harbour.jpg").read_bytes())
    for number, each in enumerate(past.streams):
        kept.keep(past, FileKind.VIDEO, film(STREAM_S, 60 * number), each.stream)
    if has_film:
        kept.offsets = {each.stream.id: STREAM_S * number for number, each in enumerate(past.streams)}
        kept.keep(past, FileKind.FILM, film(STREAM_S * len(past.streams)))
        kept.keep(past, FileKind.CONTACT_SHEET, sheet.getvalue())
        kept.keep(past, FileKind.CREDITS, b"WEBVTT\n\n00:01.000 --> 00:03.000\nRobin\n")
    async with watched.served() as page:
        yield watched, f"{page.partition('/watch/')[0]}/r/{token}"
