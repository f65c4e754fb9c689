"""Simulations: scripts that run without a client, and the recordings that they yield."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.local.odyssey.script_source import fetch_script
from bot.local.odyssey.scripts import ScriptError
from tests.local.odyssey.conftest import Service
from tests.local.odyssey.wire import PATIENCE_S

SCRIPT = [
    {"timestamp_ms": 0, "start": {"prompt": "A cat in a meadow"}},
    {"timestamp_ms": 500, "interact": {"prompt": "night falls"}},
    {"timestamp_ms": 1000, "end": {}},
]
LONG = [{"timestamp_ms": 0, "start": {"prompt": "A dog"}}, {"timestamp_ms": 140_000, "end": {}}]


async def create(service: Service, **body: Any) -> dict[str, Any]:
    """A new job."""
    status, job = await service.rest.call("POST", "/simulation-jobs", json={"portrait": False, **body})
    assert status == 200, job
    return dict(job)


async def finished(service: Service, job_id: str) -> dict[str, Any]:
    """The job when it is over."""
    async with asyncio.timeout(2 * PATIENCE_S):  # they are painted meanwhile
        while True:
            _, job = await service.rest.call("GET", f"/simulation-jobs/{job_id}")
            if job["status"] in ("completed", "failed", "cancelled"):
                return dict(job)
            await asyncio.sleep(0.05)


async def test_a_job_yields_recordings(service: Service) -> None:
    """Each script becomes a stream of exactly its length, with its events; its recording is there at once."""
    created = await create(service, scripts=[SCRIPT, SCRIPT[:1] + SCRIPT[2:]])
    assert created["status"] == "pending"
    assert {"job_id", "priority", "created_at", "estimated_wait_minutes"} <= set(created)
    job = await finished(service, created["job_id"])
    assert job["status"] == "completed"
    assert [stream["script_index"] for stream in job["streams"]] == [0, 1]
    first = job["streams"][0]
    assert (first["frame_count"], first["duration_seconds"]) == (20, 1.0)
    async with service.http.get(first["video_url"]) as response:
        with av.open(io.BytesIO(await response.read()), "r") as container:
            assert sum(1 for _ in container.decode(video=0)) == 20
    async with service.http.get(first["events_url"]) as response:
        events = [json.loads(line) for line in (await response.text()).splitlines()]
    assert [(event["timestamp_ms"], event["type"]) for event in events] == [
        (0, "stream_started"),
        (500, "interaction"),
        (1000, "stream_ended"),
    ]
    assert (await service.rest.recording(first["stream_id"]))["frame_count"] == 20


async def test_jobs_are_listed_and_cancelled(service: Service) -> None:
    """A running job can be cancelled, one that is over cannot; lists can be narrowed to a status."""
    long = await create(service, script=LONG)
    waiting = await create(service, script=SCRIPT)
    _, active = await service.rest.call("GET", "/simulation-jobs?active=true&limit=1")
    assert (active["total"], [job["job_id"] for job in active["jobs"]]) == (2, [waiting["job_id"]])
    for job in (long, waiting):
        status, cancelled = await service.rest.call("DELETE", f"/simulation-jobs/{job['job_id']}")
        assert (status, cancelled["status"]) == (200, "cancelled")
    status, refused = await service.rest.call("DELETE", f"/simulation-jobs/{long['job_id']}")
    assert (status, list(refused)) == (400, ["detail"])
    assert (await finished(service, long["job_id"]))["streams"] == []
    _, listed = await service.rest.call("GET", "/simulation-jobs?status=cancelled")
    assert listed["total"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"script": []},
        {"script": "x"},
        {"script": [7]},
        {"script": [{"timestamp_ms": 0, "interact": {"prompt": "x"}}]},
        {"script": [{"timestamp_ms": 10**400, "start": {"prompt": "x"}}]},
        {"script": [{"timestamp_ms": -1, "start": {"prompt": "x"}}]},
        {"script": [{"timestamp_ms": True, "start": {"prompt": "x"}}]},
        {"script": [{"timestamp_ms": 0, "start": {"prompt": 7}}]},
        {"script": [{"timestamp_ms": 0, "start": {"prompt": "x"}}] * 2},
        {"script": [{"timestamp_ms": 0, "start": {"prompt": "x"}}, {"timestamp_ms": 10**9, "end": {}}]},
        {"scripts": []},
        {"scripts": [SCRIPT] * 11},
        {"script": SCRIPT, "scripts": [SCRIPT]},
        {"script_url": 7},
        {"script_url": "file:///etc/passwd"},
        {"script_url": "http://[bad/"},
        {"script_url": "http://127.0.0.1:1/nobody-listens"},
        {"script_url": "http://192.0.2.1/not-loopback"},
    ],
)
async def test_a_bad_script_is_refused(service: Service, body: dict[str, Any]) -> None:
    """What is no script, or too long, is 400 with a reason."""
    status, answer = await service.rest.call("POST", "/simulation-jobs", json=body)
    assert (status, list(answer)) == (400, ["detail"])


@pytest.fixture
async def library() -> AsyncIterator[str]:
    """A web server on loopback with documents of many kinds; its URL."""

    async def serve(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "moved":
            raise web.HTTPFound("/script")
        documents: dict[str, object] = {
            "script": SCRIPT,
            "scripts": [SCRIPT, SCRIPT],
            "object": {"scripts": [SCRIPT]},
            "number": 7,
        }
        if name in documents:
            return web.json_response(documents[name])
        return web.Response(text="[" * 100_000 if name == "deep" else "no JSON")

    app = web.Application()
    app.router.add_get("/{name}", serve)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/"))
    await server.close()


@pytest.mark.parametrize(("name", "streams"), [("script", 1), ("scripts", 2), ("object", 1)])
async def test_a_script_can_be_fetched(service: Service, library: str, name: str, streams: int) -> None:
    """A job may name its script by URL: one, several, or an object as a job's body has it."""
    job = await finished(service, (await create(service, script_url=f"{library}{name}"))["job_id"])
    assert (job["status"], len(job["streams"])) == ("completed", streams)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("moved", "There is no script to be had at script_url."),
        ("number", "A script is a list of 1 to 1000 events."),
        ("deep", "What is at script_url is not valid JSON."),
        ("text", "What is at script_url is not valid JSON."),
    ],
)
async def test_a_bad_document_is_refused(service: Service, library: str, name: str, reason: str) -> None:
    """No redirection is followed, and what is no script is 400 with the true reason."""
    status, answer = await service.rest.call(
        "POST", "/simulation-jobs", json={"script_url": f"{library}{name}"}
    )
    assert (status, answer) == (400, {"detail": reason})


async def test_a_script_url_is_a_web_address(service: Service) -> None:
    """A reason that is known before anything is fetched is the one that is told."""
    for url in (7, "file:///etc/passwd", "http://[bad/"):
        status, answer = await service.rest.call("POST", "/simulation-jobs", json={"script_url": url})
        assert status == 400
        assert answer["detail"] == "Script_url is a URL that begins with http:// or https://."


async def test_a_public_service_fetches_nothing_from_its_own_machine(library: str) -> None:
    """A service that others can reach cannot be sent to what only its own machine or network may reach."""
    with pytest.raises(ScriptError):
        await fetch_script(f"{library}script", loopback=False)
    assert await fetch_script(f"{library}script", loopback=True) == {"script": SCRIPT}


async def test_a_bad_image_fails_the_job(service: Service) -> None:
    """An image that is none fails its job and nothing else."""
    start = {"timestamp_ms": 0, "start": {"prompt": "x", "image": "data:image/png;base64,AAAA"}}
    failed = await finished(service, (await create(service, script=[start, *SCRIPT[1:]]))["job_id"])
    assert (failed["status"], failed["streams"]) == ("failed", [])
    assert failed["error_message"]
    assert (await finished(service, (await create(service, script=SCRIPT))["job_id"]))[
        "status"
    ] == "completed"


async def test_unknown_jobs(service: Service) -> None:
    """An unknown job or status is refused; everything needs a token."""
    assert (await service.rest.call("GET", "/simulation-jobs/unknown"))[0] == 404
    assert (await service.rest.call("DELETE", "/simulation-jobs/unknown"))[0] == 404
    assert (await service.rest.call("GET", "/simulation-jobs?status=odd"))[0] == 400
    headers = {"Authorization": ""}
    assert (await service.rest.call("POST", "/simulation-jobs", headers=headers, json={"script": SCRIPT}))[
        0
    ] == 401
