"""The one way that requests take: redirects, proxies, certificates, and what is said when it fails."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from bot.odyssey import ClientCredentials, Odyssey, OdysseyConnectionError, OdysseyError, Timeouts
from bot.odyssey.http.http import MAX_REDIRECTS, _redirected
from bot.odyssey.http.routes import proxy_for
from tests.odyssey.origin import Origin, redirect, serving, tls_context, told
from tests.odyssey.service import Service

TOKEN = {"access_token": "secret-token", "expires_in": 600}
PAGE = {"recordings": [], "total": 0}
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without any proxy or certificate that this machine has."""
    for name in (*PROXY_VARIABLES, "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
async def here() -> AsyncIterator[Origin]:
    """The service."""
    async with serving() as made:
        made.answers["/auth/token"] = told(200, TOKEN)
        yield made


@pytest.fixture
async def elsewhere() -> AsyncIterator[Origin]:
    """Another origin that a redirect may lead to."""
    async with serving() as made:
        made.otherwise = told(200, PAGE)
        yield made


def client_of(url: str) -> Odyssey:
    return Odyssey("ody_key", url, timeouts=Timeouts(request_s=3))


async def failure_of(url: str) -> OdysseyError:
    """What a call to a service at this URL raises."""
    with pytest.raises(OdysseyError) as error:
        await client_of(url).list_stream_recordings()
    return error.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(here: Origin, status: int) -> None:
    """Within the service's origin, with the token."""
    here.answers["/stream-recordings"] = redirect(status, "/v2/recordings")
    here.answers["/v2/recordings"] = told(200, PAGE)
    assert (await client_of(here.url).list_stream_recordings()).total == 0
    assert here.asked[-1].path == "/v2/recordings"
    assert here.asked[-1].headers["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
async def test_what_becomes_of_a_post(here: Origin, status: int, method: str) -> None:
    """Its method and body are kept where the status says so."""
    here.answers["/simulation-jobs"] = redirect(status, f"{here.url}/jobs")
    here.answers["/jobs"] = told(200, {"job_id": "j1", "status": "pending"})
    await client_of(here.url).simulate([{"timestamp_ms": 0, "end": {}}])
    asked = here.asked[-1]
    assert (asked.method, asked.path) == (method, "/jobs")
    assert bool(asked.body) == (method == "POST")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_delete_stays_a_delete(here: Origin, status: int) -> None:
    """Nothing is taken for cancelled that was only looked at."""
    here.answers["/simulation-jobs/j1"] = redirect(status, "/jobs/j1")
    here.answers["/jobs/j1"] = told(200, {})
    await client_of(here.url).cancel_simulation("j1")
    assert here.paths()[-1] == "DELETE /jobs/j1"


async def test_the_token_stays_with_its_origin(here: Origin, elsewhere: Origin) -> None:
    """Another origin is asked without it, and it does not come back from there either."""
    here.answers["/stream-recordings"] = redirect(307, f"{elsewhere.url}/list")
    elsewhere.answers["/list"] = redirect(307, f"{here.url}/last")
    here.answers["/last"] = told(200, PAGE)
    await client_of(here.url).list_stream_recordings()
    assert [asked.headers.get("Authorization") for asked in (elsewhere.asked[-1], here.asked[-1])] == [
        None,
        None,
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_stays_with_its_origin(here: Origin, elsewhere: Origin, status: int) -> None:
    """No redirect hands it to another one."""
    here.answers["/auth/token"] = redirect(status, f"{elsewhere.url}/auth/token")
    await failure_of(here.url)
    assert not [asked for asked in elsewhere.asked if b"ody_key" in asked.body]
    if status in (307, 308):
        assert (await failure_of(here.url)).code == "bad_redirect"
        assert "API key" in str(await failure_of(here.url))


@pytest.mark.parametrize("status", [301, 308])
async def test_a_service_that_wants_tls(
    here: Origin, environment: pytest.MonkeyPatch, tmp_path: Path, status: int
) -> None:
    """Plain HTTP that redirects to TLS on the same host works, token and all."""
    async with serving(tls_context(tmp_path / "own.pem")) as secure:
        environment.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
        secure.answers["/stream-recordings"] = told(200, PAGE)
        here.answers["/stream-recordings"] = redirect(status, f"{secure.url}/stream-recordings")
        assert (await client_of(here.url).list_stream_recordings()).total == 0
        assert secure.asked[-1].headers["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("origin", "target", "may"),
    [
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "http://b.example/x", False),
        ("https://a.example/x", "https://b.example/x", True),
        ("http://a.example/x", "http://b.example/x", True),
        ("http://a.example/x", "http://127.0.0.1/x", False),
        ("https://a.example/x", "https://localhost/x", False),
        ("http://127.0.0.1/x", "http://a.example/x", False),
        ("http://127.0.0.1/x", "http://localhost:8/x", True),
    ],
)
def test_where_a_redirect_may_lead(origin: str, target: str, may: bool) -> None:
    """Never from TLS to plain HTTP, and neither from this machine to another nor back."""
    request, to = httpx.Request("GET", origin), httpx.Request("GET", target)
    if may:
        assert _redirected(request, 302, to, is_secret=False).url == target
        return
    with pytest.raises(OdysseyConnectionError) as error:
        _redirected(request, 302, to, is_secret=False)
    assert (error.value.code, error.value.retryable) == ("bad_redirect", False)


@pytest.mark.parametrize(
    "location", ["/stream-recordings", "http://192.0.2.1/x", "http://127.0.0.1:99999/", "http://[::1"]
)
async def test_a_redirect_that_leads_nowhere(here: Origin, location: str) -> None:
    """Ends, with an error."""
    here.answers["/stream-recordings"] = redirect(307, location)
    assert (await failure_of(here.url)).code in ("bad_redirect", "bad_url", "unreachable")
    assert len(here.asked) <= MAX_REDIRECTS + 3


async def test_tls_on_this_machine(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A trusted certificate is enough; one that is not trusted is called that, over REST and signalling."""
    async with serving(tls_context(tmp_path / "own.pem")) as secure:
        secure.answers = {"/auth/token": told(200, TOKEN), "/stream-recordings": told(200, PAGE)}
        error = await failure_of(secure.url)
        assert (error.code, error.retryable) == ("bad_certificate", False)
        assert "certificate" in error.message
        credentials = ClientCredentials("s1", secure.url, "secret")
        with pytest.raises(OdysseyError) as refused:
            await client_of(secure.url).connect_with_credentials(credentials)
        assert refused.value.code == "bad_certificate"

        environment.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
        assert (await client_of(secure.url).list_stream_recordings()).total == 0
        with pytest.raises(OdysseyError) as refused:
            await client_of(secure.url).connect_with_credentials(credentials)
        assert refused.value.code == "signalling_refused"  # it was spoken to


@pytest.mark.parametrize(
    ("variable", "content"), [("SSL_CERT_FILE", None), ("SSL_CERT_FILE", "no certificate")]
)
async def test_certificates_that_cannot_be_read(
    environment: pytest.MonkeyPatch, tmp_path: Path, variable: str, content: str | None
) -> None:
    """The variable that names them is told."""
    file = tmp_path / "trust.pem"
    if content:
        file.write_text(content)
    environment.setenv(variable, str(file))
    error = await failure_of("https://svc.invalid")
    assert error.code == "bad_certificate"
    assert variable in error.message


@pytest.mark.parametrize("variable", ["ALL_PROXY", "HTTP_PROXY", "http_proxy"])
@pytest.mark.parametrize(
    "proxy",
    [
        "socks://127.0.0.1:1/", "socks5://127.0.0.1:1", "socks4://x", "ftp://x", "http://[::1", "://",
        "http://127.0.0.1:99999", "http://127.0.0.1:port", "http://user:pässword@[::1", "127.0.0.1:1",
    ],
)  # fmt: skip
async def test_a_proxy_that_cannot_be_used(
    environment: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    """The variable that names it is told, and the proxy's password is not."""
    environment.setenv(variable, proxy)
    error = await failure_of("http://svc.invalid")
    assert error.code == ("unreachable" if proxy == "127.0.0.1:1" else "bad_proxy")
    assert variable in error.message
    assert "pässword" not in repr(error)


async def test_only_the_proxy_that_is_used_has_to_make_sense(
    environment: pytest.MonkeyPatch, elsewhere: Origin
) -> None:
    """Desktops set `ALL_PROXY` to a kind of proxy that is not known here, besides one for HTTP that is."""
    environment.setenv("ALL_PROXY", "socks://127.0.0.1:1/")
    environment.setenv("HTTP_PROXY", elsewhere.url)
    elsewhere.answers["/auth/token"] = told(200, TOKEN)
    assert (await client_of("http://svc.invalid").list_stream_recordings()).total == 0
    assert elsewhere.asked[-1].headers["Host"] == "svc.invalid"


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "socks://127.0.0.1:1"])
async def test_no_proxy_for_this_machine(
    environment: pytest.MonkeyPatch, elsewhere: Origin, service: Service, client: Odyssey, proxy: str
) -> None:
    """Neither REST nor signalling on loopback goes through one, whatever the environment says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environment.setenv(name, proxy)
    await client.connect()
    assert client.is_connected


@pytest.mark.parametrize(
    ("url", "excepted"),
    [
        ("http://svc.example", "svc.example"),
        ("http://a.svc.example", "svc.example"),
        ("http://svc.example", ".example"),
        ("http://svc.example", "*.example"),
        ("http://SVC.example", "other, Svc.Example"),
        ("http://svc.example:81", "svc.example:81"),
        ("wss://svc.example", "http://svc.example"),
        ("http://10.1.2.3", "10.0.0.0/8"),
        ("http://10.1.2.3", "192.168.0.0/16 10.1.2.3"),
        ("http://[2001:db8::1]:8", "[2001:db8::1]:8"),
        ("http://[2001:db8::1]", "2001:db8::/32"),
        ("http://svc.example", "*"),
    ],
)
def test_what_is_excepted_from_proxies(environment: pytest.MonkeyPatch, url: str, excepted: str) -> None:
    """`NO_PROXY` in each form in which people write it."""
    environment.setenv("HTTP_PROXY", "http://proxy.example:1")
    environment.setenv("HTTPS_PROXY", "http://proxy.example:1")
    assert proxy_for(url) is not None
    environment.setenv("NO_PROXY", f"localhost,[::1],{excepted}")
    assert proxy_for(url) is None


@pytest.mark.parametrize(
    "excepted",
    ["", ",", "[::1]", "[::1", "vc.example", "svc.example:82", "10.0.0.0/99", "http://[", "*.", ":1", "%"],
)
def test_what_is_not_excepted(environment: pytest.MonkeyPatch, excepted: str) -> None:
    """What is no name of it, or no name at all, does no harm."""
    environment.setenv("HTTP_PROXY", "http://proxy.example:1")
    environment.setenv("NO_PROXY", excepted)
    proxy = proxy_for("http://svc.example:81")
    assert proxy is not None
    assert proxy.variable == "HTTP_PROXY"


async def test_no_redirect_is_logged(here: Origin, caplog: pytest.LogCaptureFixture) -> None:
    """Where a request is led may be a secret: it is in no log, not even at DEBUG."""
    caplog.set_level(logging.DEBUG)
    here.answers["/stream-recordings"] = redirect(302, "/v2?sig=presigned")
    here.answers["/v2"] = told(200, PAGE)
    await client_of(here.url).list_stream_recordings()
    ours = [record for record in caplog.records if record.name != "aiohttp.access"]
    assert "presigned" not in "\n".join(caplog.handler.format(record) for record in ours)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_an_answer_that_cannot_be_decoded(here: Origin, encoding: str) -> None:
    """Is a bad response."""
    here.answers["/stream-recordings"] = lambda request: web.Response(
        body=json.dumps(PAGE).encode(), headers={"Content-Encoding": encoding}
    )
    if encoding == "br":  # not known, so given as it is
        assert (await client_of(here.url).list_stream_recordings()).total == 0
    else:
        assert (await failure_of(here.url)).code == "bad_response"
