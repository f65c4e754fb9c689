"""REST of the protocol page: authentication, reservations, and every way of being refused."""

import asyncio
import base64
import io
import json

import pytest

from tests.local.odyssey.conftest import API_KEY, Service, serving
from tests.local.odyssey.wire import Rest


async def test_a_key_buys_a_token(service: Service) -> None:
    """`POST /auth/token` answers with a bearer token and its lifetime in seconds."""
    status, body = await service.rest.call("POST", "/auth/token", json={"api_key": API_KEY})
    assert status == 200
    assert isinstance(body["access_token"], str)
    assert body["expires_in"] == 3600


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"api_key": "ody_wrong"}, 401),
        ({"api_key": ""}, 422),
        ({"api_key": 7}, 422),
        ({"api_key": "with space"}, 422),
        ({"api_key": "ody_ü"}, 422),
        ({"api_key": "x" * 5000}, 422),
        ({}, 422),
        ([], 422),
    ],
)
async def test_a_bad_key_is_refused(service: Service, body: object, status: int) -> None:
    """An invalid key is 401, a malformed one 422, both with a JSON `detail`."""
    found, answer = await service.rest.call("POST", "/auth/token", json=body)
    assert (found, list(answer)) == (status, ["detail"])


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000, b'"text"'])
async def test_a_body_that_is_no_object_is_refused(service: Service, data: bytes) -> None:
    """Broken JSON, broken UTF-8, endless nesting and bare strings are 422."""
    status, body = await service.rest.call("POST", "/auth/token", data=data)
    assert (status, list(body)) == (422, ["detail"])


async def test_an_oversized_body_is_refused(service: Service) -> None:
    """A body over the limit is 413 with a JSON error, and the service goes on."""
    status, body = await service.rest.call("POST", "/auth/token", data=io.BytesIO(b"x" * 2_000_000))
    assert (status, list(body)) == (413, ["detail"])
    assert (await service.rest.call("GET", "/regions"))[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/regions"),
        ("POST", "/sessions/request"),
        ("POST", "/sessions/token"),
        ("GET", "/recordings/any"),
        ("GET", "/stream-recordings"),
    ],
)
@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc", "Bearer "])
async def test_every_call_needs_a_bearer_token(service: Service, method: str, path: str, header: str) -> None:
    """Without a valid token every call but the exchange itself is 401."""
    status, body = await service.rest.call(method, path, headers={"Authorization": header}, json={})
    assert (status, list(body)) == (401, ["detail"])


async def test_an_access_token_expires() -> None:
    """A token is good for its lifetime and 401 after it; a new exchange helps."""
    async with serving(token_lifetime_s=0.15) as service:
        assert (await service.rest.call("GET", "/regions"))[0] == 200
        await asyncio.sleep(0.2)
        assert (await service.rest.call("GET", "/regions"))[0] == 401
        await service.rest.authenticate(API_KEY)
        assert (await service.rest.call("GET", "/regions"))[0] == 200


async def test_regions_can_be_pinged(service: Service) -> None:
    """Each region has an ID and a URL that answers."""
    _, body = await service.rest.call("GET", "/regions")
    (region,) = body["regions"]
    assert region["id"]
    async with service.http.get(region["ping_url"]) as response:
        assert response.status == 200


async def test_a_session_is_reserved_and_gets_its_token(service: Service) -> None:
    """The reservation names its signalling URL; the session token is a JWT that carries the session ID."""
    status, session = await service.rest.call(
        "POST", "/sessions/request", json={"region_latencies": {"local": 3}}
    )
    assert status == 200
    assert session["signalling_url"].startswith(("ws://", "http://"))
    assert session["capabilities"] == {"image_to_video": True}

    status, minted = await service.rest.call(
        "POST", "/sessions/token", json={"session_id": session["session_id"]}
    )
    assert (status, minted["expires_in"]) == (200, 600)
    payload = minted["session_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["session_id"] == session["session_id"]


@pytest.mark.parametrize("session_id", ["unknown", "../../etc/passwd", "\u0000", "x" * 10_000])
async def test_an_unknown_session_has_no_token(service: Service, session_id: str) -> None:
    """A token for a session that was never reserved is 404."""
    status, _ = await service.rest.call("POST", "/sessions/token", json={"session_id": session_id})
    assert status == 404


async def test_too_many_sessions_are_a_usage_error() -> None:
    """The plan's limit is a 429 whose body is the protocol's usage error."""
    async with serving(concurrent_streams=2) as service:
        for _ in range(2):
            assert (await service.rest.call("POST", "/sessions/request", json={}))[0] == 200
        status, body = await service.rest.call("POST", "/sessions/request", json={})
        assert status == 429
        error = body["detail"]
        assert error["error"] == "CONCURRENT_LIMIT_REACHED"
        assert error["details"] == {"active_count": 2, "limit": 2}
        assert error["message"]
        assert error["action"]


async def test_browsers_may_call(service: Service) -> None:
    """A preflight is answered for any page, and answers expose what browsers would hide."""
    preflight = {
        "Origin": "http://page.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with service.http.options(f"{service.standin.url}/sessions/request", headers=preflight) as response:
        assert response.status in (200, 204)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "authorization" in response.headers["Access-Control-Allow-Headers"].lower()
        assert "DELETE" in response.headers["Access-Control-Allow-Methods"]
    async with service.http.get(
        f"{service.standin.url}/regions", headers={"Origin": "http://page.test"}
    ) as response:
        assert response.status == 401
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/regions", 405)])
async def test_unknown_calls_are_json_too(service: Service, method: str, path: str, status: int) -> None:
    """What does not exist is refused in JSON."""
    found, body = await service.rest.call(method, path)
    assert (found, list(body)) == (status, ["detail"])


async def test_a_forged_host_header_is_refused(service: Service) -> None:
    """The Host header, which goes into URLs of answers, must look like one."""
    status, _ = await service.rest.call("GET", "/regions", headers={"Host": "evil.test/?x="})
    assert status == 400


async def test_several_services_in_one_process() -> None:
    """Stand-ins do not share keys, tokens or ports."""
    async with serving() as first, serving() as second:
        assert first.standin.port != second.standin.port
        stranger = Rest(first.http, second.standin.url, first.rest.token)
        assert (await stranger.call("GET", "/regions"))[0] == 401
