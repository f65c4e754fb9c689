"""Videos of one kind become one film, picture by picture, without being encoded again."""

from pathlib import Path

import av
import pytest

from bot.broadcast.recordings.footage import Moment, NoFootageError, Part
from bot.film.making import FILM, Job, make
from tests.film.videos import Kind, make_video, pictures_of, times_of


def parts(*paths: Path) -> tuple[Part, ...]:
    return tuple(Part(f"s{number}", path) for number, path in enumerate(paths, 1))


def boxes(path: Path) -> list[bytes]:
    """The names of a file's outermost boxes, in their order."""
    data, at, names = path.read_bytes(), 0, list[bytes]()
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big") or len(data)
    return names


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as video:
        return [bytes(packet) for packet in video.demux(video=0) if packet.size]


def test_every_picture_of_every_part_is_there_as_it_was(tmp_path: Path) -> None:
    """Copied to the bit, in order, and each shown a picture's time after the one before."""
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 90, 140)]
    made = make(Job(parts(*videos)), tmp_path)
    film = tmp_path / FILM
    assert packets_of(film) == [packet for video in videos for packet in packets_of(video)]
    assert pictures_of(film) == [each for video in videos for each in pictures_of(video)]
    assert times_of(film) == pytest.approx([number / 20 for number in range(150)], abs=1e-4)
    assert made.length_s == pytest.approx(7.5)
    assert made.offsets_s == pytest.approx({"s1": 0.0, "s2": 2.5, "s3": 5.0})


def test_it_begins_to_play_before_all_of_it_is_there(tmp_path: Path) -> None:
    """What a player has to know stands before the pictures, which are of a kind that plays everywhere."""
    make(Job(parts(make_video(tmp_path / "a.mp4"), make_video(tmp_path / "b.mp4"))), tmp_path)
    names = boxes(tmp_path / FILM)
    assert names.index(b"moov") < names.index(b"mdat")
    with av.open(str(tmp_path / FILM)) as film:
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert film.streams.video[0].codec_context.codec_tag == "avc1"


def test_pictures_that_refer_to_later_ones_stay_in_order(tmp_path: Path) -> None:
    """With B-frames a picture is decoded sooner than it is shown, also across a joint."""
    kind = Kind(b_frames=2, preset="medium")
    videos = [make_video(tmp_path / f"{tone}.mp4", kind, tone=tone) for tone in (40, 90)]
    make(Job(parts(*videos)), tmp_path)
    assert pictures_of(tmp_path / FILM) == [each for video in videos for each in pictures_of(video)]
    times = times_of(tmp_path / FILM)
    assert times == sorted(times)
    assert len(set(times)) == 100


def test_ways_of_encoding_may_change_from_part_to_part(tmp_path: Path) -> None:
    """Other parameter sets, of the same codec and shape: every picture is right across each joint."""
    plain, other = Kind(), Kind(b_frames=2, preset="medium")
    kinds = [plain, other, plain, other, other]
    videos = [make_video(tmp_path / f"{n}.mp4", kind, tone=40 + 30 * n) for n, kind in enumerate(kinds)]
    make(Job(parts(*videos)), tmp_path)
    assert pictures_of(tmp_path / FILM) == [each for video in videos for each in pictures_of(video)]
    times = times_of(tmp_path / FILM)
    assert times == sorted(times)
    assert times[-1] == pytest.approx(249 / 20, abs=0.5)


def test_rates_may_change_from_part_to_part(tmp_path: Path) -> None:
    """Pictures keep their times, as irregular as they are."""
    odd = Kind(pictures=20, shown_at=[n * n for n in range(20)])
    videos = [make_video(tmp_path / "a.mp4", odd), make_video(tmp_path / "b.mp4", tone=90)]
    make(Job(parts(*videos)), tmp_path)
    times = times_of(tmp_path / FILM)
    assert times[:20] == pytest.approx([n * n / 20 for n in range(20)], abs=1e-3)
    assert times[20] >= 19 * 19 / 20
    assert len(times) == 70


def test_a_clip_begins_at_the_keyframe_before_its_moment(tmp_path: Path) -> None:
    """Of a part's middle, and across a joint: nothing is encoded again."""
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 90)]
    first, second = pictures_of(videos[0]), pictures_of(videos[1])
    across = (Part("s1", videos[0], from_s=1.7), Part("s2", videos[1], to_s=0.6))
    made = make(Job(across, is_clip=True), tmp_path)
    assert pictures_of(tmp_path / FILM) == [*first[20:], *second[:12]]
    assert made.length_s == pytest.approx(2.1)
    middle = (Part("s1", videos[0], from_s=1.0, to_s=1.5),)
    make(Job(middle, is_clip=True), tmp_path)
    assert pictures_of(tmp_path / FILM) == first[20:30]


def test_ten_thousand_chapters_are_named_and_found_again(tmp_path: Path) -> None:
    """Whatever is in the prompts, each begins when it was applied."""
    video = make_video(tmp_path / "a.mp4", Kind(pictures=250))
    prompts = [f"{n}: “{'Ω' * (n % 300)}” <b>&\n\t" for n in range(10_000)]
    moments = tuple(Moment("s1", n * 0.00124, words) for n, words in enumerate(prompts))
    make(Job(parts(video), moments), tmp_path)
    with av.open(str(tmp_path / FILM)) as film:
        chapters = film.chapters()
        assert len(pictures_of(tmp_path / FILM)) == 250
    assert len(chapters) == 10_000
    for number in (0, 1, 299, 5000, 9999):
        begins = chapters[number]["start"] * (chapters[number]["time_base"] or 0)
        assert float(begins) == pytest.approx(number * 0.00124, abs=0.002)
        assert chapters[number]["metadata"]["title"].startswith(f"{number}: “")


def test_nothing_to_play_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(NoFootageError):
        make(Job(()), tmp_path)
    assert not (tmp_path / FILM).exists()
