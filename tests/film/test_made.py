"""What a film brings along: who steered when, its poster, its contact sheet."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bot.broadcast.recordings.footage import Moment
from bot.film.making import CREDITS, FILM, POSTER, SHEET, Job, make
from tests.film.test_joining import parts
from tests.film.videos import Kind, make_video, pictures_of

MOMENTS = (
    Moment("s1", 0.0, "A lighthouse"),
    Moment("s1", 1.0, "A storm comes up", ("Ada",)),
    Moment("s2", 0.0, "A storm comes up"),
    Moment("s2", 0.5, "<v Eve>a --> b & c\n\nNOTE no", ("Bob <b>", "Cy", "Di", "Ed", "Flo")),
    Moment("s2", 2.0, "The sun", ("Ada",)),
)


def texts_of(film: Path) -> list[tuple[float, str]]:
    """The text track as a player reads it: two bytes of length, then UTF-8."""
    with av.open(str(film)) as video:
        (track,) = video.streams.subtitles
        assert track.codec_context.name == "mov_text"
        packets = [
            (float((packet.pts or 0) * packet.time_base), bytes(packet))
            for packet in video.demux(track)
            if packet.size
        ]
    return [(at, data[2:].decode()) for at, data in packets if int.from_bytes(data[:2], "big")]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 140)]
    make(Job(parts(*videos), MOMENTS, has_credits=True), tmp_path)
    return tmp_path / FILM


def test_whoever_steered_stands_below_the_picture_while_it_shows(film: Path) -> None:
    """In the film's own track, and in the text beside it; openings are nobody's."""
    told = texts_of(film)
    assert [at for at, _ in told] == pytest.approx([1.0, 3.0, 4.5], abs=0.01)
    assert told[0][1] == "Ada: A storm comes up"
    assert told[1][1] == "Bob <b>, Cy, Di +2: <v Eve>a --> b & c NOTE no"


def test_the_text_beside_it_is_webvtt_whatever_people_write(film: Path) -> None:
    """No prompt and no name begins a cue, a tag or a note."""
    lines = (film.parent / CREDITS).read_text("utf-8").split("\n")
    assert lines[:3] == ["WEBVTT", "", "00:00:01.000 --> 00:00:02.500"]
    assert lines[3] == "<v Ada>A storm comes up</v>"
    assert lines[5:7] == [
        "00:00:03.000 --> 00:00:04.500",
        "<v Bob &lt;b&gt;, Cy, Di +2>&lt;v Eve&gt;a --&gt; b &amp; c NOTE no</v>",
    ]


def test_without_credits_no_name_is_in_any_file(tmp_path: Path) -> None:
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 140)]
    (into := tmp_path / "film").mkdir()
    made = make(Job(parts(*videos), MOMENTS), into)
    assert not made.has_credits
    assert not (into / CREDITS).exists()
    assert not any(b"Ada" in file.read_bytes() for file in into.iterdir())
    with av.open(str(into / FILM)) as video:
        assert [each["metadata"]["title"] for each in video.chapters()][:2] == [
            "A lighthouse",
            "A storm comes up",
        ]


def test_pictures_are_as_they_were_with_credits_too(film: Path) -> None:
    videos = [film.parent / "40.mp4", film.parent / "140.mp4"]
    assert pictures_of(film) == [each for video in videos for each in pictures_of(video)]


def test_the_sheet_has_a_picture_of_each_chapter_and_the_poster_is_one_of_them(film: Path) -> None:
    with Image.open(film.parent / SHEET) as sheet, Image.open(film.parent / POSTER) as poster:
        assert (sheet.format, poster.format) == ("JPEG", "JPEG")
        assert sheet.size == (4 * 320, 2 * 192)
        assert poster.size == (160, 96)
        cells = [
            np.asarray(
                sheet.crop((n % 4 * 320, n // 4 * 192, n % 4 * 320 + 320, n // 4 * 192 + 192)).convert("L")
            )
            for n in range(5)
        ]
    tones = [int(np.median(cell)) for cell in cells]
    assert tones[0] == pytest.approx(tones[1], abs=3)
    assert tones[2] == pytest.approx(tones[4], abs=3)
    assert tones[2] - tones[0] > 60


def test_a_sheet_of_ten_thousand_chapters_is_as_large_as_one_of_48(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", Kind(width=96, height=160, pictures=100))
    make(Job(parts(video), tuple(Moment("s1", n / 2500, str(n)) for n in range(10_000))), tmp_path)
    with Image.open(tmp_path / SHEET) as sheet:
        assert sheet.size == (7 * 180, 7 * 300)
