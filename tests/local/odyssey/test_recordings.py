"""Recordings: when they appear, what is in them, and who may fetch them."""

import asyncio
import io
import itertools
import json
import statistics
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import pytest
from PIL import Image

from bot.local.odyssey.recordings import RecordingShelf
from bot.local.odyssey.settings import StandinSettings
from bot.local.odyssey.tokens import Signer
from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.wire import connected


@pytest.fixture
async def recorded(service: Service) -> AsyncIterator[tuple[Service, dict[str, Any]]]:
    """A short landscape stream with two interactions, over, and its recording."""
    async with connected(service.rest) as client:
        stream_id = (await client.start("A cat in a meadow"))["stream_id"]
        assert client.viewer is not None
        await client.viewer.wait_for_frames(4)
        await client.update("night falls")
        await client.viewer.wait_for_frames(4)
        await client.update("snow")
        await client.viewer.wait_for_frames(6)
        await client.end()
        yield service, await service.rest.recording(stream_id)


async def fetch(service: Service, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a presigned URL, which needs no token."""
    async with service.http.get(url, headers=headers) as response:
        return response.status, dict(response.headers), await response.read()


@pytest.mark.usefixtures("small_pictures")
async def test_a_recording_appears_step_by_step() -> None:
    """A running stream has no recording (404); after its end first nothing, then nulls, then all of it."""
    default = StandinSettings().recording_delay_s
    async with serving(recording_delay_s=default) as service, connected(service.rest) as client:
        stream_id = (await client.start())["stream_id"]
        path = f"/recordings/{stream_id}"
        assert (await service.rest.call("GET", path))[0] == 404
        await client.end()
        seen: list[str] = []
        async with asyncio.timeout(10):
            while not seen or seen[-1] != "complete":
                status, body = await service.rest.call("GET", path)
                stage = "unknown" if status == 404 else "complete" if body["video_url"] else "pending"
                if stage == "pending":
                    assert body == {"stream_id": stream_id} | dict.fromkeys(set(body) - {"stream_id"})
                if stage not in seen:
                    seen.append(stage)
                await asyncio.sleep(0.02)
        assert seen == ["unknown", "pending", "complete"]


async def test_the_video_is_what_its_description_says(recorded: tuple[Service, dict[str, Any]]) -> None:
    """The MP4 has exactly `frame_count` frames, lasts `duration_seconds`, and its times only grow."""
    service, recording = recorded
    status, headers, data = await fetch(service, recording["video_url"])
    assert (status, headers["Content-Type"]) == (200, "video/mp4")
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        times = [frame.pts or 0 for frame in container.decode(stream)]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 1280, 704)
        assert len(times) == recording["frame_count"] == stream.frames
        duration_s = float((stream.duration or 0) * (stream.time_base or 0))
        assert duration_s == pytest.approx(recording["duration_seconds"], abs=0.001)
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert statistics.median(gaps) * (stream.time_base or 0) == pytest.approx(1 / 20, abs=0.005)


async def test_the_video_starts_fast(recorded: tuple[Service, dict[str, Any]]) -> None:
    """The index comes before the frames, so that a browser can play while it loads."""
    service, recording = recorded
    for name in ("video_url", "preview_url"):
        _, _, data = await fetch(service, recording[name])
        assert boxes(data).index("moov") < boxes(data).index("mdat")


async def test_preview_and_thumbnail(recorded: tuple[Service, dict[str, Any]]) -> None:
    """The preview is at most 10 s and 2 MB; the thumbnail is a JPEG of the whole picture."""
    service, recording = recorded
    _, headers, preview = await fetch(service, recording["preview_url"])
    assert headers["Content-Type"] == "video/mp4"
    assert len(preview) <= 2_000_000
    with av.open(io.BytesIO(preview), "r") as container:
        assert container.duration is not None
        assert 0 < container.duration / 1_000_000 <= 10
        assert sum(1 for _ in container.decode(video=0)) > 5
    _, headers, thumbnail = await fetch(service, recording["thumbnail_url"])
    assert headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 704))


async def test_events_tell_what_happened(recorded: tuple[Service, dict[str, Any]]) -> None:
    """The log is JSONL: start, each interaction, end; whole milliseconds that never fall."""
    service, recording = recorded
    _, _, data = await fetch(service, recording["events_url"])
    events = [json.loads(line) for line in data.decode().strip().split("\n")]
    assert [event["type"] for event in events] == [
        "stream_started",
        "interaction",
        "interaction",
        "stream_ended",
    ]
    assert [event.get("prompt") for event in events[:3]] == ["A cat in a meadow", "night falls", "snow"]
    times = [event["timestamp_ms"] for event in events]
    assert times[0] == 0
    assert times == sorted(times)
    assert all(isinstance(time, int) for time in times)
    assert events[-1]["reason"] == "ended_by_client"


async def test_ranges_are_served(recorded: tuple[Service, dict[str, Any]]) -> None:
    """A part of an artifact can be fetched, for seeking and for resuming; one beyond its end is 416."""
    service, recording = recorded
    _, headers, whole = await fetch(service, recording["video_url"])
    assert headers["Accept-Ranges"] == "bytes"
    status, headers, part = await fetch(service, recording["video_url"], Range="bytes=100-199")
    assert (status, part) == (206, whole[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    status, _, _ = await fetch(service, recording["video_url"], Range=f"bytes={len(whole)}-")
    assert status == 416


async def test_forged_urls_are_refused(recorded: tuple[Service, dict[str, Any]]) -> None:
    """A URL with another path, expiry or signature than it was signed with is 403."""
    service, recording = recorded
    url = recording["video_url"]
    path, _, query = url.partition("?")
    expires = query.partition("=")[2].partition("&")[0]
    for forged in (
        path,
        url[:-3] + "xyz",
        url.replace("video.mp4", "events.jsonl"),
        url.replace(expires, "99999999999"),
        url.replace(expires, "nan"),
        f"{service.standin.url}/artifacts/../../etc/passwd?{query}",
        f"{service.standin.url}/artifacts/%2e%2e%2f%2e%2e/passwd?{query}",
    ):
        status, _, body = await fetch(service, forged)
        assert status in (403, 404), forged
        assert list(json.loads(body)) == ["detail"]


@pytest.mark.usefixtures("small_pictures")
async def test_urls_expire_and_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its lifetime a URL is 403; asking for the recording again gives one that works."""
    passed_s = 0.0
    monkeypatch.setattr(
        "bot.local.odyssey.service.Signer", lambda key: Signer(lambda: time.time() + passed_s)
    )
    async with serving(url_lifetime_s=60) as service:
        async with connected(service.rest) as client:
            stream_id = (await client.start())["stream_id"]
            await client.end()
        recording = await service.rest.recording(stream_id)
        assert (await fetch(service, recording["thumbnail_url"]))[0] == 200
        passed_s = 61.0
        assert (await fetch(service, recording["thumbnail_url"]))[0] == 403
        renewed = await service.rest.recording(stream_id)
        assert (await fetch(service, renewed["thumbnail_url"]))[0] == 200


@pytest.mark.usefixtures("small_pictures")
async def test_a_vanished_client_leaves_a_recording(service: Service) -> None:
    """A client that drops its connection without a word still has a recording."""
    async with connected(service.rest) as client:
        stream_id = (await client.start())["stream_id"]
        assert client.viewer is not None
        await client.viewer.wait_for_frames(5)
        await client.vanish()
    recording = await service.rest.recording(stream_id)
    _, _, data = await fetch(service, recording["events_url"])
    assert json.loads(data.splitlines()[-1])["reason"] == "client_disconnected"


@pytest.mark.usefixtures("small_pictures")
async def test_a_stopping_service_completes_its_recordings(tmp_path: Any) -> None:
    """A stream that runs while the service stops is recorded too, in the directory that was asked for."""
    async with serving(recordings_dir=tmp_path) as service, connected(service.rest) as client:
        stream_id = (await client.start())["stream_id"]
        await service.standin.__aexit__(None, None, None)
        names = {path.name for path in (tmp_path / stream_id).iterdir()}
        assert names == {"video.mp4", "preview.mp4", "thumbnail.jpg", "events.jsonl"}
        with av.open(str(tmp_path / stream_id / "video.mp4"), "r") as container:
            assert container.streams.video[0].frames > 0


async def test_the_list_has_pages(service: Service) -> None:
    """Streams are listed when they have ended, newest first, with total, limit and offset."""
    ids = []
    async with connected(service.rest) as client:
        for _ in range(3):
            ids.append((await client.start())["stream_id"])
            await client.end()
        running = (await client.start(portrait=True))["stream_id"]
        _, page = await service.rest.call("GET", "/stream-recordings?limit=2&offset=0")
        _, rest = await service.rest.call("GET", "/stream-recordings?limit=2&offset=2")
        _, everything = await service.rest.call("GET", "/stream-recordings")
    assert [row["stream_id"] for row in page["recordings"] + rest["recordings"]] == ids[::-1]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 0)
    assert running not in [row["stream_id"] for row in everything["recordings"]]
    row = page["recordings"][0]
    assert (row["width"], row["height"]) == (1280, 704)
    assert row["started_at"] < row["ended_at"]
    assert row["duration_seconds"] > 0


@pytest.mark.parametrize(("portrait", "size"), [(False, (320, 176)), (True, (176, 320))])
async def test_pictures_can_be_small(portrait: bool, size: tuple[int, int]) -> None:
    """A fourth as wide and as high: in live video and in recordings."""
    async with serving(small=True) as service:
        async with connected(service.rest) as client:
            await client.start(portrait=portrait)
            assert client.viewer is not None
            frame = await client.viewer.wait_for_frames(1)
            assert (frame.width, frame.height) == size
            await client.end()
        _, listed = await service.rest.call("GET", "/stream-recordings")
        assert [(row["width"], row["height"]) for row in listed["recordings"]] == [size]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "offset=-1", "limit=" + "9" * 40, "offset=1.5"]
)
@pytest.mark.usefixtures("small_pictures")
async def test_a_bad_page_is_refused(service: Service, query: str) -> None:
    """Limits and offsets that are no counts are 422."""
    status, body = await service.rest.call("GET", f"/stream-recordings?{query}")
    assert (status, list(body)) == (422, ["detail"])


@pytest.mark.parametrize("stream_id", ["unknown", "%2e%2e%2fetc", "..%5c", "%00", "x" * 3000])
async def test_an_unknown_stream_has_no_recording(service: Service, stream_id: str) -> None:
    """Unknown IDs and path tricks are 404 in JSON."""
    status, body = await service.rest.call("GET", f"/recordings/{stream_id}")
    assert (status, list(body)) == (404, ["detail"])


def boxes(data: bytes) -> list[str]:
    """The names of an MP4's outermost boxes, in order."""
    names, place = [], 0
    while place < len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        names.append(name.decode())
        place += size
    return names


def test_an_earlier_runs_recordings_are_there_again(tmp_path: Path) -> None:
    """With a directory of its own the service knows what it recorded before, but for what is damaged."""
    shelf = RecordingShelf(tmp_path, 0.5)
    first, second = shelf.begin(1280, 704), shelf.begin(704, 1280)
    for recording in (first, second):
        shelf.end(recording)
        shelf.complete(recording, 250, 10.0)
    (tmp_path / "damaged.json").write_text('{"width": 1}')
    again = RecordingShelf(tmp_path, 0.5)
    assert [recording.stream_id for recording in again.ended()] == [second.stream_id, first.stream_id]
    found = again.find(first.stream_id)
    assert found is not None
    assert (found.frame_count, found.duration_seconds, found.ended_at) == (250, 10.0, first.ended_at)
    assert again.stage_of(found) == "complete"
    again.discard(found)
    assert [r.stream_id for r in RecordingShelf(tmp_path, 0.5).ended()] == [second.stream_id]


def test_what_a_crash_left_unfinished_is_cleared_away(tmp_path: Path) -> None:
    """It could not be played, and would stay for ever; what is complete stays, and so do other folders."""
    shelf = RecordingShelf(tmp_path, 0.5)
    whole, cut_off = shelf.begin(1280, 704), shelf.begin(1280, 704)
    for recording in (whole, cut_off):
        recording.events.add("stream_started")
    shelf.end(whole)
    shelf.complete(whole, 250, 10.0)
    (tmp_path / "somebody else's").mkdir()
    again = RecordingShelf(tmp_path, 0.5)
    assert [recording.stream_id for recording in again.ended()] == [whole.stream_id]
    assert not cut_off.directory.exists()
    assert (tmp_path / "somebody else's").exists()


@pytest.mark.usefixtures("small_pictures")
async def test_recordings_and_their_links_outlive_a_restart(tmp_path: Path) -> None:
    """The list, the files byte by byte, and a link that was given before; not one that has expired."""
    async with serving(recordings_dir=tmp_path) as service:
        async with connected(service.rest) as client:
            stream_id = (await client.start())["stream_id"]
            await client.end()
        before = await service.rest.recording(stream_id)
        status, _, video = await fetch(service, before["video_url"])
        assert status == 200
    async with serving(recordings_dir=tmp_path) as service:
        after = await service.rest.recording(stream_id)
        assert (after["frame_count"], after["duration_seconds"]) == (
            before["frame_count"],
            before["duration_seconds"],
        )
        old_link = urlsplit(before["video_url"])
        for url in (after["video_url"], f"{service.standin.url}{old_link.path}?{old_link.query}"):
            assert (await fetch(service, url))[::2] == (200, video)
        expired = f"{service.standin.url}{old_link.path}?expires=1.000&signature=x"
        assert (await fetch(service, expired))[0] == 403
