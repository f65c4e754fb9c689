"""HTTP, one way for all of it: bounded in time and size, redirected with care, with errors that carry no URL.

httpx and httpcore log URLs and headers; presigned URLs and tokens in queries must not be logged, so a filter
drops the records of this package's own requests, and nobody else's.
"""

import asyncio
import json as json_format
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx

from bot.odyssey.base.errors import OdysseyArgumentError, OdysseyConnectionError, OdysseyError
from bot.odyssey.base.loopback import is_loopback_host
from bot.odyssey.http.destinations import Destinations
from bot.odyssey.http.routes import Routes
from bot.odyssey.http.transport_errors import transport_errors

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_REDIRECTS = 10

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_quiet: ContextVar[bool] = ContextVar("odyssey_quiet_httpx", default=False)


@dataclass(frozen=True)
class Response:
    """A whole answer. `url` is where it came from in the end."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str = ""

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class Streamed:
    """An open answer, whose body is read as it comes."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._response = response

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, each part as soon as it is there. Raises `OdysseyError`s."""
        parts = self._response.aiter_bytes()
        while True:
            with transport_errors():
                part = await anext(parts, None)
            if part is None:
                return
            yield part


class Http:
    """Sends requests; made by `open_http`. Raises `OdysseyError`s only, and follows redirects."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def request(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        json: Any = None,
        content: str | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = MAX_BODY_BYTES,
        is_secret: bool = False,
    ) -> Response:
        """Sends one request and reads the whole answer, in at most `timeout_s` in all.

        A body that `is_secret` goes to this URL's origin only, wherever that redirects.
        """
        body = bytearray()
        sent = dict(headers or {})
        if json is not None:
            try:
                content = json_format.dumps(json, allow_nan=False)
            except (TypeError, ValueError, RecursionError):
                raise OdysseyArgumentError("What was given cannot be sent as JSON.") from None
            sent["Content-Type"] = "application/json"
        with transport_errors(), _private_logs():
            async with asyncio.timeout(timeout_s):
                request = self._client.build_request(
                    method, url, content=content, params=params, headers=sent
                )
                response = await self._send(request, is_secret=is_secret)
                try:
                    async for chunk in response.aiter_bytes():
                        body += chunk
                        if len(body) > limit_bytes:
                            raise OdysseyError("The service's answer is too large.", code="bad_response")
                finally:
                    await _close(response)
        return Response(response.status_code, response.headers, bytes(body), str(response.url))

    @asynccontextmanager
    async def stream(
        self, url: str, *, timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Streamed]:
        """Opens a GET of any size. The answer must begin within `timeout_s`; from then on only silence of
        that length is too long, however slowly the body comes."""
        with transport_errors(), _private_logs():
            only_silence = httpx.Timeout(None, read=timeout_s)
            async with asyncio.timeout(timeout_s):
                request = self._client.build_request("GET", url, headers=headers, timeout=only_silence)
                response = await self._send(request, is_secret=False)
        try:
            yield Streamed(response)
        finally:
            with transport_errors():
                await _close(response)

    async def _send(self, request: httpx.Request, *, is_secret: bool) -> httpx.Response:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            if response.next_request is None:
                # Each further encoding multiplies what a small answer can unpack to.
                if "," in response.headers.get("Content-Encoding", ""):
                    await _close(response)
                    raise OdysseyError("The service's answer cannot be decoded.", code="bad_response")
                return response
            await _close(response)
            request = _redirected(request, response.status_code, response.next_request, is_secret=is_secret)
        raise OdysseyError("The service redirects without end.", code="bad_redirect")


@asynccontextmanager
async def open_http(service: str | None) -> AsyncIterator[Http]:
    """A place to send requests from; its connections are closed on leaving.

    They lead to public addresses only, and to the `service`, by its URL as it was configured.
    """
    # Without time-outs of its own: the whole exchange is bounded, not its parts.
    routes = Routes(Destinations(service))
    async with httpx.AsyncClient(transport=routes, timeout=httpx.Timeout(None), trust_env=False) as client:
        yield Http(client)


async def _close(response: httpx.Response) -> None:
    try:
        await response.aclose()
    finally:
        # It and its stream hold each other, and with them the connection: all that would be the collector's.
        response.stream = httpx.ByteStream(b"")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _redirected(request: httpx.Request, status: int, to: httpx.Request, *, is_secret: bool) -> httpx.Request:
    """What to send where a redirect leads, or the error for one that must not be followed.

    Nothing leads from this machine to another or back, nor from TLS to plain HTTP on another machine. The
    token goes to the same origin only, or to the same host that now wants TLS.
    """
    local = is_loopback_host(to.url.host)
    is_downgrade = request.url.scheme == "https" and to.url.scheme != "https"
    if local != is_loopback_host(request.url.host) or (is_downgrade and not local):
        raise _bad_redirect("The service redirects to where no request may follow it.")
    if status in (301, 302) and request.method != "POST":
        to.method = request.method  # httpx makes a GET of any method
    is_upgrade = request.url.host == to.url.host and (request.url.scheme, to.url.scheme) == ("http", "https")
    if _origin(request.url) == _origin(to.url) or is_upgrade:
        if token := request.headers.get("Authorization"):
            to.headers["Authorization"] = token
        return to
    to.headers.pop("Authorization", None)
    if is_secret and to.method == request.method:
        raise _bad_redirect("The service redirects to another address, which must not get the API key.")
    return to


def _bad_redirect(sentence: str) -> OdysseyConnectionError:
    return OdysseyConnectionError(sentence, code="bad_redirect", retryable=False)


@contextmanager
def _private_logs() -> Iterator[None]:
    """Requests made inside leave no record in the logs of httpx and httpcore."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if _drop_private not in logger.filters:
            logger.addFilter(_drop_private)
    reset = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(reset)


def _drop_private(record: logging.LogRecord) -> bool:
    return not _quiet.get()
