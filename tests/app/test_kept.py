"""`python -m bot recordings`: real database, archive and client, of a service that has two recordings."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.app.kept.exporting import export
from bot.app.kept.importing import adopt
from bot.app.kept.report import Report
from bot.app.kept.syncing import sync
from bot.app.kept.verifying import verify
from bot.broadcast.model import Channel, Recording
from bot.kit.errors import StartError
from bot.process.settings import Settings
from bot.storage.database import open_database
from bot.storage.outbox import DatabaseOutbox
from tests.odyssey.origin import Origin, serving, told
from tests.storage.conftest import NOW, Store, dialect, store, url

__all__ = ["dialect", "store", "url"]


def box(name: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


VIDEO = box(b"ftyp", b"isom\0\0\2\0") + box(b"moov") + box(b"mdat", b"pictures" * 1000)
EVENTS = b'{"type": "stream_started", "prompt": "A fox in the snow"}\n'
ELSEWHERE = Channel(guild_id=77, id=78)


@pytest.fixture
async def service() -> AsyncIterator[Origin]:
    """Has a stream of ours (s1) and one that nobody knows (s9)."""
    async with serving() as origin:
        origin.answers["/auth/token"] = told(200, {"access_token": "x"})
        for name in ("s1", "s9"):
            links = {"video_url": f"{origin.url}/video", "events_url": f"{origin.url}/events"}
            origin.answers[f"/recordings/{name}"] = told(200, {"stream_id": name, **links})
        origin.answers["/video"] = lambda _: web.Response(body=VIDEO)
        origin.answers["/events"] = lambda _: web.Response(body=EVENTS)
        row = {"width": 704, "height": 1280, "ended_at": "2026-08-01T20:05:00Z"}
        rows = [
            {"stream_id": name, "started_at": f"2026-08-01T20:0{minute}:00Z", **row}
            for minute, name in ((1, "s1"), (3, "s9"))
        ]
        page = {"recordings": rows, "total": 2, "limit": 100, "offset": 0}
        origin.answers["/stream-recordings"] = told(200, page)
        yield origin


@pytest.fixture
async def settings(store: Store, url: str, service: Origin) -> Settings:
    """Of a bot that was stopped, and from before there was an archive: it knows the recording of s1."""
    _, stream = await store.past_broadcast(1)
    await store.journal.save_recording(stream, Recording(NOW, video_url="https://gone"))
    await DatabaseOutbox(store.database, store.writer).drop([f"archive:{stream.id}"])
    return Settings(
        _env_file=None,
        discord_token="token",
        odyssey_api_key="ody_key",
        odyssey_api_url=service.url,
        database_url=url,
        archive_reserve_gb=0,
    )


async def test_what_is_not_kept_is_fetched(settings: Settings, store: Store, tmp_path: Path) -> None:
    """With all that belongs to it; the next time there is nothing to do."""
    report = await sync(settings, is_shown=False)
    assert (report.lines, report.is_well, report.files) == ([("s1", "kept")], True, 2)
    assert report.size_bytes == len(VIDEO) + len(EVENTS)
    assert not [key for key in await store.owed() if key.startswith("archive:")]
    again = await sync(settings, is_shown=False)
    assert (again.lines, again.as_text()) == ([], "nothing to do; 0 files, 0.0 MB.")


async def test_what_cannot_be_fetched_stays_owed(settings: Settings, store: Store, service: Origin) -> None:
    """The bot goes on with it; the command says why, and that it is not well."""
    service.answers["/video"] = lambda _: web.Response(status=503)
    report = await sync(settings, is_shown=False)
    assert (report.lines, report.is_well) == ([("s1", "unreachable")], False)
    assert "archive:own1" in await store.owed()
    service.answers["/video"] = lambda _: web.Response(body=b"<html>")
    assert (await sync(settings, is_shown=False)).lines == [("s1", "never")]
    assert "archive:own1" not in await store.owed()


async def test_each_file_is_read(settings: Settings, tmp_path: Path) -> None:
    """What is damaged, gone, or belongs to nothing is named; --tidy takes the last."""
    await sync(settings, is_shown=False)
    assert [fate for _, fate in (await verify(settings, is_tidying=False, is_shown=False)).lines] == [
        "whole"
    ] * 2
    video, events = sorted((tmp_path / "data" / "archive" / "b1").iterdir(), key=lambda path: path.suffix)[
        ::-1
    ]
    video, events = (video, events) if video.suffix == ".mp4" else (events, video)
    video.write_bytes(VIDEO[:-1] + b"?")
    events.unlink()
    (video.parent / "stray.mp4").write_bytes(b"stray")
    report = await verify(settings, is_tidying=False, is_shown=False)
    assert sorted(fate for _, fate in report.lines) == ["damaged", "gone", "unknown"]
    assert not report.is_well
    report = await verify(settings, is_tidying=True, is_shown=False)
    assert ("b1/stray.mp4", "deleted") in report.lines
    assert not (video.parent / "stray.mp4").exists()


async def test_what_is_kept_is_copied(settings: Settings, tmp_path: Path) -> None:
    """Under names that tell what is in it, with a note of all; a second time nothing is copied."""
    await sync(settings, is_shown=False)
    out = tmp_path / "out"
    report = await export(settings, out, None, is_shown=False)
    assert [fate for _, fate in report.lines] == ["exported"] * 2
    (folder,) = out.iterdir()
    assert folder.name == "2026-08-01_20.01_b1"
    assert (folder / "01_video.mp4").read_bytes() == VIDEO
    assert (folder / "01_events.jsonl").read_bytes() == EVENTS
    about = json.loads((folder / "about.json").read_text())
    assert {name: facts["bytes"] for name, facts in about.items()} == {
        "01_video.mp4": len(VIDEO),
        "01_events.jsonl": len(EVENTS),
    }
    again = await export(settings, out, "b1", is_shown=False)
    assert [fate for _, fate in again.lines] == ["there"] * 2
    assert (await export(settings, out, "another", is_shown=False)).lines == []


async def test_what_the_account_has_is_adopted(settings: Settings, store: Store) -> None:
    """As a broadcast that is over, with the prompt of its log; not posted, and fetched by the next sync."""
    trial = await adopt(settings, ELSEWHERE, since=None, is_trial=True, is_shown=False)
    assert trial.lines == [("s9", "found")]
    report = await adopt(settings, ELSEWHERE, since=None, is_trial=False, is_shown=False)
    assert (report.lines, report.is_well) == ([("s9", "imported")], True)
    past = await store.history.last_broadcast(ELSEWHERE)
    assert past
    assert past.broadcast.prompt == "A fox in the snow"
    assert past.broadcast.portrait
    assert past.has_no_place
    assert [each.has_recording for each in past.streams] == [True]
    assert (await sync(settings, is_shown=False)).lines == [("s1", "kept"), ("s9", "kept")]
    again = await adopt(settings, ELSEWHERE, since=None, is_trial=False, is_shown=False)
    assert again.lines == []


async def test_while_a_bot_runs_nothing_is_changed(settings: Settings, url: str) -> None:
    """What changes the database is refused; what only reads goes on."""
    await sync(settings, is_shown=False)
    async with open_database(url, alone=True):
        for work in (
            sync(settings, is_shown=False),
            adopt(settings, ELSEWHERE, since=None, is_trial=False, is_shown=False),
            verify(settings, is_tidying=True, is_shown=False),
        ):
            with pytest.raises(StartError):
                await work
        assert (await verify(settings, is_tidying=False, is_shown=False)).is_well


def test_a_report_for_programs() -> None:
    """Has what the one for people has."""
    report = Report("verify")
    report.tell("b1/video.mp4", "damaged")
    report.count("files", 7)
    assert json.loads(report.as_json()) == {
        "command": "verify",
        "well": False,
        "files": 1,
        "bytes": 7,
        "found": [{"name": "b1/video.mp4", "fate": "damaged"}],
    }
