"""Simulations and client credentials."""

import pytest

from bot.odyssey import Odyssey, OdysseyAuthError, OdysseyError, SimulationStatus
from tests.odyssey.service import Service

SCRIPT = [
    {"timestamp_ms": 0, "start": {"prompt": "a cat"}},
    {"timestamp_ms": 2000, "interact": {"prompt": "it jumps"}},
    {"timestamp_ms": 4000, "end": {}},
]
JOB = {"job_id": "j1", "status": "pending", "priority": "normal", "created_at": "2026-01-01T00:00:00Z"}


async def test_a_simulation(service: Service, client: Odyssey) -> None:
    """Handed in, looked at, listed and cancelled, with its streams' recordings when completed."""
    service.script("POST /simulation-jobs", (200, JOB | {"estimated_wait_minutes": 1.5}))
    job = await client.simulate(SCRIPT, portrait=False)
    assert (job.job_id, job.status, job.estimated_wait_minutes) == ("j1", SimulationStatus.PENDING, 1.5)
    [request] = service.calls("POST /simulation-jobs")
    assert request.body == {"script": SCRIPT, "portrait": False, "output_video": True}

    streams = [{"stream_id": "s1", "script_index": 0, "video_url": "https://example.com/v", "frame_count": 9}]
    service.script("GET /simulation-jobs/j1", (200, JOB | {"status": "completed", "streams": streams}))
    done = await client.get_simulate_status("j1")
    assert done.is_over
    assert (done.streams[0].recording.stream_id, done.streams[0].recording.frame_count) == ("s1", 9)

    service.script("GET /simulation-jobs", (200, {"jobs": [JOB], "total": 7, "limit": 1, "offset": 3}))
    page = await client.list_simulations(status="pending", active=True, limit=1, offset=3)
    assert (page.jobs[0].job_id, page.total, page.offset) == ("j1", 7, 3)
    assert service.requests[-1].query == {"status": "pending", "active": "true", "limit": "1", "offset": "3"}

    service.script("DELETE /simulation-jobs/j1", (204, b""))
    await client.cancel_simulation("j1")


async def test_refusals(service: Service, client: Odyssey) -> None:
    """Each refusal has its type, status and words."""
    refusals = [(404, OdysseyError), (403, OdysseyAuthError), (400, OdysseyError)]
    for status, kind in refusals:
        service.script("DELETE /simulation-jobs/j1", (status, {"detail": "It is over."}))
        with pytest.raises(kind, match="It is over") as error:
            await client.cancel_simulation("j1")
        assert error.value.status == status
    service.script("POST /simulation-jobs", (400, b"plain text"))
    with pytest.raises(OdysseyError):
        await client.simulate(SCRIPT)
    with pytest.raises(ValueError, match="exactly one"):
        await client.simulate(SCRIPT, script_url="https://example.com/s.json")


async def test_an_unknown_status(service: Service, client: Odyssey) -> None:
    """A status that there is not is a bad answer, not a guess."""
    service.script("GET /simulation-jobs/j1", (200, JOB | {"status": "dreaming"}))
    with pytest.raises(OdysseyError) as error:
        await client.get_simulate_status("j1")
    assert error.value.code == "bad_response"


async def test_credentials(service: Service, client: Odyssey) -> None:
    """A client without a key connects with the credentials that another one made."""
    credentials = await client.create_client_credentials()
    assert credentials.capabilities.image_to_video
    async with Odyssey(api_url="http://127.0.0.1:9") as other:
        await other.connect_with_credentials(credentials)
        assert other.current_session_id == credentials.session_id
        assert await other.start_stream("a cat")


async def test_an_odd_simulation_in_a_list(service: Service, client: Odyssey) -> None:
    """Takes only itself along; a status may be written in capitals."""
    jobs = [
        JOB | {"status": "COMPLETED", "streams": [{"video_url": "x"}, {"stream_id": "s1"}]},
        JOB | {"status": "?"},
        5,
    ]
    service.script("GET /simulation-jobs", (200, {"jobs": jobs}))
    [job] = (await client.list_simulations()).jobs
    assert (job.status, [stream.recording.stream_id for stream in job.streams]) == (
        SimulationStatus.COMPLETED,
        ["s1"],
    )
