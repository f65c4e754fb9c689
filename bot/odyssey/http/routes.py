"""Which way a request takes: straight or through a proxy of the environment; and whom it trusts."""

import asyncio
import functools
import ipaddress
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.base.loopback import is_loopback_host
from bot.odyssey.http.destinations import Destinations
from bot.odyssey.http.transport_errors import transport_errors

TRUST_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the environment variable that names it. Its URL may hold a password."""

    url: str = field(repr=False)
    variable: str


def proxy_for(url: str) -> Proxy | None:
    """The proxy that the environment names for a URL; none for what `NO_PROXY` excepts, and never one for
    this machine. Only the variable that is used has to make sense. Raises ValueError for a broken URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback_host(host):
        return None
    proxies = {kind: value.strip() for kind, value in getproxies().items()}
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    kind = next((kind for kind in (scheme, "all") if proxies.get(kind)), None)
    if kind is None or _is_excepted(host, parts.port, proxies.get("no", "")):
        return None
    address = proxies[kind]
    names = (f"{kind}_proxy", f"{kind}_proxy".upper())
    variable = next((name for name in names if os.environ.get(name)), "the system's settings")
    return Proxy(address if "://" in address else f"http://{address}", variable)


async def trust() -> ssl.SSLContext:
    """The certificates to trust: those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names, else the usual ones."""
    named = tuple(os.environ.get(variable) for variable in TRUST_VARIABLES)
    try:
        return await asyncio.to_thread(_trust, named)
    except (OSError, ValueError):
        culprit = next((name for name in TRUST_VARIABLES if os.environ.get(name)), None)
        raise OdysseyConnectionError(
            f"The trusted certificates cannot be read{f': see {culprit}' if culprit else ''}.",
            code="bad_certificate",
            retryable=False,
        ) from None


class Routes(httpx.AsyncBaseTransport):
    """Sends each request the way that it should take, over connections that stay open until it is closed."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations
        self._ways: dict[tuple[Proxy | None, bool], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request. Raises `OdysseyError`s only."""
        with transport_errors():
            if request.url.userinfo:
                raise httpx.InvalidURL("a user's name: what stands before it may be meant for the host")
            proxy = proxy_for(str(request.url))
        with transport_errors(proxy.variable if proxy else None):
            host, port = request.url.host, request.url.port
            if proxy:
                self._destinations.check_name(host, port)
            else:
                request.extensions["trace"] = self._destinations.trace(host, port)
            way = await self._way(proxy, is_secure=request.url.scheme == "https")
            return await way.handle_async_request(request)

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:
            for way in self._ways.values():
                stack.push_async_callback(way.aclose)

    async def _way(self, proxy: Proxy | None, *, is_secure: bool) -> httpx.AsyncHTTPTransport:
        if way := self._ways.get((proxy, is_secure)):
            return way
        has_tls = proxy is not None and proxy.url.lower().startswith("https:")
        context = await trust() if is_secure or has_tls else _no_trust()
        # httpx takes a context only for a proxy that is spoken to over TLS.
        through = httpx.Proxy(proxy.url, ssl_context=context if has_tls else None) if proxy else None
        made = httpx.AsyncHTTPTransport(verify=context, proxy=through)
        return self._ways.setdefault((proxy, is_secure), made)


def _is_excepted(host: str, port: int | None, exceptions: str) -> bool:
    """Whether `NO_PROXY` has a host: by name, by domain (`x.org`, `.x.org`, `*.x.org`), address or network
    (`10.0.0.0/8`, `::1`, `[::1]`), each maybe with a port; `*` is every host."""
    for name, its_port in _entries(exceptions):
        if its_port is not None and its_port != port:
            continue
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False):
                return True
        except ValueError:  # names, then
            if name == "*" or f".{host}".endswith("." + name.removeprefix("*").lstrip(".")):
                return True
    return False


def _entries(exceptions: str) -> Iterator[tuple[str, int | None]]:
    for entry in re.split(r"[,\s]+", exceptions.lower()):
        bare = entry.rpartition("://")[2]
        match = re.fullmatch(r"\[(.+)\](?::(\d{1,5}))?|([^:]+):(\d{1,5})", bare)
        name, port = (match[1] or match[3], match[2] or match[4]) if match else (bare, None)
        if name.strip("*.") or name == "*":
            yield name, int(port) if port else None


@functools.cache
def _trust(named: tuple[str | None, ...]) -> ssl.SSLContext:
    """Made once for each setting: loading the certificates takes some 20 ms or more."""
    return httpx.create_ssl_context()


@functools.cache
def _no_trust() -> ssl.SSLContext:
    """For plain HTTP: without certificates, so that it takes no time. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
