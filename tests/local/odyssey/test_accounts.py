"""Several keys: each is an account of its own."""

from tests.local.odyssey.conftest import API_KEY, Service, serving
from tests.local.odyssey.wire import Rest

OTHER_KEY = "ody_other"


async def other(service: Service) -> Rest:
    """A client with the other key."""
    rest = Rest(service.http, service.standin.url)
    await rest.authenticate(OTHER_KEY)
    return rest


async def test_each_account_has_slots_of_its_own() -> None:
    """Who has used up its own keeps nobody else from theirs, and cannot take a session of theirs."""
    async with serving(other_keys=(OTHER_KEY,), concurrent_streams=1) as service:
        theirs = await other(service)
        status, session = await service.rest.call("POST", "/sessions/request", json={})
        assert status == 200
        assert (await service.rest.call("POST", "/sessions/request", json={}))[0] == 429
        body = {"session_id": session["session_id"]}
        assert (await theirs.call("POST", "/sessions/token", json=body))[0] == 404
        assert (await theirs.call("POST", "/sessions/request", json={}))[0] == 200
        assert (await service.rest.call("POST", "/sessions/token", json=body))[0] == 200


async def test_recordings_and_jobs_are_their_accounts_own(small_pictures: None) -> None:
    """Another account is told that there is no such thing."""
    script = [{"timestamp_ms": 0, "start": {"prompt": "A cat"}}, {"timestamp_ms": 400, "end": {}}]
    async with serving(other_keys=(OTHER_KEY,)) as service:
        theirs = await other(service)
        status, job = await service.rest.call("POST", "/simulation-jobs", json={"script": script})
        assert status == 200, job
        path = f"/simulation-jobs/{job['job_id']}"
        while job["status"] != "completed":
            job = (await service.rest.call("GET", path))[1]
            assert job["status"] != "failed", job
        stream_id = job["streams"][0]["stream_id"]
        await service.rest.recording(stream_id)
        assert (await theirs.call("GET", path))[0] == 404
        assert (await theirs.call("GET", f"/recordings/{stream_id}"))[0] == 404
        listed = [
            (await each.call("GET", "/stream-recordings"))[1]["total"] for each in (service.rest, theirs)
        ]
        assert listed == [1, 0]
        jobs = [(await each.call("GET", "/simulation-jobs"))[1]["total"] for each in (service.rest, theirs)]
        assert jobs == [1, 0]


async def test_a_revoked_key_is_good_for_nothing() -> None:
    """Neither for a new token nor with an old one; the other account goes on."""
    async with serving(other_keys=(OTHER_KEY,)) as service:
        theirs = await other(service)
        service.standin.revoke(OTHER_KEY)
        assert (await theirs.call("GET", "/regions"))[0] == 401
        assert (await theirs.call("POST", "/auth/token", json={"api_key": OTHER_KEY}))[0] == 401
        assert (await service.rest.call("GET", "/regions"))[0] == 200
        await service.rest.authenticate(API_KEY)
