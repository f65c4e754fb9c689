"""The recording of a stream that has just ended, which appears only after a while."""

import pytest

from bot.odyssey import Odyssey, OdysseyError, Timeouts
from tests.odyssey.service import API_KEY, Service

NOTHING_YET = {"video_url": None, "events_url": None, "frame_count": None}
WHOLE = {"video_url": "https://example.com/v.mp4", "frame_count": 100}


async def streamed(client: Odyssey) -> str:
    """The ID of a stream that was started and ended."""
    await client.connect()
    stream_id = await client.start_stream("a cat")
    await client.end_stream()
    await client.disconnect()
    return stream_id


async def test_it_is_waited_for(service: Service, client: Odyssey) -> None:
    """Unknown at first, then without URLs, then whole: `get_recording` returns the whole one."""
    stream_id = await streamed(client)
    path = f"GET /recordings/{stream_id}"
    service.recordings[stream_id] = {"stream_id": stream_id, **WHOLE}
    service.script(path, (404, {}), (200, {"stream_id": stream_id, **NOTHING_YET}))
    assert (await client.get_recording(stream_id)).frame_count == 100
    assert len(service.calls(path)) == 3


@pytest.mark.parametrize("end", ["end_stream", "disconnect"])
async def test_the_wait_ends(service: Service, end: str) -> None:
    """When its time is over the call says what it found, however the stream had ended."""
    timeouts = Timeouts(recording_s=0.1)
    async with Odyssey(API_KEY, service.url, timeouts=timeouts) as client:
        await client.connect()
        stream_id = await client.start_stream("a cat")
        await getattr(client, end)()
        with pytest.raises(OdysseyError) as error:
            await client.get_recording(stream_id)
        assert error.value.code == "not_found"
        service.recordings[stream_id] = {"stream_id": stream_id, **NOTHING_YET}
        assert (await client.get_recording(stream_id)).video_url is None


async def test_another_stream_is_asked_for_once(service: Service, client: Odyssey) -> None:
    """A stream that this client did not see end is not waited for, nor does any other error make it wait."""
    stream_id = await streamed(client)
    with pytest.raises(OdysseyError):
        await client.get_recording("another")
    assert len(service.calls("GET /recordings/another")) == 1
    service.script(f"GET /recordings/{stream_id}", (403, {"detail": "no"}))
    with pytest.raises(OdysseyError) as error:
        await client.get_recording(stream_id)
    assert error.value.status == 403


@pytest.mark.parametrize("odd", [None, "", "x", -1, "-1", True, float("nan"), 1e300, "NaN", "1e999", [], {}])
async def test_an_odd_field_is_none(service: Service, client: Odyssey, odd: object) -> None:
    """A field that may be missing anyway does not take the recording along."""
    names = ("frame_count", "duration_seconds", "preview_url", "events_url")
    service.recordings["s1"] = {**WHOLE, **dict.fromkeys(names, odd)}
    recording = await client.get_recording("s1")
    assert recording.video_url == WHOLE["video_url"]
    assert (recording.frame_count, recording.duration_seconds) == (None, None)
    assert recording.preview_url in (None, odd)


async def test_numbers_may_be_strings(service: Service, client: Odyssey) -> None:
    """As some writers of JSON have them, in each place: tokens, recordings and lists."""
    service.script("POST /auth/token", (200, {"access_token": "t", "expires_in": "3600"}))
    service.valid_tokens.add("t")
    service.recordings["s1"] = {"frame_count": "2900", "duration_seconds": " 12.5 ", "width": "704"}
    recording = await client.get_recording("s1")
    assert (recording.frame_count, recording.duration_seconds) == (2900, 12.5)
    rows = [{"stream_id": "s1", "width": "704"}, {"stream_id": 5}, 7, None, {"stream_id": "s2", "height": {}}]
    service.script("GET /stream-recordings", (200, {"recordings": rows, "total": "9", "limit": -1}))
    page = await client.list_stream_recordings()
    assert [(row.stream_id, row.width, row.height) for row in page.recordings] == [
        ("s1", 704, None),
        ("s2", None, None),
    ]
    assert page.total == 9
    assert len(service.calls("POST /auth/token")) == 1
