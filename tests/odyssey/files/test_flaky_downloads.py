"""Downloads over links and from stores that do as they do: every byte counts, none is mixed in."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.odyssey import Odyssey, OdysseyError, Recording, Timeouts
from bot.odyssey.files.events import MAX_LINE_BYTES
from bot.worlds.artifacts import artifacts_of
from tests.odyssey.origin import Make, Origin, redirect, serving, told

VIDEO = bytes(range(256)) * 2735  # 700 kB


class Store:
    """Serves one file under `/v`, with the faults that a test asks for."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.content = VIDEO
        self.tag: str | None = '"1"'
        self.cuts: list[int | None] = []
        """After how many bytes each answer is cut off; None for not."""
        self.encoding: str | None = None
        self.content_range: Callable[[int, int], str | None] = lambda first, size: (
            f"bytes {first}-{size - 1}/{size}"
        )
        self.asked: list[str | None] = []
        origin.answers["/v"] = self.serve
        origin.answers["/auth/token"] = told(200, {"access_token": "x"})
        origin.answers["/recordings/s1"] = told(200, {"video_url": f"{origin.url}/v"})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        size = len(self.content)
        first = 0
        if wanted and request.headers.get("If-Range", self.tag) == self.tag:
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if first >= size:
                return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        answer = web.StreamResponse(status=206 if first else 200)
        if self.tag:
            answer.headers["ETag"] = self.tag
        if self.encoding:
            answer.headers["Content-Encoding"] = self.encoding
        if first and (told_range := self.content_range(first, size)):
            answer.headers["Content-Range"] = told_range
        answer.content_length = size - first
        await answer.prepare(request)
        cut = self.cuts.pop(0) if self.cuts else None
        await answer.write(self.content[first : None if cut is None else first + cut])
        if cut is not None:
            await asyncio.sleep(0.02)
            assert request.transport is not None
            request.transport.abort()
        return answer


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store, which is the service too."""
    monkeypatch.setattr("bot.odyssey.files.downloads.RETRY_S", 0.01)
    monkeypatch.setattr("bot.odyssey.files.downloads.LOOK_AGAIN_S", 0.01)
    async with serving() as origin:
        yield Store(origin)


def client_of(store: Store, **timeouts: float) -> Odyssey:
    return Odyssey("ody_key", store.origin.url, timeouts=Timeouts(**{"request_s": 5.0, **timeouts}))


async def downloaded(store: Store, directory: Path) -> bytes:
    got = await client_of(store).download_recording("s1", directory)
    assert got.video is not None
    assert [path.name for path in directory.iterdir()] == ["s1.mp4"]
    return got.video.read_bytes()


@pytest.mark.parametrize("tag", ['"1"', None, 'W/"1"'])
async def test_each_byte_is_kept(store: Store, tmp_path: Path, tag: str | None) -> None:
    """A link that breaks after each 100 kB gets there, and no byte is asked for twice."""
    store.tag = tag
    store.cuts = [100_000] * 6
    assert await downloaded(store, tmp_path) == VIDEO
    assert store.asked == [None, *(f"bytes={n}00000-" for n in range(1, 7))]


async def test_only_silence_times_out(store: Store, tmp_path: Path) -> None:
    """A download, and a log of events, may take any time as long as something comes."""

    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for n in range(10):
            await answer.write(b'{"n": %d}\n' % n)
            await asyncio.sleep(0.1)
        return answer

    store.origin.answers["/v"] = slow
    client = client_of(store, request_s=0.5)
    got = await client.download_recording("s1", tmp_path)
    assert got.video is not None
    assert got.video.read_bytes().count(b"\n") == 10
    found = [event async for event in client.read_events(Recording("s1", events_url=f"{store.origin.url}/v"))]
    assert [event["n"] for event in found] == list(range(10))


@pytest.mark.parametrize(
    "content_range",
    [
        None, "", "bytes 262144-699999 / 700000", "bytes=400000-699999/700000", "bytes 0-9/10",
        "bytes */700160",
        "items 400000-700159/700160", "bytes 400000-700159/800000", "bytes 400001-700159/700160",
        "bytes 9-3/5",
    ],
)  # fmt: skip
async def test_a_part_is_never_the_whole(store: Store, tmp_path: Path, content_range: str | None) -> None:
    """A part that does not say which, or that is another one, makes the download begin anew."""
    store.cuts = [400_000]
    store.content_range = lambda first, size: content_range
    assert await downloaded(store, tmp_path) == VIDEO
    assert store.asked[-1] is None


async def test_less_than_was_asked_for(store: Store, tmp_path: Path) -> None:
    """A store may give a smaller range than asked: the rest is asked for."""

    async def in_pieces(request: web.Request) -> web.StreamResponse:
        found = re.search(r"\d+", request.headers.get("Range", "0"))
        assert found
        first = int(found[0])
        if not first:
            return web.Response(status=206, body=VIDEO[:300_000], headers=_range(0, 300_000, "*"))
        if first >= len(VIDEO):
            return web.Response(status=416)
        end = min(first + 250_000, len(VIDEO))
        return web.Response(status=206, body=VIDEO[first:end], headers=_range(first, end, "*"))

    store.origin.answers["/v"] = in_pieces
    assert await downloaded(store, tmp_path) == VIDEO


def _range(first: int, end: int, total: str) -> dict[str, str]:
    return {"Content-Range": f"bytes {first}-{end - 1}/{total}"}


@pytest.mark.parametrize("ranges", [True, False])
async def test_an_answer_that_does_not_say_how_long_it_is(tmp_path: Path, ranges: bool) -> None:
    """Is asked once more for what may be missing: an early end looks like any other."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"Range: bytes=(\d+)-", head)
        first = int(found[1]) if found and ranges else 0
        asked += 1
        if first == len(VIDEO):
            writer.write(b"HTTP/1.0 416 No more\r\n\r\n")
        elif first:
            last = len(VIDEO) - 1
            writer.write(b"HTTP/1.0 206 Part\r\nContent-Range: bytes %d-%d/*\r\n\r\n" % (first, last))
            writer.write(VIDEO[first:])
        else:
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + (VIDEO[:300_000] if asked == 1 else VIDEO))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with serving() as origin, server:
        store = Store(origin)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v"
        origin.answers["/recordings/s1"] = told(200, {"video_url": url})
        assert await downloaded(store, tmp_path) == VIDEO
    assert asked == 3


async def test_another_version_in_spite_of_if_range(store: Store, tmp_path: Path) -> None:
    """A store that goes on with another version than the one that was begun is not believed."""
    store.cuts = [400_000]

    async def serve(request: web.Request) -> web.StreamResponse:
        if "Range" in request.headers:
            store.content, store.tag = VIDEO[::-1], '"2"'
            first = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            headers = {"ETag": store.tag, **_range(first, len(VIDEO), str(len(VIDEO)))}
            return web.Response(status=206, body=store.content[first:], headers=headers)
        return await store.serve(request)

    store.origin.answers["/v"] = serve
    assert await downloaded(store, tmp_path) == VIDEO[::-1]


async def test_a_part_of_unknown_version_is_not_gone_on_with(store: Store, tmp_path: Path) -> None:
    """What an earlier call left without saying of which version it is."""
    (tmp_path / "s1.mp4.part").write_bytes(b"x" * 1000)
    assert await downloaded(store, tmp_path) == VIDEO
    assert store.asked == [None]


@pytest.mark.parametrize("fault", ["cut", "broken"])
async def test_an_encoded_file(store: Store, tmp_path: Path, fault: str) -> None:
    """Stored compressed and given so in spite of all: decoded, and begun anew after a fault."""
    store.encoding, store.content = "gzip", gzip.compress(VIDEO + bytes(range(255)) * 999, 1)
    whole, content = gzip.decompress(store.content), store.content
    if fault == "cut":
        store.cuts = [len(content) * 6 // 10]
    else:
        store.content = content[:50] + b"\xff" * 50 + content[100:]

        async def serve(request: web.Request) -> web.StreamResponse:
            answer = await store.serve(request)
            store.content = content
            return answer

        store.origin.answers["/v"] = serve
    assert await downloaded(store, tmp_path) == whole
    assert set(store.asked) == {None}


XML = "<Error><Code>{}</Code><Message>{}</Message></Error>"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, XML.format("ExpiredToken", "The provided token has expired.")),
        (400, XML.format("AuthorizationQueryParametersError", "")),
        (401, ""),
        (403, XML.format("AccessDenied", "Request has expired")),
        (403, XML.format("AuthenticationFailed", "Signature not valid in the specified time frame")),
        (404, ""),
        (410, ""),
        (419, ""),
    ],
)
async def test_each_way_to_say_expired(store: Store, tmp_path: Path, status: int, body: str) -> None:
    """Fresh links are asked for; without any, the error says so."""
    store.origin.answers["/old"] = lambda request: web.Response(status=status, text=body)
    old: list[Any] = [told(200, {"video_url": f"{store.origin.url}/old"})]
    fresh = store.origin.answers["/recordings/s1"]
    store.origin.answers["/recordings/s1"] = lambda request: (old.pop() if old else fresh)(request)
    assert await downloaded(store, tmp_path) == VIDEO
    recording = Recording("s1", events_url=f"{store.origin.url}/old")
    with pytest.raises(OdysseyError) as error:
        [event async for event in client_of(store).read_events(recording)]
    assert (error.value.code, error.value.retryable) == ("url_expired", True)


@pytest.mark.parametrize("clients", [1, 2])
async def test_two_at_once(store: Store, tmp_path: Path, clients: int) -> None:
    """The second waits for the first, and finds the file whole: it is downloaded once."""
    made = [client_of(store) for _ in range(clients)]
    results = await asyncio.gather(*(made[n % clients].download_recording("s1", tmp_path) for n in range(4)))
    assert {result.video for result in results} == {tmp_path / "s1.mp4"}
    assert (tmp_path / "s1.mp4").read_bytes() == VIDEO
    assert store.asked == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["s1.mp4"]


async def test_another_that_stands_still(store: Store, tmp_path: Path) -> None:
    """Whoever waits for another call waits only as long as that gets on."""
    stuck, over = asyncio.Event(), asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"x")
        stuck.set()
        await over.wait()
        return answer

    store.origin.answers["/v"] = silent
    first = asyncio.create_task(client_of(store).download_recording("s1", tmp_path))
    await stuck.wait()
    with pytest.raises(OdysseyError) as error:
        await client_of(store, request_s=0.2).download_recording("s1", tmp_path)
    assert (error.value.code, error.value.retryable) == ("busy", True)
    first.cancel()
    await asyncio.wait({first})
    over.set()


async def test_a_callback_that_raises(store: Store, tmp_path: Path) -> None:
    """Does the download no harm."""

    def broken(name: str, written: int, total: int | None) -> None:
        raise RuntimeError("the user's mistake")

    got = await client_of(store).download_recording("s1", tmp_path, on_progress=broken)
    assert got.video is not None


def given(body: bytes) -> Make:
    return lambda request: web.Response(body=body)


@pytest.mark.parametrize(("size", "kept"), [(1_200_000, True), (MAX_LINE_BYTES + 1, False)])
async def test_a_long_line(store: Store, size: int, kept: bool) -> None:
    """Whether an event is too long does not depend on where in the log it is."""
    long, short = b'{"a": "' + b"x" * (size - 9) + b'"}', b'{"b": 1}'
    for lines in ([short, long, short], [short, long], [long, short]):
        body = b"\n".join(lines)
        store.origin.answers["/e"] = given(body)
        recording = Recording("s1", events_url=f"{store.origin.url}/e")
        found = [event async for event in client_of(store).read_events(recording)]
        assert len(found) == len(lines) - (not kept)


async def test_a_small_artifact(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetched along redirects, not through a proxy on loopback, and bounded in time and size."""
    fetch_artifact = artifacts_of(store.origin.url)
    async with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        store.origin.answers["/led"] = redirect(302, "/v")
        assert await fetch_artifact(f"{store.origin.url}/led", limit_bytes=len(VIDEO)) == VIDEO
        assert await fetch_artifact(f"{store.origin.url}/v", limit_bytes=len(VIDEO) - 1) is None
        assert proxy.asked == []

    async def dripping(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.content_length = 1000
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)

    store.origin.answers["/drip"] = dripping
    monkeypatch.setattr("bot.worlds.artifacts.TIMEOUT_S", 0.3)
    async with asyncio.timeout(3):
        assert await fetch_artifact(f"{store.origin.url}/drip", limit_bytes=1000) is None
