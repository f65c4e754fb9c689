"""One HTTP request: bounded in time and size, with errors that carry no URL.

httpx logs every URL at INFO; presigned URLs and tokens in queries must not be logged, so a filter drops the
records of this package's own requests, and nobody else's.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx

from bot.odyssey.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.loopback import is_loopback_url
from bot.odyssey.threads import in_thread

MAX_BODY_BYTES = 16 * 1024 * 1024

_NO_OWN_TIMEOUT = httpx.Timeout(None)  # `request` bounds the whole exchange instead of its parts
_quiet: ContextVar[bool] = ContextVar("odyssey_quiet_httpx", default=False)


@dataclass(frozen=True)
class Response:
    """A whole answer."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


@asynccontextmanager
async def open_http(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client for requests to `url`'s host; a service on loopback is never reached through a proxy."""
    if is_loopback_url(url):
        client = httpx.AsyncClient(verify=_no_trust(), trust_env=False, timeout=_NO_OWN_TIMEOUT)
    else:
        client = httpx.AsyncClient(verify=await in_thread(_trust), timeout=_NO_OWN_TIMEOUT)
    async with client:
        yield client


async def request(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    timeout_s: float,
    json: Any = None,
    content: str | None = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Sends one request and reads the whole answer, in at most `timeout_s`.

    Raises `OdysseyConnectionError` (retryable) when there is no whole answer in time.
    """
    body = bytearray()
    with private_logs(), transport_errors():
        async with (
            asyncio.timeout(timeout_s),
            http.stream(method, url, json=json, content=content, params=params, headers=headers) as answer,
        ):
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise OdysseyError("The service's answer is too large.", code="bad_response")
    return Response(answer.status_code, answer.headers, bytes(body))


@contextmanager
def transport_errors() -> Iterator[None]:
    """Turns httpx's failures and time-outs into `OdysseyConnectionError`s that do not repeat the URL."""
    try:
        yield
    except TimeoutError as error:
        raise OdysseyConnectionError("The service did not answer in time.", code="timeout") from error
    except httpx.TransportError as error:
        kind = type(error).__name__
        raise OdysseyConnectionError(
            f"The service could not be reached ({kind}).", code="unreachable"
        ) from error
    except (httpx.InvalidURL, httpx.HTTPError, UnicodeError) as error:
        raise OdysseyConnectionError(
            "The service's address or answer is not valid.", code="bad_url", retryable=False
        ) from error


@contextmanager
def private_logs() -> Iterator[None]:
    """Requests made inside leave no record in httpx's log."""
    logger = logging.getLogger("httpx")
    if _drop_private not in logger.filters:
        logger.addFilter(_drop_private)
    reset = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(reset)


def _drop_private(record: logging.LogRecord) -> bool:
    return not _quiet.get()


@functools.cache
def _trust() -> ssl.SSLContext:
    """Made once: loading the certificates takes some 20 ms or more."""
    return httpx.create_ssl_context()


@functools.cache
def _no_trust() -> ssl.SSLContext:
    """For plain HTTP on this machine: without certificates, so that it takes no time. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
