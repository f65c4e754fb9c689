"""Whatever the world hands it, nothing but an `OdysseyError` leaves a call of the client."""

import asyncio
import gzip
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.odyssey import (
    ClientCredentials,
    ConnectionStatus,
    Odyssey,
    OdysseyError,
    Recording,
    Timeouts,
    connect_to_stream,
    read_artifact,
)
from tests.odyssey.origin import Make, Origin, redirect, serving, told

TIMEOUTS = Timeouts(
    connect_s=1, queue_s=0.1, start_s=1, interact_s=1, end_s=1, request_s=0.5, recording_s=0, silence_s=1
)
SCRIPT = [{"timestamp_ms": 0, "start": {"prompt": "a cat"}}, {"timestamp_ms": 9, "end": {}}]

Call = Callable[[Odyssey, str, Path], Awaitable[Any]]
"""A call of a client, to a service and of URLs at one address; files go into a directory."""


def credentials(url: str) -> ClientCredentials:
    return ClientCredentials("s1", url, "secret")


async def download(client: Odyssey, url: str, directory: Path) -> None:
    """Whatever the service says of the recording, these are its links."""
    recording = Recording("s1", video_url=url, events_url=f"{url}/e", thumbnail_url=url, preview_url=url)

    async def given(stream_id: str) -> Recording:
        return recording

    client.get_recording = given  # type: ignore[method-assign]
    await client.download_recording("s1", directory)


async def events(client: Odyssey, url: str, directory: Path) -> list[dict[str, Any]]:
    return [event async for event in client.read_events(Recording("s1", events_url=url))]


CALLS: dict[str, Call] = {
    "get_recording": lambda client, url, directory: client.get_recording("s1"),
    "list_stream_recordings": lambda client, url, directory: client.list_stream_recordings(1, 2),
    "download_recording": lambda client, url, directory: client.download_recording("s1", directory),
    "download of links": download,
    "read_events": events,
    "create_client_credentials": lambda client, url, directory: client.create_client_credentials(),
    "simulate": lambda client, url, directory: client.simulate(SCRIPT),
    "get_simulate_status": lambda client, url, directory: client.get_simulate_status("j1"),
    "list_simulations": lambda client, url, directory: client.list_simulations("pending", True, 1, 2),
    "cancel_simulation": lambda client, url, directory: client.cancel_simulation("j1"),
    "connect": lambda client, url, directory: client.connect(),
    "connect_with_credentials": lambda client, url, directory: client.connect_with_credentials(
        credentials(url)
    ),
    "connect_to_stream": lambda client, url, directory: connect_to_stream(url, "secret", timeouts=TIMEOUTS),
    "read_artifact": lambda client, url, directory: read_artifact(
        url, limit_bytes=9, timeout_s=0.5, service=url
    ),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without any proxy or certificate that this machine has, and without waits between attempts."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr("bot.odyssey.files.downloads.RETRY_S", 0.0)
    return monkeypatch


async def only_odyssey_errors(url: str, directory: Path, *, of: dict[str, Call] = CALLS) -> set[str]:
    """Makes every call, each of a client of its own. The names of those that failed."""

    async def failed(name: str, call: Call) -> bool:
        client = Odyssey("ody_key", url, timeouts=TIMEOUTS)
        try:
            await call(client, url, directory / name)
        except OdysseyError:
            return True
        finally:
            assert client.current_status in (ConnectionStatus.DISCONNECTED, ConnectionStatus.FAILED), name
            await client.disconnect()
        return False

    ended = await asyncio.gather(*(failed(*item) for item in of.items()), return_exceptions=True)
    raw = {name: result for name, result in zip(of, ended, strict=True) if isinstance(result, BaseException)}
    assert raw == {}
    return {name for name, result in zip(of, ended, strict=True) if result}


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "http://", "http:///x", "://x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1:99999",
        "http://127.0.0.1:-1", "http://127.0.0.1:port", "http://127.0.0.1:1", "https://127.0.0.1:1", "http://[::1",
        "https://[bad/x", "http://\ud800.invalid", "http://127.0.0.1:1/\ud800", "http://a b", "http://\0", "http://\n",
        "http://" + "a" * 70 + ".invalid", "http://a..b",
        "http://xn--0.invalid", "http://127.0.0.1:1/" + "x" * 70_000,
        "ws://127.0.0.1:1", "http://user:secret@127.0.0.1:1", "http://%zz/", "//127.0.0.1:1", "http://127.0.0.1:1#x",
        "http://٣.invalid",
    ],
    ids=lambda url: ascii(url)[:30],
)  # fmt: skip
async def test_addresses(url: str, tmp_path: Path) -> None:
    """No URL, of the service or in what it says, makes a call do anything else than fail properly."""
    assert await only_odyssey_errors(url, tmp_path) == set(CALLS)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *itertools.product(
            ("HTTP_PROXY", "ALL_PROXY"),
            ("socks://127.0.0.1:1/", "socks5://127.0.0.1:1", "http://[::1", "http://127.0.0.1:99999", "x"),
        ),
        ("HTTPS_PROXY", "socks://127.0.0.1:1/"),
        ("NO_PROXY", "[::1]"),
        ("SSL_CERT_FILE", "/nowhere/at/all.pem"),
        ("SSL_CERT_FILE", "/"),
        ("SSL_CERT_DIR", "/nowhere"),
    ],
    ids=ascii,
)  # fmt: skip
async def test_the_environment(
    environment: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    """Nor does any variable that decides about the way there."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        environment.setenv(name, "http://127.0.0.1:1")
    environment.setenv(variable, value)
    scheme = "https" if variable in ("HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR") else "http"
    assert await only_odyssey_errors(f"{scheme}://svc.invalid", tmp_path) == set(CALLS)


def raw(status: int, body: bytes, **headers: str) -> Make:
    return lambda request: web.Response(
        status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


async def endless(request: web.Request) -> web.StreamResponse:
    """A byte now and then, for ever."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(0.05)


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Half an answer."""
    answer = web.StreamResponse()
    answer.content_length = 1000
    await answer.prepare(request)
    await answer.write(b"{")
    assert request.transport is not None
    request.transport.abort()
    return answer


ODD: list[Any] = [None, True, -1, 1e300, float("nan"), 10**400, "", "x", "\ud800", [], [None], {}, {"a": {}}]
ANSWERS: dict[str, Make] = {
    "nothing": raw(200, b""),
    "no content": raw(204, b""),
    "not modified": raw(304, b""),
    "HTML": raw(200, b"<html>"),
    "junk": raw(200, bytes(range(256))),
    "a list": told(200, []),
    "deep": raw(200, b"[" * 100_000),
    "a huge number": raw(200, b'{"recordings": ' + b"9" * 5000 + b"}"),
    "maintenance": raw(503, b"<html>maintenance"),
    "payment": told(402, {"detail": "Pay first."}),
    "a list of reasons": told(422, {"detail": [{"loc": ["body"], "msg": "field required"}]}),
    "odd reasons": told(418, {"detail": [5], "message": {"a": 1}, "error": 7}),
    "too often": told(429, {"error": "RATE_LIMITED", "action": 5, "action_url": [], "details": "soon"}),
    "too often, in HTML": raw(429, b"<html>"),
    "no such status": raw(999, b""),
    "not gzip": raw(200, b"plain", Content_Encoding="gzip"),
    "half of gzip": raw(200, gzip.compress(b"{}" * 999)[:20], Content_Encoding="gzip"),
    "gzip of gzip": raw(200, gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip"),
    "a part": raw(206, b"part", Content_Range="bytes 5-9/3"),
    "nothing from there on": raw(416, b""),
    "cut off": cut_off,
    "redirect to itself": lambda request: web.Response(status=307, headers={"Location": request.path}),
    "redirect without a target": raw(302, b""),
    **{
        f"redirect to {target!r}": redirect(308, target)
        for target in ("http://127.0.0.1:99999/", "http://[::1", "ftp://x", "javascript:1", "http://",
                       "\udcff", "//")
    },
    **{
        f"odd fields: {ascii(odd)[:20]}": told(
            200,
            {
                "access_token": "secret-token", "session_id": "s1", "signalling_url": "http://127.0.0.1:1",
                "session_token": "t", "job_id": "j1", "status": "COMPLETED",
                **dict.fromkeys(
                    ("expires_in", "capabilities", "regions", "recordings", "jobs", "streams", "total",
                     "limit", "offset", "video_url", "events_url", "thumbnail_url", "frame_count",
                     "duration_seconds", "priority", "error_message", "iceServers", "stream_id"),
                    odd,
                ),
            },
        )
        for odd in ODD
    },
}  # fmt: skip


@pytest.fixture
async def there() -> AsyncIterator[Origin]:
    """A service that answers everything alike."""
    async with serving() as made:
        yield made


@pytest.mark.parametrize("key_is_taken", [False, True])
@pytest.mark.parametrize("answer", ANSWERS)
async def test_answers(there: Origin, tmp_path: Path, answer: str, key_is_taken: bool) -> None:
    """No answer does either, be it to the key or to what is asked with a token."""
    there.otherwise = ANSWERS[answer]
    if key_is_taken:
        there.answers["/auth/token"] = told(200, {"access_token": "secret-token", "expires_in": "600"})
    await only_odyssey_errors(there.url, tmp_path)


async def test_an_answer_without_end(there: Origin, tmp_path: Path) -> None:
    """However slowly it drips, a call is bounded as a whole, but for those that take files of any size."""
    there.otherwise = endless
    there.answers["/auth/token"] = told(200, {"access_token": "secret-token"})
    bounded = {name: call for name, call in CALLS.items() if name not in ("download of links", "read_events")}
    assert await only_odyssey_errors(there.url, tmp_path, of=bounded) == set(bounded)
