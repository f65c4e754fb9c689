"""API tokens: kept, renewed in time, renewed when refused, and shown to nobody."""

import logging

import pytest

from bot.odyssey import Odyssey, OdysseyAuthError, OdysseyError
from tests.odyssey.service import API_KEY, Service

RECORDING = {
    "stream_id": "s1",
    "video_url": "https://example.com/v.mp4?sig=presigned",
    "events_url": None,
    "frame_count": 100,
    "duration_seconds": 5,
}


async def test_a_token_is_used_again(service: Service, client: Odyssey) -> None:
    """One exchange of the key serves many calls."""
    service.recordings["s1"] = RECORDING
    for _ in range(3):
        await client.get_recording("s1")
    assert len(service.calls("POST /auth/token")) == 1


async def test_a_token_that_runs_out_is_renewed(service: Service, client: Odyssey) -> None:
    """A token with less than a minute left is not used."""
    service.recordings["s1"] = RECORDING
    service.token_lifetime_s = 59
    for _ in range(2):
        await client.get_recording("s1")
    assert len(service.calls("POST /auth/token")) == 2


async def test_a_refused_token_is_renewed_once(service: Service, client: Odyssey) -> None:
    """A 401 in mid-session is tried once more with a new token, for every kind of call."""
    service.recordings["s1"] = RECORDING
    await client.get_recording("s1")
    service.valid_tokens.clear()
    assert (await client.get_recording("s1")).frame_count == 100
    service.valid_tokens.clear()
    await client.connect()
    assert client.is_connected


async def test_a_token_refused_twice(service: Service, client: Odyssey) -> None:
    """A service that refuses new tokens too is not asked for ever."""
    service.script("GET /recordings/s1", (401, {}), (401, {}), (401, {}))
    with pytest.raises(OdysseyAuthError):
        await client.get_recording("s1")
    assert len(service.calls("GET /recordings/s1")) == 2


async def test_recordings(service: Service, client: Odyssey) -> None:
    """A recording's missing fields are None; a missing recording is a retryable `not_found`."""
    service.recordings["s1"] = RECORDING
    recording = await client.get_recording("s1")
    assert (recording.events_url, recording.thumbnail_url, recording.duration_seconds) == (None, None, 5.0)
    with pytest.raises(OdysseyError) as error:
        await client.get_recording("s2")
    assert (error.value.code, error.value.retryable) == ("not_found", True)


async def test_list_of_recordings(service: Service, client: Odyssey) -> None:
    """The list is paged as asked."""
    service.recordings = {f"s{n}": {"width": 704, "height": 1280} for n in range(5)}
    page = await client.list_stream_recordings(limit=2, offset=2)
    assert [item.stream_id for item in page.recordings] == ["s2", "s3"]
    assert (page.total, page.limit, page.offset) == (5, 2, 2)


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"[" * 100_000,
        b"",
        b'"s1"',
    ],
)
async def test_answers_that_make_no_sense(service: Service, client: Odyssey, body: bytes) -> None:
    """A hostile answer is an `OdysseyError` with the code `bad_response`."""
    service.script("GET /recordings/s1", (200, body))
    with pytest.raises(OdysseyError) as error:
        await client.get_recording("s1")
    assert error.value.code == "bad_response"


async def test_a_stream_id_cannot_lead_elsewhere(service: Service, client: Odyssey) -> None:
    """An ID with slashes stays one part of the path."""
    with pytest.raises(OdysseyError):
        await client.get_recording("../auth/token?x=")
    assert service.requests[-1].path.startswith("/recordings/")


async def test_nothing_secret_is_shown(
    service: Service, client: Odyssey, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither key nor tokens nor presigned URLs are in any log, even at DEBUG, or in any repr."""
    caplog.set_level(logging.DEBUG)
    service.recordings["s1"] = RECORDING
    recording = await client.get_recording("s1")
    await client.connect()
    await client.start_stream("a cat", broadcast=True)
    await client.disconnect()
    credentials = await client.create_client_credentials()
    logged = [record for record in caplog.records if record.name != "aiohttp.access"]  # the service's own
    shown = "\n".join(caplog.handler.format(record) for record in logged)
    shown += repr((client, recording, credentials, vars(client)))
    for secret in (API_KEY, "secret-token", "secret-session", "presigned", "spectator-secret"):
        assert secret not in shown


async def test_the_url_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument comes before the environment, and that before the public service."""
    assert "https://api.odyssey.ml" in repr(Odyssey("k"))
    monkeypatch.setenv("ODYSSEY_API_URL", "http://127.0.0.1:9000/")
    assert "http://127.0.0.1:9000 " in repr(Odyssey("k"))
    assert "http://127.0.0.1:9001 " in repr(Odyssey("k", "http://127.0.0.1:9001"))
