"""Recordings' files: whole or not there, resumed after a break, and their events read line by line."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.odyssey import Odyssey, OdysseyError, Recording
from tests.odyssey.service import Service

VIDEO = bytes(range(256)) * 8192


class Files:
    """A file server that breaks off, forgets ranges, lets links expire, or serves another version."""

    def __init__(self) -> None:
        self.url = ""
        self.content = VIDEO
        self.version = '"1"'
        self.break_after: list[int] = []
        self.expired = 0
        self.ranges = True
        self.asked: list[str | None] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        if self.expired:
            self.expired -= 1
            return web.Response(status=403)
        start = 0
        if wanted and self.ranges and request.headers.get("If-Range", self.version) == self.version:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(self.content):
                return web.Response(status=416)
        answer = web.StreamResponse(status=206 if start else 200, headers={"ETag": self.version})
        if start:
            answer.headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        answer.content_length = len(self.content) - start
        await answer.prepare(request)
        if self.break_after:
            await answer.write(self.content[start : start + self.break_after.pop(0)])
            await asyncio.sleep(0.02)
            assert request.transport is not None
            request.transport.abort()
            return answer
        await answer.write(self.content[start:])
        return answer


@pytest.fixture
async def files(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Files]:
    """The file server."""
    monkeypatch.setattr("bot.odyssey.files.downloads.RETRY_S", 0.01)
    made = Files()
    app = web.Application()
    app.router.add_get("/{name}", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def recorded(service: Service, files: Files) -> str:
    """A stream with a recording of a video and a thumbnail."""
    links = {"video_url": f"{files.url}/v.mp4?sig=x", "thumbnail_url": f"{files.url}/t.jpg?sig=x"}
    service.recordings["s1"] = {"stream_id": "s1", **links}
    return "s1"


async def test_the_files(
    client: Odyssey, recorded: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each file is there under the guide's name, whole; progress is told; no log shows a presigned URL."""
    caplog.set_level(logging.DEBUG)
    told: list[tuple[str, int, int | None]] = []
    got = await client.download_recording(recorded, tmp_path / "new", on_progress=lambda *p: told.append(p))
    assert got.video == tmp_path / "new" / "s1.mp4"
    assert got.thumbnail == tmp_path / "new" / "s1_thumb.jpg"
    assert (got.events, got.preview) == (None, None)
    assert got.video.read_bytes() == VIDEO
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["s1.mp4", "s1_thumb.jpg"]
    assert ("s1.mp4", len(VIDEO), len(VIDEO)) in told
    assert not [r for r in caplog.records if r.name != "aiohttp.access" and "sig=" in r.getMessage()]


async def test_it_goes_on_after_a_break(client: Odyssey, files: Files, recorded: str, tmp_path: Path) -> None:
    """A download that breaks off goes on where it stopped, not from the beginning."""
    files.break_after = [500_000, 500_000]
    got = await client.download_recording(recorded, tmp_path)
    assert got.video is not None
    assert got.video.read_bytes() == VIDEO
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in files.asked if asked]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1]


async def test_it_goes_on_in_a_later_call(
    client: Odyssey, files: Files, recorded: str, tmp_path: Path
) -> None:
    """When it fails for good, no file has the final name; the next call goes on where it stopped."""
    files.break_after = [300_000] + [0] * 20
    with pytest.raises(OdysseyError):
        await client.download_recording(recorded, tmp_path)
    assert not (tmp_path / "s1.mp4").exists()
    half = (tmp_path / "s1.mp4.part").stat().st_size
    assert 0 < half <= 300_000
    files.break_after, files.asked = [], []
    await client.download_recording(recorded, tmp_path)
    assert files.asked[0] == f"bytes={half}-"
    assert (tmp_path / "s1.mp4").read_bytes() == VIDEO


async def test_another_version_is_not_mixed_in(
    client: Odyssey, files: Files, recorded: str, tmp_path: Path
) -> None:
    """When the file has changed meanwhile, it is downloaded anew."""
    files.break_after = [300_000] + [0] * 20
    with pytest.raises(OdysseyError):
        await client.download_recording(recorded, tmp_path)
    files.break_after = []
    files.content, files.version = VIDEO[::-1], '"2"'
    await client.download_recording(recorded, tmp_path)
    assert (tmp_path / "s1.mp4").read_bytes() == VIDEO[::-1]


@pytest.mark.parametrize("trouble", ["no ranges", "longer than the file"])
async def test_a_part_that_does_not_fit(
    client: Odyssey, files: Files, recorded: str, tmp_path: Path, trouble: str
) -> None:
    """A service without ranges, or a part file longer than the file, costs a new download and no more."""
    files.ranges = trouble != "no ranges"
    (tmp_path / "s1.mp4.part").write_bytes(b"x" * (len(VIDEO) + 5 if files.ranges else 1000))
    await client.download_recording(recorded, tmp_path)
    assert (tmp_path / "s1.mp4").read_bytes() == VIDEO


async def test_a_link_that_has_expired(client: Odyssey, files: Files, recorded: str, tmp_path: Path) -> None:
    """Fresh links are asked for once the old ones are refused."""
    files.expired = 1
    await client.download_recording(recorded, tmp_path)
    assert (tmp_path / "s1.mp4").read_bytes() == VIDEO


async def test_what_is_there_is_left_alone(
    client: Odyssey, files: Files, recorded: str, tmp_path: Path
) -> None:
    """A second call downloads nothing again."""
    await client.download_recording(recorded, tmp_path)
    asked = len(files.asked)
    await client.download_recording(recorded, tmp_path)
    assert len(files.asked) == asked


async def test_cancelled(client: Odyssey, files: Files, recorded: str, tmp_path: Path) -> None:
    """Cancelled half-way it leaves no task, thread, or file under the final name."""
    threads = threading.active_count()
    halfway = asyncio.Event()
    work = asyncio.create_task(
        client.download_recording(recorded, tmp_path, on_progress=lambda *told: halfway.set())
    )
    await halfway.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not (tmp_path / "s1.mp4").exists()
    assert threading.active_count() == threads


async def test_a_hostile_stream_id(service: Service, client: Odyssey, files: Files, tmp_path: Path) -> None:
    """An ID that looks like a path stays in the directory."""
    service.recordings["..%2Fx"] = {"stream_id": "../../evil", "video_url": f"{files.url}/v"}
    service.script(
        "GET /recordings/../../evil", (200, {"stream_id": "../../evil", "video_url": f"{files.url}/v"})
    )
    got = await client.download_recording("../../evil", tmp_path / "in")
    assert got.video is not None
    assert got.video.parent == tmp_path / "in"


async def test_events(service: Service, client: Odyssey) -> None:
    """Each event is given as it was written; bad lines are left out, wherever the parts of the answer end."""
    good: list[dict[str, Any]] = [{"type": "interact", "prompt": f"ünï {n}" * 50} for n in range(3000)]
    lines = [json.dumps(event).encode() for event in good]
    lines[10:10] = [b"junk", b"[]", b"", b"[" * 50_000, b'{"a": \xff}']
    for end in (b"", b"\n", b"\n{half"):
        service.files["/events"] = b"\n".join(lines) + end
        recording = Recording("s1", events_url=f"{service.url}/events")
        assert [event async for event in client.read_events(recording)] == good


async def test_events_that_are_not_there(service: Service, client: Odyssey) -> None:
    """A recording without events, and an expired link, are told apart by code."""
    for url, code in ((None, "not_found"), (f"{service.url}/gone", "url_expired")):
        with pytest.raises(OdysseyError) as error:
            [event async for event in client.read_events(Recording("s1", events_url=url))]
        assert error.value.code == code
