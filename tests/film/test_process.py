"""Films are made in a process of their own, which takes nobody along when it ends."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.broadcast.recordings.footage import Moment, NoFootageError, NotMadeError
from bot.film import process, work
from bot.film.process import FilmProcess
from tests.film.test_joining import parts
from tests.film.videos import Kind, make_video, pictures_of


def no_end() -> int:
    """A disk that takes whatever comes."""
    return 2**40


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


async def test_a_film_comes_with_all_that_belongs_to_it_and_leaves_nothing(
    tmp_path: Path, scratch: Path
) -> None:
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 140)]
    moments = (Moment("s1", 0.0, "Sea"), Moment("s1", 1.0, "Größer “ж” 😀", ("Ada",)))
    async with FilmProcess(scratch, no_end).film(parts(*videos), moments, has_credits=True) as film:
        assert pictures_of(film.path) == pictures_of(videos[0]) + pictures_of(videos[1])
        assert film.length_s == pytest.approx(5.0)
        assert film.offsets_s == pytest.approx({"s1": 0.0, "s2": 2.5})
        assert film.credits
        assert "Größer “ж” 😀" in film.credits.read_text("utf-8")
        assert film.poster
        assert film.contact_sheet
        assert film.contact_sheet.stat().st_size
    assert not list(scratch.iterdir())


async def test_a_clip_is_a_film_alone(tmp_path: Path, scratch: Path) -> None:
    video = make_video(tmp_path / "a.mp4")
    async with FilmProcess(scratch, no_end).clip(parts(video)) as clip:
        assert pictures_of(clip.path) == pictures_of(video)
        assert (clip.credits, clip.poster, clip.contact_sheet) == (None, None, None)


async def test_what_cannot_be_played_is_said_to_be_so(tmp_path: Path, scratch: Path) -> None:
    (bad := tmp_path / "bad.mp4").write_bytes(b"no video")
    with pytest.raises(NoFootageError):
        async with FilmProcess(scratch, no_end).film(parts(bad), (), has_credits=False):
            pass
    assert not list(scratch.iterdir())


async def test_a_part_that_kills_its_reader_is_left_out(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are a film all the same: it is known which part was being read."""
    videos = [make_video(tmp_path / f"{tone}.mp4", tone=tone) for tone in (40, 90, 140)]
    monkeypatch.setattr(work, "__name__", "tests.film.deadly")
    async with FilmProcess(scratch, no_end).film(parts(*videos), (), has_credits=False) as film:
        assert list(film.offsets_s) == ["s1", "s3"]
        assert pictures_of(film.path) == pictures_of(videos[0]) + pictures_of(videos[2])


async def test_one_that_hangs_is_ended(tmp_path: Path, scratch: Path) -> None:
    """And it may be made another time."""
    os.mkfifo(pipe := tmp_path / "hangs.mp4")  # whoever opens it waits for a writer
    with pytest.raises(NotMadeError):
        async with FilmProcess(scratch, no_end, timeout_s=1.0).film(parts(pipe), (), has_credits=False):
            pass
    assert not list(scratch.iterdir())


async def test_whoever_gives_up_a_film_ends_its_process(tmp_path: Path, scratch: Path) -> None:
    os.mkfifo(pipe := tmp_path / "hangs.mp4")

    async def make() -> None:
        async with FilmProcess(scratch, no_end).film(parts(pipe), (), has_credits=False):
            pass

    task = asyncio.create_task(make())
    while not (scratch.is_dir() and any(scratch.iterdir())):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(scratch.iterdir())


async def test_a_disk_without_room_is_no_fault_of_the_film(tmp_path: Path) -> None:
    (taken := tmp_path / "taken").write_bytes(b"")
    with pytest.raises(NotMadeError):
        async with FilmProcess(taken, no_end).film(
            parts(make_video(tmp_path / "a.mp4")), (), has_credits=False
        ):
            pass


async def test_a_film_for_which_there_is_no_room_is_not_begun(tmp_path: Path, scratch: Path) -> None:
    """It would be as large as its parts; what the disk leaves to others stays theirs."""
    video = make_video(tmp_path / "a.mp4")
    with pytest.raises(ArchiveError) as refused:
        async with FilmProcess(scratch, lambda: video.stat().st_size - 1).film(
            parts(video), (), has_credits=False
        ):
            pass
    assert refused.value.trouble is ArchiveTrouble.FULL
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("first", [Kind(), Kind(codec="libvpx-vp9", width=320)])
async def test_a_part_that_finds_no_room_is_not_left_out(
    tmp_path: Path, scratch: Path, first: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film without it would pass for whole: whether parts are being joined or one is encoded anew."""
    videos = [make_video(tmp_path / "a.mp4", first), *(make_video(tmp_path / f"{n}.mp4") for n in "bc")]
    run = process._run
    monkeypatch.setattr(process, "_run", lambda job, into, _: run(job, into, 2000))
    with pytest.raises(ArchiveError) as refused:
        async with FilmProcess(scratch, no_end).film(parts(*videos), (), has_credits=False):
            pass
    assert refused.value.trouble is ArchiveTrouble.FULL
    assert not list(scratch.iterdir())


async def test_what_is_made_while_the_disk_fills_up_is_not_taken(tmp_path: Path, scratch: Path) -> None:
    """Others took what there was: something of it may be missing."""
    video = make_video(tmp_path / "a.mp4")
    looks = iter([2**40, 0])
    with pytest.raises(ArchiveError):
        async with FilmProcess(scratch, lambda: next(looks)).film(parts(video), (), has_credits=False):
            pass
