"""The account's list, from the stand-in: all pages that are needed, and nothing that makes no sense."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey, StreamRecordingInfo
from bot.process.clock import SystemClock
from bot.worlds import account
from bot.worlds.account import OdysseyAccount

KEY = "ody_account"
NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Odyssey]:
    """An account with seven streams, a minute apart, of which the last is upright."""
    monkeypatch.setattr(account, "PAGE", 2)
    for number in range(7):
        began = NOON + timedelta(minutes=number)
        facts = {
            "width": 704 if number == 6 else 1280,
            "height": 1280 if number == 6 else 704,
            "started_at": began.isoformat(),
            "ended_at": (began + timedelta(seconds=40)).isoformat(),
            "frame_count": 800,
            "duration_seconds": 40.0,
        }
        (tmp_path / f"s{number}.json").write_text(json.dumps(facts))
    async with Standin(StandinSettings(api_key=KEY, recordings_dir=tmp_path)) as standin:
        client = Odyssey(api_key=KEY, api_url=standin.url)
        yield client
        await client.disconnect()


async def test_pages_are_read_until_they_are_older(client: Odyssey, monkeypatch: pytest.MonkeyPatch) -> None:
    """No further: an account may have had thousands."""
    asked: list[int | None] = []
    ask = client.list_stream_recordings

    async def note_and_ask(limit: int | None = None, offset: int | None = None) -> object:
        asked.append(offset)
        return await ask(limit, offset)

    monkeypatch.setattr(client, "list_stream_recordings", note_and_ask)
    streams = await OdysseyAccount(client, SystemClock()).since(NOON + timedelta(minutes=3, seconds=30))
    assert [each.service_id for each in streams] == ["s6", "s5", "s4"]
    assert [each.portrait for each in streams] == [True, False, False]
    assert streams[0].ended_at == NOON + timedelta(minutes=6, seconds=40)
    assert asked == [0, 2, 4]
    assert len(await OdysseyAccount(client, SystemClock()).since(NOON - timedelta(days=1))) == 7


@pytest.mark.parametrize("date", [None, "", "yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59"])
def test_what_makes_no_sense_is_passed_over(date: str | None) -> None:
    """A beginning that cannot be read is none; an end is not known then."""
    assert account._listed(StreamRecordingInfo("s", 1, 2, date, None, None)) is None
    found = account._listed(StreamRecordingInfo("s", None, 2, "2026-08-01T12:00:00", date, None))
    assert found
    assert (found.started_at, found.ended_at, found.portrait) == (NOON, None, None)
