"""Videos that are none, are broken or lie: each has an outcome, and none costs the others anything."""

import random
from pathlib import Path

import av
import pytest

from bot.broadcast.recordings.footage import Moment, NoFootageError, Part
from bot.film.making import FILM, Job, make
from tests.film.test_joining import parts
from tests.film.videos import Kind, make_video, pictures_of, times_of


def broken(kind: str, good: bytes, path: Path) -> Path:
    match kind:
        case "is missing":
            return path
        case "is empty":
            content = b""
        case "is text":
            content = b"<html>404 Not Found</html>" * 100
        case "is a picture":
            content = b"\xff\xd8\xff\xe0" + bytes(2000)
        case "has no index":
            content = good[: len(good) * 3 // 4]
        case "is a playlist":  # that leads elsewhere
            content = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
        case "is a list of files":
            content = b"ffconcat version 1.0\nfile '/etc/passwd'\n"
        case "has a head alone":
            content = good[:32]
        case "is noise":
            content = random.Random(7).randbytes(5000)
        case _:
            raise AssertionError(kind)
    path.write_bytes(content)
    return path


UNREADABLE = [
    *("is missing", "is empty", "is text", "is a picture", "has no index"),
    *("is a playlist", "is a list of files", "has a head alone", "is noise"),
]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_video_is_left_out(kind: str, tmp_path: Path) -> None:
    """The film is of the others, and says which those are; alone it is no film."""
    good = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (50, 150)]
    bad = broken(kind, good[0].read_bytes(), tmp_path / "bad.mp4")
    made = make(Job(parts(good[0], bad, good[1])), tmp_path)
    assert pictures_of(tmp_path / FILM) == pictures_of(good[0]) + pictures_of(good[1])
    assert made.offsets_s == pytest.approx({"s1": 0.0, "s3": 2.5})
    (alone := tmp_path / "alone").mkdir()
    with pytest.raises(NoFootageError):
        make(Job(parts(bad)), alone)
    assert not list(alone.iterdir())


def test_of_a_truncated_video_what_is_there_is_shown(tmp_path: Path) -> None:
    """Its index may promise more than there is."""
    whole = tmp_path / "whole.mp4"
    make(Job(parts(make_video(tmp_path / "a.mp4", Kind(pictures=100)))), tmp_path)
    (tmp_path / FILM).rename(whole)  # with its index in front
    content = whole.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) * 2 // 3])
    other = make_video(tmp_path / "b.mp4", tone=150)
    made = make(Job(parts(cut, other)), tmp_path)
    shown, first, last = pictures_of(tmp_path / FILM), pictures_of(whole), pictures_of(other)
    count = len(shown) - len(last)
    assert 30 < count < 90
    assert shown == first[:count] + last
    assert made.offsets_s["s2"] == pytest.approx(count / 20)


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_video_of_almost_nothing_is_shown(pictures: int, tmp_path: Path) -> None:
    tiny, other = (
        make_video(tmp_path / "a.mp4", Kind(pictures=pictures)),
        make_video(tmp_path / "b.mp4", tone=90),
    )
    make(Job(parts(tiny, other, tiny)[:2]), tmp_path)
    assert pictures_of(tmp_path / FILM) == pictures_of(tiny) + pictures_of(other)


def test_a_video_without_one_picture_is_left_out(tmp_path: Path) -> None:
    """A track alone is no video; nor is sound."""
    sound = tmp_path / "sound.mp4"
    with (
        av.open(str(make_video(tmp_path / "a.mp4", Kind(sound="aac")))) as video,
        av.open(str(sound), "w") as target,
    ):
        track = target.add_stream_from_template(video.streams.audio[0])
        for packet in video.demux(audio=0):
            packet.stream = track
            target.mux(packet)
    other = make_video(tmp_path / "b.mp4")
    made = make(Job(parts(sound, other)), tmp_path)
    assert list(made.offsets_s) == ["s2"]


def rewritten(source: Path, path: Path, times: dict[int, int]) -> Path:
    """A copy with other time stamps: by packet, in ticks of a hundredth."""
    with av.open(str(source)) as video, av.open(str(path), "w", format="matroska") as target:
        track = target.add_stream_from_template(video.streams.video[0])
        at = 0
        for number, packet in enumerate(video.demux(video=0)):
            if not packet.size:
                continue
            at = times.get(number, at + 50)
            packet.stream, packet.pts, packet.dts, packet.duration = track, at, at, 50
            packet.time_base = track.time_base  # type: ignore[assignment]
            target.mux_one(packet)
    return path


@pytest.mark.parametrize(
    "times",
    [{25: 36_000_000}, {0: 5_000_000}, {10: 100_000, 20: 200_000, 30: 300_000}],
    ids=["leaps by ten hours", "begins late", "leaps again and again"],
)
def test_clocks_that_leap_do_not_make_the_film_longer(times: dict[int, int], tmp_path: Path) -> None:
    odd = rewritten(make_video(tmp_path / "a.mp4"), tmp_path / "odd.mkv", times)
    other = make_video(tmp_path / "b.mp4", tone=150)
    made = make(Job(parts(odd, other)), tmp_path)
    assert made.length_s == pytest.approx(5.0, abs=0.3)
    assert pictures_of(tmp_path / FILM) == pictures_of(odd) + pictures_of(other)
    shown = times_of(tmp_path / FILM)
    assert shown == sorted(shown)
    assert len(set(shown)) == 100


def test_a_prompt_may_have_been_applied_at_any_time(tmp_path: Path) -> None:
    """Before the first picture, after the last, in a stream that is not there, at no time at all."""
    video = make_video(tmp_path / "a.mp4")
    moments = (
        Moment("s1", -5.0, "before"),
        Moment("s1", 1.0, "within"),
        Moment("s1", 1.0, "in the same moment", ("Ada",)),
        Moment("s1", 9_999.0, "after"),
        Moment("s9", 1.0, "elsewhere", ("Ada",)),
    )
    made = make(Job(parts(video), moments, has_credits=True), tmp_path)
    with av.open(str(tmp_path / FILM)) as film:
        titles = [chapter["metadata"]["title"] for chapter in film.chapters()]
    assert titles == ["before", "in the same moment"]
    assert made.has_credits


def test_the_same_stream_twice_is_shown_twice(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4")
    make(Job((Part("s1", video), Part("s1", video))), tmp_path)
    assert len(pictures_of(tmp_path / FILM)) == 100
