"""From the service into the archive: real downloads, of a service that does as services do."""

import asyncio
import hashlib
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.archive.address import ArchiveAddress
from bot.archive.archive import StoredArchive
from bot.archive.intake import ArchiveIntake
from bot.archive.objects import Objects
from bot.broadcast.answers import Answers
from bot.broadcast.errors import WorldError
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Recording, Stream
from bot.broadcast.recordings import archiving as module
from bot.broadcast.recordings.archive import ArchiveState, ArchiveTrouble
from bot.broadcast.recordings.archiving import Archiving, UnfitError
from bot.broadcast.recordings.catching_up import CatchingUp
from bot.broadcast.recordings.troubles import FULL_PAUSE_S, ArchiveTroubles
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox
from bot.odyssey import Odyssey, Timeouts
from bot.process.clock import SystemClock
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.outbox import DatabaseOutbox
from bot.worlds.fetching import OdysseyArtifactSource
from bot.worlds.looking_up import Key, of_the_operator
from tests.archive.conftest import archive_of
from tests.broadcast.fakes import SteppedClock
from tests.odyssey.origin import Origin, redirect, serving, told
from tests.storage.conftest import Store


def box(name: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


def mp4(size_bytes: int = 500_000) -> bytes:
    """What an MP4 is at its coarsest; what is in it, nobody looks at here."""
    return (
        box(b"ftyp", b"isom\0\0\2\0")
        + box(b"moov", b"\0" * 100)
        + box(b"mdat", random.Random(1).randbytes(size_bytes))
    )


WHOLE = {
    "video": mp4(),
    "preview": mp4(1000),
    "thumbnail": b"\xff\xd8\xff\xe0 a picture",
    "events": b'{"type": "stream_started"}\nno JSON\n{"type": "stream_ended"}\n',
}


@dataclass
class Service:
    """Has one recording. Each link works `uses` times; after so many bytes of `cuts` an answer breaks off."""

    origin: Origin
    contents: dict[str, bytes] = field(default_factory=lambda: dict(WHOLE))
    uses: int = 1000
    expired: Callable[[], web.Response] = lambda: web.Response(status=403)
    cuts: list[int] = field(default_factory=list)
    sent_bytes: int = 0
    _links: int = 0
    _used: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin.answers["/auth/token"] = told(200, {"access_token": "x"})
        self.origin.answers["/recordings/s1"] = self._describe
        self.origin.otherwise = self._serve

    def _describe(self, _: web.Request) -> web.Response:
        self._links += 1
        links = {f"{name}_url": f"{self.origin.url}/{self._links}/{name}" for name in self.contents}
        return web.json_response({"stream_id": "s1", **links})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._used[request.path] = self._used.get(request.path, 0) + 1
        if self._used[request.path] > self.uses:
            return self.expired()
        content = self.contents[request.path.rpartition("/")[2]]
        first = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        answer = web.StreamResponse(status=206 if first else 200, headers={"ETag": '"one"'})
        if first:
            answer.headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        answer.content_length = len(content) - first
        await answer.prepare(request)
        part = content[first:]
        if self.cuts:
            part = part[: self.cuts.pop(0)]
        self.sent_bytes += len(part)
        await answer.write(part)
        if len(part) < len(content) - first and request.transport:
            await asyncio.sleep(0)
            request.transport.close()
        return answer


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setattr("bot.odyssey.files.downloads.RETRY_S", 0.0)
    async with serving() as origin:
        yield Service(origin)


class Bench:
    """An archive in a folder, and what takes recordings into it."""

    def __init__(self, store: Store, service: Service, directory: Path) -> None:
        self.objects = Objects(ArchiveAddress(directory / "archive"), directory / "incoming")
        self.archive: StoredArchive = archive_of(self.objects, store)
        self.intake = ArchiveIntake(self.archive, self.objects)
        self.books = DatabaseKeptFiles(store.database, store.writer)
        client = Odyssey("ody_key", service.origin.url, timeouts=Timeouts(request_s=5.0))
        key = Key(None, client, Answers(SystemClock()))
        source = OdysseyArtifactSource(of_the_operator(key), SystemClock())
        self.archiving = Archiving(
            store.outbox,
            source,
            self.intake,
            self.books,
            store.history,
            SystemClock(),
            ArchiveTroubles(),
        )

    async def attend(self, stream: Stream, *, age: timedelta = timedelta()) -> float | None:
        made_at = SystemClock().now() - age
        return await self.archiving.attend(Errand(Kind.ARCHIVE, stream.id, made_at, stream.broadcast_id))

    async def contents(self) -> dict[str, bytes]:
        """What is kept, by its kind."""
        return {
            file.kind.value: b"".join([part async for part in self.archive.read(file)])
            for file in await self.archive.files("b1")
        }

    def trouble(self) -> ArchiveTrouble | None:
        return self.archiving.trouble

    def on_its_way(self) -> list[Path]:
        return list(self.objects.incoming.iterdir())


@pytest.fixture
async def stream(store: Store) -> Stream:
    return (await store.past_broadcast(1))[1]


@pytest.fixture
def bench(store: Store, service: Service, tmp_path: Path) -> Bench:
    return Bench(store, service, tmp_path)


async def test_every_artifact_is_kept(bench: Bench, stream: Stream) -> None:
    """Byte by byte, with its type; an events log is kept as it is, whatever its lines are."""
    assert await bench.attend(stream) is None
    assert await bench.contents() == WHOLE
    types = {file.kind.value: file.media_type for file in await bench.archive.files("b1")}
    assert types == {
        "video": "video/mp4",
        "preview": "video/mp4",
        "thumbnail": "image/jpeg",
        "events": "application/x-ndjson",
    }
    assert bench.on_its_way() == []
    assert await bench.attend(stream) is None, "there is nothing left to do"


async def test_a_download_goes_on_in_another_process(
    bench: Bench, service: Service, store: Store, stream: Stream, tmp_path: Path
) -> None:
    """What came before the first one was cut off is not fetched again."""
    service.contents = {"video": mp4(5_000_000)}
    service.cuts = [2_000_000, *[0] * 10]
    with pytest.raises(WorldError):
        await bench.attend(stream)
    service.cuts = []
    later = Bench(store, service, tmp_path)
    await later.attend(stream, age=module.LATE_FOR)
    assert await later.contents() == service.contents
    assert service.sent_bytes == len(service.contents["video"])


@pytest.mark.parametrize(
    "expired",
    [
        lambda: web.Response(status=403),
        lambda: web.Response(status=400, body=b"<Error><Code>ExpiredToken</Code></Error>"),
    ],
    ids=["403", "400 ExpiredToken"],
)
async def test_links_that_expire_in_the_middle(
    bench: Bench, service: Service, stream: Stream, expired: Callable[[], web.Response]
) -> None:
    """Fresh ones are asked for, and it goes on from where it was."""
    service.uses, service.expired = 1, expired
    service.cuts = [100_000, 100_000, 100_000]
    assert await bench.attend(stream) is None
    assert await bench.contents() == WHOLE
    assert service.sent_bytes == sum(map(len, WHOLE.values()))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        *((kind, b"") for kind in WHOLE),
        ("video", mp4()[:-1]),
        ("video", mp4()[:20]),
        ("video", box(b"ftyp") + box(b"mdat", b"no index")),
        ("video", b"<html>an error page</html>"),
        ("preview", WHOLE["thumbnail"]),
        ("thumbnail", WHOLE["video"]),
        ("thumbnail", b"GIF89a"),
        ("events", b"<Error>no log</Error>"),
        ("events", b"\n\n"),
    ],
)
async def test_what_is_not_what_it_should_be(
    bench: Bench, service: Service, stream: Stream, kind: str, content: bytes
) -> None:
    """All else is kept; that one is asked for again for an hour, and then never kept."""
    service.contents[kind] = content
    with pytest.raises(UnfitError):
        await bench.attend(stream)
    rest = {name: whole for name, whole in WHOLE.items() if name != kind}
    assert await bench.contents() == rest
    service.contents[kind] = WHOLE[kind]
    assert await bench.attend(stream) is None
    assert await bench.contents() == WHOLE, "it was in the making"


async def test_what_stays_unfit_is_given_up(bench: Bench, service: Service, stream: Stream) -> None:
    """It is known that there will be none, and nothing of it is left."""
    service.contents["video"] = b""
    assert await bench.attend(stream, age=module.GIVEN_UP_AFTER) is None
    assert (await bench.archive.states("b1"))[stream.id] is ArchiveState.NEVER
    assert bench.on_its_way() == []


async def test_what_is_too_large_is_given_up_at_once(
    bench: Bench, service: Service, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything of it is written, if its length is told: five gigabytes would be."""
    monkeypatch.setitem(module.MOST_BYTES, FileKind.VIDEO, len(WHOLE["video"]) - 1)
    assert await bench.attend(stream) is None
    assert (await bench.archive.states("b1"))[stream.id] is ArchiveState.NEVER
    assert bench.on_its_way() == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_of_five_gigabytes_hardly_anything_is_fetched(
    bench: Bench, service: Service, stream: Stream, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    """Nothing, if that is their length; and where none is told no more than may be kept."""
    monkeypatch.setitem(module.MOST_BYTES, FileKind.VIDEO, 2**20)
    honest, sent = service.origin.otherwise, 0

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        if not request.path.endswith("/video"):
            usual: web.StreamResponse = await honest(request)
            return usual
        answer = web.StreamResponse()
        if is_told:
            answer.content_length = 5 * 2**30
        await answer.prepare(request)
        for _ in range(5 * 2**10):
            await answer.write(bytes(2**20))
            sent += 2**20
        return answer

    service.origin.otherwise = serve
    while await bench.attend(stream) is not None:
        pass
    assert sent < 64 * 2**20, "what the sockets hold between them"
    assert (await bench.archive.states("b1"))[stream.id] is ArchiveState.NEVER
    assert bench.on_its_way() == []


@pytest.mark.parametrize("is_redirect", [True, False])
async def test_a_link_to_a_private_address(
    bench: Bench, service: Service, stream: Stream, is_redirect: bool
) -> None:
    """Is not followed; there will be no such file, if it stays so."""
    elsewhere = "http://10.0.0.1/video"
    link = f"{service.origin.url}/led" if is_redirect else elsewhere
    service.origin.answers["/recordings/s1"] = told(200, {"video_url": link})
    service.origin.answers["/led"] = redirect(302, elsewhere)
    with pytest.raises(UnfitError):
        await bench.attend(stream)
    assert await bench.attend(stream, age=module.GIVEN_UP_AFTER) is None
    assert (await bench.archive.states("b1"))[stream.id] is ArchiveState.NEVER


@pytest.mark.parametrize(
    "lie",
    [
        "bytes {later}-{last}/{size}",
        "bytes {first}-{last}/{larger}",
        "bytes {first}-{last}/{size}",
        "bytes {first}-7/{size}",
        "none",
    ],
)
async def test_a_partial_answer_that_lies(bench: Bench, service: Service, stream: Stream, lie: str) -> None:
    """Another part than was asked for, or of another whole, or less than it says, is not mixed in."""
    content, lies = WHOLE["video"], [lie]
    honest = service.origin.otherwise

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/video") and "Range" in request.headers and lies:
            first = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            size = len(content)
            told_range = lies.pop().format(
                first=first, later=first + 7, last=size - 1, size=size, larger=size + 9
            )
            headers = {"Content-Range": told_range, "ETag": '"one"'}
            return web.Response(status=206, body=content[first + 7 :], headers=headers)
        answer: web.StreamResponse = await honest(request)
        return answer

    service.origin.otherwise = serve
    service.cuts = [1000]
    assert await bench.attend(stream) is None
    assert await bench.contents() == WHOLE
    assert lies == []


async def test_a_recording_that_is_gone(bench: Bench, service: Service, stream: Stream) -> None:
    """The service says so for an hour: then it never comes."""
    service.origin.answers["/recordings/s1"] = told(404, {"detail": "no such recording"})
    with pytest.raises(UnfitError):
        await bench.attend(stream)
    assert await bench.attend(stream, age=module.GIVEN_UP_AFTER) is None
    assert (await bench.archive.states("b1"))[stream.id] is ArchiveState.NEVER


async def test_what_comes_late(bench: Bench, service: Service, stream: Stream) -> None:
    """Is looked for again while the recording is young; later there is none."""
    del service.contents["preview"], service.contents["events"]
    assert await bench.attend(stream) == module.LATE_PAUSE_S
    service.contents["events"] = WHOLE["events"]
    assert await bench.attend(stream) == module.LATE_PAUSE_S
    await bench.attend(stream, age=module.LATE_FOR)
    assert await bench.books.kinds_of(stream.id) == {
        FileKind.VIDEO: ArchiveState.KEPT,
        FileKind.PREVIEW: ArchiveState.NEVER,
        FileKind.THUMBNAIL: ArchiveState.KEPT,
        FileKind.EVENTS: ArchiveState.KEPT,
    }


@pytest.mark.outage("no room in the archive")
async def test_while_there_is_no_room_the_archive_pauses(
    bench: Bench,
    service: Service,
    stream: Stream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The service is not even asked. The operator is told when it begins, and when it is over."""
    caplog.set_level(logging.WARNING)
    free = 10_000
    monkeypatch.setattr(bench.objects, "free_bytes", lambda: free)
    monkeypatch.setattr(bench.objects, "_reserve_bytes", 20_000)
    for _ in range(2):
        assert await bench.attend(stream) == FULL_PAUSE_S
    assert service.origin.asked == []
    assert bench.trouble() is ArchiveTrouble.FULL
    free = 20_000 + len(WHOLE["video"]) - 1
    assert await bench.attend(stream) == FULL_PAUSE_S
    assert bench.on_its_way() == [], "the whole of it is looked at before anything is written"
    free = 10**9
    assert await bench.attend(stream) is None
    assert bench.trouble() is None
    assert await bench.contents() == WHOLE
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


@pytest.mark.outage("no room in the archive")
async def test_a_disk_that_runs_full_in_the_middle(
    bench: Bench, service: Service, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came stays, and the rest is fetched when there is room: others wrote to the disk, too."""
    looks = iter([10**9] * 4)
    monkeypatch.setattr(bench.objects, "free_bytes", lambda: next(looks, -1))
    assert await bench.attend(stream) == FULL_PAUSE_S
    assert [path.name for path in bench.on_its_way()], "a part of it"
    monkeypatch.setattr(bench.objects, "free_bytes", lambda: 10**9)
    assert await bench.attend(stream) is None
    assert await bench.contents() == WHOLE


async def test_a_slow_one_lets_others_have_their_turn(
    bench: Bench, service: Service, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time it is put off, and is whole in the end."""
    monkeypatch.setattr(module, "SLICE_S", 0.05)
    honest = service.origin.otherwise
    is_over = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/video") and not is_over.is_set():
            answer = web.StreamResponse(headers={"ETag": '"one"'})
            answer.content_length = len(WHOLE["video"])
            await answer.prepare(request)
            await answer.write(WHOLE["video"][:1000])
            await is_over.wait()
        honestly: web.StreamResponse = await honest(request)
        return honestly

    service.origin.otherwise = serve
    assert await bench.attend(stream) == 0.0
    is_over.set()
    monkeypatch.setattr(module, "SLICE_S", 60.0)
    assert await bench.attend(stream) is None
    video = (await bench.archive.files("b1"))[0]
    assert video.sha256 == hashlib.sha256(WHOLE["video"]).hexdigest()


async def test_a_recording_that_is_found_is_owed_to_the_archive(
    bench: Bench, store: Store, stream: Stream
) -> None:
    """With the row of it; and is there a moment later, without anybody waiting for it."""
    kept = asyncio.Event()
    bench.archive.kept.listen(lambda file: kept.set() if file.kind is FileKind.EVENTS else None)
    found = Recording(SystemClock().now(), video_url="https://a/video")
    await module.ArchiveKeeper(store.journal, bench.intake).keep(stream, found)
    assert f"archive:{stream.id}" in await store.owed()
    async with bench.archiving:
        await asyncio.wait_for(kept.wait(), 30)
    assert await bench.contents() == WHOLE


async def test_recordings_of_before_are_taken_in_too(
    bench: Bench, service: Service, store: Store, stream: Stream
) -> None:
    """Nobody owed them: they are looked for, with what a crash left; and never again if they are gone."""
    _, gone = await store.past_broadcast(2)
    service.origin.answers["/recordings/s2"] = told(404, {"detail": "no such recording"})
    for each in (stream, gone):
        await store.journal.save_recording(each, Recording(SystemClock().now(), video_url="https://a/video"))
    await DatabaseOutbox(store.database, store.writer).drop([f"archive:{each.id}" for each in (stream, gone)])
    outbox = Outbox(DatabaseOutbox(store.database, store.writer), SystemClock())
    bench.archiving._outbox = outbox
    tidied = asyncio.Event()

    async def tidy() -> int:
        tidied.set()
        return 1

    catching_up = CatchingUp(outbox, bench.books, store.history, SteppedClock(), tidy=tidy)
    async with outbox, bench.archiving, catching_up, asyncio.timeout(30):
        while await bench.books.streams_to_keep() or outbox.waiting:
            await asyncio.sleep(0.01)
    assert await bench.contents() == WHOLE
    assert (await bench.archive.states("b2"))[gone.id] is ArchiveState.NEVER
    assert tidied.is_set()
