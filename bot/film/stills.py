"""Pictures of a film: its poster, and a sheet with one of each chapter."""

from collections.abc import Sequence
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from bot.film.joining import Chapter
from bot.film.look import open_video, video_of
from bot.film.packets import TICKS

CELLS_LIMIT = 48
"""Of more chapters, so many from all over the film."""
SETTLED_S = 2.0
"""After a prompt the world takes a moment to look like it."""
WIDE_CELL, TALL_CELL = 320, 180
"""Their widths in pixels; four beside each other, or seven."""
SHEET_WIDTH = 1280
GROUND = (11, 12, 18)
QUALITY = 88
POSTER_SIDE = 1280
LOOKED_AT = 400
"""Packets, in which a keyframe has to come."""


def draw_stills(film: Path, chapters: Sequence[Chapter], poster: Path, sheet: Path) -> bool:
    """Writes both as JPEGs. False, and neither is there, when not one picture could be had."""
    with open_video(film) as container:
        stream = video_of(container)
        codec = stream.codec_context
        codec.thread_count = 1
        codec.skip_frame = "NONKEY"
        cells: list[Image.Image] = []
        best: tuple[float, Image.Image] | None = None
        for chapter in _some(chapters or [Chapter(0, TICKS, "")]):
            picture = _picture(container, stream, chapter)
            if picture is None:
                continue
            cells.append(_smaller(picture, WIDE_CELL if picture.width >= picture.height else TALL_CELL))
            detail = sum(ImageStat.Stat(cells[-1].convert("L")).stddev)
            if best is None or detail > best[0]:
                best = detail, picture
    if best is None:
        return False
    best[1].thumbnail((POSTER_SIDE, POSTER_SIDE))
    best[1].save(poster, "JPEG", quality=QUALITY)
    _sheet(cells).save(sheet, "JPEG", quality=QUALITY)
    return True


def _some(chapters: Sequence[Chapter]) -> list[Chapter]:
    count = min(len(chapters), CELLS_LIMIT)
    return [chapters[index * len(chapters) // count] for index in range(count)]


def _picture(container: InputContainer, stream: VideoStream, chapter: Chapter) -> Image.Image | None:
    """The keyframe nearest to when the chapter has settled: of the chapter itself, if it has one."""
    wanted = min(chapter.begins + round(SETTLED_S * TICKS), (chapter.begins + chapter.ends) // 2)
    found: Image.Image | None = None
    assert stream.time_base  # noqa: S101 - a track of a file that is open has one
    try:
        container.seek(round(wanted / TICKS / stream.time_base), stream=stream)
        for number, packet in enumerate(container.demux(stream)):
            if packet.is_keyframe or not packet.size:
                for frame in packet.decode():
                    found = Image.fromarray(frame.to_ndarray(format="rgb24"))
                    at = (frame.time or 0.0) * TICKS
                    if at >= chapter.begins - TICKS // 1000:
                        return found
            if number > LOOKED_AT or (packet.pts or 0) * stream.time_base * TICKS >= chapter.ends:
                break
    except (av.FFmpegError, OSError, ValueError):
        return found
    return found


def _smaller(picture: Image.Image, width: int) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _sheet(cells: Sequence[Image.Image]) -> Image.Image:
    width, height = cells[0].size
    columns = min(len(cells), SHEET_WIDTH // width)
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), GROUND)
    for number, cell in enumerate(cells):
        sheet.paste(cell, (number % columns * width, number // columns * height))
    return sheet
