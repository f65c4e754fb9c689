"""Parts that are not of one kind: one shape, one sound, and only what does not fit is encoded anew."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from bot.broadcast.recordings.footage import Part
from bot.film.agreeing import survives
from bot.film.look import look
from bot.film.making import FILM, Job, make
from tests.film.test_joining import packets_of, parts
from tests.film.videos import PLAIN, Kind, make_video, pictures_of, times_of, tones_of


def first_pictures(path: Path, *numbers: int) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as video:
        frames = [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in video.decode(video=0)]
    return [frames[number] for number in numbers]


@pytest.mark.parametrize(
    "other",
    [
        Kind(width=96, height=160),
        Kind(width=320, height=180),
        Kind(pix_fmt="yuv444p"),
        Kind(codec="libvpx-vp9", options=(("deadline", "realtime"), ("cpu-used", "8"))),
        Kind(codec="libx265", options=(("preset", "ultrafast"), ("x265-params", "log-level=none"))),
        Kind(codec="mpeg4", width=128, height=128),
        Kind(width=162, height=98),
    ],
)
def test_a_part_of_another_kind_is_made_to_fit(other: Kind, tmp_path: Path) -> None:
    """All pictures are there, in the shape of most of the film; the other parts are copied to the bit."""
    videos = [
        make_video(tmp_path / "a.mp4", tone=60),
        make_video(tmp_path / "other.mp4", other, tone=120),
        make_video(tmp_path / "c.mp4", tone=180),
    ]
    made = make(Job(parts(*videos)), tmp_path)
    film = tmp_path / FILM
    with av.open(str(film)) as video:
        track = video.streams.video[0]
        assert (track.codec_context.name, track.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert {(frame.width, frame.height) for frame in video.decode(video=0)} == {(160, 96)}
    shown, first, last = pictures_of(film), pictures_of(videos[0]), pictures_of(videos[2])
    assert (shown[:50], shown[-50:], len(shown)) == (first, last, 150)
    assert made.length_s == pytest.approx(7.5, abs=0.2)
    times = times_of(film)
    assert times == sorted(times)
    for tone in tones_of(videos[1])[:1]:  # its own grey is there, if not to the bit
        middle = first_pictures(film, 75)[0][40:56, 70:90]
        assert abs(int(np.median(middle)) - tone) <= 12 or abs(int(np.median(middle)) - (255 - tone)) <= 12


def test_a_part_is_copied_only_if_it_looks_the_same_to_who_knows_the_first_one_alone(tmp_path: Path) -> None:
    """One whose own parameter sets do not fit its pictures is not, nor one whose sets cannot be told."""
    plain = make_video(tmp_path / "a.mp4")
    other = make_video(tmp_path / "b.mp4", Kind(b_frames=2, preset="medium"), tone=120)
    sets, other_sets = look(plain).extradata, look(other).extradata
    assert sets != other_sets
    assert survives(Part("", other), other_sets, sets)
    assert survives(Part("", plain), sets, other_sets)
    assert not survives(Part("", other), sets, other_sets)
    assert not survives(Part("", tmp_path / "none.mp4"), sets, other_sets)


def test_an_upright_part_stands_between_black_bars(tmp_path: Path) -> None:
    wide, tall = (
        make_video(tmp_path / "a.mp4"),
        make_video(tmp_path / "b.mp4", Kind(width=96, height=160), tone=200),
    )
    make(Job(parts(wide, tall, wide)[:2]), tmp_path)
    (shown,) = first_pictures(tmp_path / FILM, 70)
    assert np.median(shown[:, :40]) <= 20
    assert np.median(shown[:, 120:]) <= 20
    assert np.median(shown[:, 60:100]) >= 100


def test_without_one_part_that_can_be_copied_all_are_encoded(tmp_path: Path) -> None:
    """A service that has changed its codec has films all the same."""
    kind = Kind(codec="libvpx-vp9", options=(("deadline", "realtime"), ("cpu-used", "8")))
    videos = [make_video(tmp_path / f"{tone}.mp4", kind, tone=tone) for tone in (50, 150)]
    make(Job(parts(*videos)), tmp_path)
    tones = tones_of(tmp_path / FILM)
    assert len(tones) == 100
    assert abs(tones[20] - tones_of(videos[0])[20]) <= 4
    assert abs(tones[80] - tones_of(videos[1])[20]) <= 4


def sound_of(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as video:
        return np.concatenate(
            [np.asarray(frame.to_ndarray(), np.float32) for frame in video.decode(audio=0)], axis=1
        )


def test_sound_that_all_parts_have_is_copied(tmp_path: Path) -> None:
    kind = Kind(sound="aac")
    videos = [make_video(tmp_path / f"{tone}.mp4", kind, tone=tone) for tone in (50, 150)]
    make(Job(parts(*videos)), tmp_path)
    with av.open(str(videos[0])) as video:
        own = [bytes(packet) for packet in video.demux(audio=0) if packet.size]
    with av.open(str(tmp_path / FILM)) as film:
        copied = [bytes(packet) for packet in film.demux(audio=0) if packet.size]
    assert set(own) & set(copied) >= set(own[2:40])
    heard = np.abs(sound_of(tmp_path / FILM)[0])
    assert heard.shape[0] / 48_000 == pytest.approx(5.0, abs=0.15)
    assert np.mean(heard[10_000:230_000]) > 0.2
    assert pictures_of(tmp_path / FILM) == pictures_of(videos[0]) + pictures_of(videos[1])


def test_sound_of_one_part_survives_among_silent_ones(tmp_path: Path) -> None:
    """The others are silent for as long as they last, and no picture is encoded for that."""
    videos = [
        make_video(tmp_path / "a.mp4", tone=50),
        make_video(tmp_path / "b.mp4", Kind(sound="aac"), tone=150),
        make_video(tmp_path / "c.mp4", tone=90),
    ]
    make(Job(parts(*videos)), tmp_path)
    heard = np.abs(sound_of(tmp_path / FILM)[0])
    assert heard.shape[0] / 48_000 == pytest.approx(7.5, abs=0.2)
    assert np.mean(heard[:110_000]) < 0.01
    assert np.mean(heard[130_000:230_000]) > 0.2
    assert np.mean(heard[250_000:]) < 0.01
    assert packets_of(tmp_path / FILM) == [packet for video in videos for packet in packets_of(video)]


def test_a_clip_of_a_part_that_does_not_fit_is_cut_too(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", Kind(codec="mpeg4"), tone=120)
    make(Job((Part("s1", video, from_s=1.0, to_s=2.0),), is_clip=True), tmp_path)
    assert len(pictures_of(tmp_path / FILM)) == 20
    assert PLAIN.width == 160
