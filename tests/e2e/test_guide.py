"""The guide's own examples, changed in import, key and URL only."""

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey, OdysseyConnectionError


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> object:
    """A stand-in at the URL that the client takes from the environment."""
    async with Standin(StandinSettings(api_key="ody_your_api_key_here")) as standin:
        monkeypatch.setenv("ODYSSEY_API_URL", standin.url)
        yield standin


async def test_complete_workflow_example(service: Standin, capsys: pytest.CaptureFixture[str]) -> None:
    """Start, interact twice, end, disconnect, and only then ask for the recording."""

    async def main() -> str:
        client = Odyssey(api_key="ody_your_api_key_here")

        try:
            await client.connect(
                on_video_frame=lambda frame: print(f"Frame: {frame.width}x{frame.height}"),
            )

            # Start an interactive stream and capture the stream ID
            stream_id = await client.start_stream("A cat sitting on a windowsill", portrait=True)
            print(f"Stream started: {stream_id}")

            # Send some interactions
            await client.interact("The cat stretches and yawns")
            await client.interact("The cat looks outside at birds")

            # Let it run for a bit (the guide: 5 s)
            await asyncio.sleep(0.4)

            # End the stream
            await client.end_stream()

        except OdysseyConnectionError as e:
            print(f"Connection failed: {e}")
        finally:
            await client.disconnect()

        # Retrieve the recording (can be done after disconnect)
        recording = await client.get_recording(stream_id)
        if recording.video_url:
            print(f"Recording available at: {recording.video_url}")
            print(f"Duration: {recording.duration_seconds} seconds")
        return stream_id

    stream_id = await main()
    printed = capsys.readouterr().out
    assert "Frame: 704x1280" in printed
    assert f"Stream started: {stream_id}" in printed
    assert "Recording available at: http://127.0.0.1" in printed


async def test_downloading_recordings_example(service: Standin, tmp_path: Path) -> None:
    """Video and thumbnail are written, and are what they claim to be."""

    async def download_recording(client: Odyssey, stream_id: str, output_dir: Path) -> None:
        recording = await client.get_recording(stream_id)

        async with httpx.AsyncClient() as http:
            if recording.video_url:
                response = await http.get(recording.video_url)
                (output_dir / f"{stream_id}.mp4").write_bytes(response.content)
                print(f"Downloaded video: {stream_id}.mp4")

            if recording.thumbnail_url:
                response = await http.get(recording.thumbnail_url)
                (output_dir / f"{stream_id}_thumb.jpg").write_bytes(response.content)
                print(f"Downloaded thumbnail: {stream_id}_thumb.jpg")

    client = Odyssey(api_key="ody_your_api_key_here")
    await client.connect(on_video_frame=lambda frame: None)
    stream_id = await client.start_stream("A cat")
    await asyncio.sleep(0.4)
    await client.end_stream()
    await client.disconnect()
    result = await client.list_stream_recordings(limit=10)
    assert [rec.stream_id for rec in result.recordings] == [stream_id]
    await download_recording(client, stream_id, tmp_path)
    assert (tmp_path / f"{stream_id}.mp4").read_bytes()[4:8] == b"ftyp"
    assert (tmp_path / f"{stream_id}_thumb.jpg").read_bytes()[:2] == b"\xff\xd8"
