"""Files of a recording: all of them, parts of them, and what odd requests get."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Recording, Viewer
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.broadcast.rights import Person
from bot.broadcast.states import Reason
from tests.broadcast.fakes import WaitingClock
from tests.support.watched import NOW, OVER, ROBIN, Watched, past

FILM = bytes(range(256)) * 4096
VIDEO = b"the video of a stream"
THERE = "http://odyssey.test/%s?X-Amz-Date=20260801T200000Z&X-Amz-Expires=3600&X-Amz-Signature=%%2Ba"
MODERATOR = Person(ROBIN, views_channel=True, manages_channel=True)


@dataclass
class Visit:
    """Somebody with the link of a recording."""

    watched: Watched
    past: PastBroadcast
    link: str
    http: httpx.AsyncClient

    async def get(self, path: str = "", *, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"{self.link}{path}", headers=named)


@asynccontextmanager
async def visit(
    *has_recording: bool, directory: Path | None = None, watched: Watched | None = None, base_path: str = ""
) -> AsyncIterator[Visit]:
    watched = watched or Watched()
    watched.kept.archive.directory = directory
    recorded = past(*(has_recording or (True, True)))
    token = await watched.kept.add(recorded)
    settings: dict[str, Any] = {"base_url": f"https://example.org{base_path}"} if base_path else {}
    async with watched.served(**settings) as page, httpx.AsyncClient() as http:
        yield Visit(watched, recorded, f"{page.partition('/watch/')[0]}{base_path}/r/{token}", http)


@pytest.fixture(params=["disk", "elsewhere"])
async def visitor(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Visit]:
    """Of a recording whose film is kept, on this disk or where parts are passed on from."""
    async with visit(directory=tmp_path if request.param == "disk" else None) as visited:
        visited.watched.kept.keep(visited.past, FileKind.FILM, FILM)
        yield visited


async def test_the_film_is_served_as_it_is(visitor: Visit) -> None:
    """Its bytes, type, tag, and a name that a person would choose."""
    answer = await visitor.get("/film")
    assert (answer.status_code, answer.content == FILM) == (200, True)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin", "it may be shown elsewhere"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(FILM).hexdigest()[:32]}"'
    assert answer.headers["Content-Disposition"].startswith('inline; filename="A cat, 2026-08-01, film.mp4"')
    saved = await visitor.get("/film?download")
    assert saved.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=1048575-", 1048575, 1048576),
        ("bytes=-10", 1048566, 1048576),
        ("bytes=-99999999", 0, 1048576),
        ("bytes=500-99999999999999999999999", 500, 1048576),
        ("BYTES=5-6", 5, 7),
    ],
)
async def test_a_part_is_served(visitor: Visit, asked: str, start: int, end: int) -> None:
    """Of whatever is asked for, what there is."""
    answer = await visitor.get("/film", Range=asked)
    assert (answer.status_code, answer.content == FILM[start:end]) == (206, True)
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(FILM)}"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=9-3",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "octets=0-1",
        "bytes=0-1,5-6",
        "bytes=٠-٣",
        "0-1",
        "bytes=--5",
    ],
)
async def test_what_is_no_range_gets_all(visitor: Visit, asked: str) -> None:
    """As if it had not been asked for; so do several at once."""
    answer = await visitor.http.get(f"{visitor.link}/film", headers=[(b"Range", asked.encode())])
    assert (answer.status_code, answer.content == FILM) == (200, True)


@pytest.mark.parametrize("asked", ["bytes=1048576-", "bytes=99999999999999999999-", "bytes=-0"])
async def test_bytes_that_are_not_there(visitor: Visit, asked: str) -> None:
    """Whoever asks learns how many there are."""
    answer = await visitor.get("/film", Range=asked)
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(FILM)}"


async def test_a_part_of_another_file_is_none(visitor: Visit) -> None:
    """`If-Range` with the tag gets the part; with another tag, a weak one or a date, all."""
    tag = (await visitor.get("/film", method="HEAD")).headers["ETag"]
    assert (await visitor.get("/film", Range="bytes=0-9", If_Range=tag)).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sat, 01 Aug 2026 20:00:00 GMT"):
        assert (await visitor.get("/film", Range="bytes=0-9", If_Range=other)).status_code == 200


async def test_head_and_what_is_known(visitor: Visit) -> None:
    """HEAD has all headers and no body, whatever range; who has the file is told so."""
    head = await visitor.get("/film", method="HEAD", Range="bytes=0-9")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(len(FILM)), b"")
    known = await visitor.get("/film", If_None_Match=f'"x", {head.headers["ETag"]}')
    assert (known.status_code, known.content) == (304, b"")


async def test_many_parts_on_one_connection(visitor: Visit) -> None:
    """A player asks again and again: each answer ends where it says, so that the next one can follow."""
    for start in range(0, len(FILM), 99_991):
        answer = await visitor.get("/film", Range=f"bytes={start}-{start + 49_999}")
        assert answer.content == FILM[start : start + 50_000]
    assert (await visitor.get("/film")).content == FILM


async def test_who_goes_away_in_the_middle_is_no_error(
    visitor: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    """A player that jumps does so all the time; the next request is answered as ever."""
    visitor.watched.kept.keep(visitor.past, FileKind.FILM, FILM * 40)
    for _ in range(5):
        async with visitor.http.stream("GET", f"{visitor.link}/film") as answer:
            await anext(answer.aiter_raw())
    assert len((await visitor.get("/film")).content) == 40 * len(FILM)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_file_that_breaks_off_is_not_taken_for_whole(caplog: pytest.LogCaptureFixture) -> None:
    """The connection ends before the length that was said, and the log knows of it."""
    async with visit() as visited:
        file = visited.watched.kept.keep(visited.past, FileKind.FILM, FILM)

        async def breaks_off(*_: object) -> AsyncIterator[bytes]:
            yield FILM[:1000]
            raise ArchiveError(ArchiveTrouble.AWAY)

        visited.watched.kept.archive.read = breaks_off  # type: ignore[method-assign,assignment]
        with pytest.raises(httpx.RemoteProtocolError):
            await visited.get("/film")
        assert f"kept file {file.id} broke off: away" in caplog.text


async def test_what_is_kept_of_a_stream() -> None:
    """By its number, each in its type, with the stream in its name; words of all letters are kept."""
    async with visit() as visited:
        kept, opening = visited.watched.kept, replace(OVER, prompt='Кот / "кошка"\x07: ' + "ы" * 100)
        kept.past[OVER.id] = replace(kept.past[OVER.id], broadcast=opening)
        second = visited.past.streams[1].stream
        for what, kind, media_type in (
            ("video", FileKind.VIDEO, "video/mp4"),
            ("preview", FileKind.PREVIEW, "video/mp4"),
            ("thumbnail", FileKind.THUMBNAIL, "image/jpeg"),
            ("events", FileKind.EVENTS, "application/x-ndjson"),
        ):
            kept.keep(visited.past, kind, what.encode(), second)
            answer = await visited.get(f"/2/{what}")
            assert (answer.content, answer.headers["Content-Type"]) == (what.encode(), media_type)
            name = answer.headers["Content-Disposition"]
            assert name.isascii()
            assert name.isprintable()
            assert name.count('"') == 2
            assert "stream 2" in name


@pytest.mark.parametrize(
    "path",
    [
        "/0/video",
        "/3/video",
        "/-1/video",
        "/01/video",
        "/99999/video",
        "/1/",
        "/1/secret",
        "/x/video",
        "/1/../film",
        "/%2e%2e/film",
        "/clips/1",
        "/sheet",
        "/credits.vtt",
        "/film",
    ],
)
async def test_what_is_not_there_is_404(path: str) -> None:
    """Odd numbers, other names, paths that lead elsewhere, and what was not made."""
    async with visit() as visited:
        assert (await visited.get(path)).status_code == 404


@pytest.mark.parametrize("token", ["unknown", "a" * 64, "a" * 65, "..", "%00", "recording-1%0a", "ы"])
async def test_a_bad_token_is_404(token: str) -> None:
    """On each path; and who guesses on is not answered any more."""
    async with visit() as visited:
        origin = visited.link.partition("/r/")[0]
        for path in ("", "/film", "/timeline.json", "/1/video"):
            assert (await visited.http.get(f"{origin}/r/{token}{path}")).status_code == 404
        if token == "unknown":
            answers = [(await visited.http.get(f"{origin}/r/{token}")).status_code for _ in range(20)]
            assert answers[-1] == 429


async def test_a_revoked_link_is_as_one_that_never_was() -> None:
    """In that moment, on every path; a new one leads there again."""
    async with visit() as visited:
        visited.watched.kept.keep(visited.past, FileKind.FILM, FILM)
        paths = ("", "/film", "/timeline.json", "/1/video")
        assert (await visited.get("/film")).status_code == 200
        links = visited.watched.kept.links
        await links.revoke(OVER, by=MODERATOR)
        unknown = visited.link.rpartition("/")[0] + "/unknown"
        for path in paths:
            answer, other = await visited.get(path), await visited.http.get(f"{unknown}{path}")
            assert (answer.status_code, answer.content) == (404, other.content)
        await links.renew(OVER, by=MODERATOR)
        again = await links.linked(visited.past)
        assert again.link
        assert (
            await visited.http.get(f"{unknown.rpartition('/')[0]}/{again.link.token}/film")
        ).content == FILM


async def test_who_is_forgotten_leaves_the_page_in_that_moment() -> None:
    """However long it would remember a recording that is complete."""
    async with visit(True, True) as visited:
        kept, of_it = visited.watched.kept, visited.past.broadcast
        kept.keep(visited.past, FileKind.FILM, FILM)
        assert of_it.host.name in (await visited.get("/timeline.json")).text
        whole = kept.past[of_it.id]
        nobody = replace(of_it, host=Viewer(-1, ""))
        kept.past[of_it.id] = replace(whole, broadcast=nobody)
        kept.renewed.tell(of_it.id)
        assert of_it.host.name not in (await visited.get("/timeline.json")).text


async def test_what_is_not_kept_comes_from_the_service_by_a_fresh_link() -> None:
    """The link is kept until five minutes before its end, and given as it is."""
    clock = WaitingClock()
    watched = Watched(clock)
    async with visit(watched=watched) as visited:
        first = visited.past.streams[0].stream
        watched.recordings[first.id] = Recording(NOW, THERE % "v.mp4", thumbnail_url=THERE % "t.jpg")
        for _ in range(3):
            answer = await visited.get("/1/video")
            assert (answer.status_code, answer.headers["Location"]) == (302, THERE % "v.mp4")
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (await visited.get("/1/thumbnail")).headers["Location"] == THERE % "t.jpg"
        assert (await visited.get("/1/events")).status_code == 503
        assert watched.asked.count("recording") == 1
        await clock.sleep(54 * 60)
        await visited.get("/1/video")
        assert watched.asked.count("recording") == 1
        await clock.sleep(2 * 60)
        await visited.get("/1/video")
        assert watched.asked.count("recording") == 2


async def test_the_poster_is_our_own_wherever_it_comes_from() -> None:
    """A page may show no picture of another address, so a thumbnail of the service's is passed on."""
    async with visit() as visited:
        first = visited.past.streams[0].stream
        assert (await visited.get("/poster")).status_code == 404
        watched = visited.watched
    async with visit(watched=Watched()) as visited:
        watched = visited.watched
        watched.recordings[first.id] = Recording(NOW, THERE % "v.mp4", thumbnail_url=THERE % "t.jpg")
        watched.files[THERE % "t.jpg"] = b"a picture"
        answer = await visited.get("/poster")
        assert (answer.content, answer.headers["Content-Type"]) == (b"a picture", "image/jpeg")
        known = await visited.get("/poster", If_None_Match=answer.headers["ETag"])
        assert known.status_code == 304
        for kind in (FileKind.THUMBNAIL, FileKind.POSTER):
            stream = first if kind is FileKind.THUMBNAIL else None
            watched.kept.keep(visited.past, kind, kind.encode(), stream)
            assert (await visited.get("/poster")).content == kind.encode()


async def test_an_archive_that_is_away_leaves_the_service() -> None:
    """Who asks for a stream is led there; of a film that only the archive has it is said to come back."""
    async with visit() as visited:
        first = visited.past.streams[0].stream
        visited.watched.kept.keep(visited.past, FileKind.VIDEO, VIDEO, first)
        visited.watched.kept.keep(visited.past, FileKind.FILM, FILM)
        visited.watched.kept.archive.trouble = ArchiveTrouble.AWAY
        visited.watched.recordings[first.id] = Recording(NOW, THERE % "v.mp4")
        assert (await visited.get("/1/video")).headers["Location"] == THERE % "v.mp4"
        film = await visited.get("/film")
        assert (film.status_code, film.headers["Retry-After"]) == (503, "10")


async def test_a_service_that_is_away_is_asked_again_later() -> None:
    """Nobody is led nowhere, and no error has words of the service's."""
    async with visit() as visited:
        visited.watched.failure = WorldError(Reason.UNREACHABLE, "secret words")
        answer = await visited.get("/1/video")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "secret" not in answer.text


async def test_a_broadcast_of_one_stream_is_whole_without_a_film() -> None:
    """Its video is the film."""
    async with visit(True) as visited:
        visited.watched.kept.keep(visited.past, FileKind.VIDEO, VIDEO, visited.past.streams[0].stream)
        assert (await visited.get("/film")).content == VIDEO


async def test_links_work_below_a_path(tmp_path: Path) -> None:
    """With a proxy that passes it on."""
    async with visit(directory=tmp_path, base_path="/odyssey") as visited:
        visited.watched.kept.keep(visited.past, FileKind.FILM, FILM)
        assert (await visited.get("/film")).content == FILM
        page = await visited.get()
        assert 'content="https://example.org/odyssey/r/' in page.text
