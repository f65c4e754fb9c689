"""Where requests may go: an address that comes from outside must lead nobody behind our firewall.

To public addresses; to the service as it was configured, wherever that is; and on loopback if it is there.
What counts is the address to which a connection is made, whatever the URL looked like, and whatever a name
leads to in that moment. Through a proxy names lead where the proxy sees them: then the URL has to do.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.odyssey.base.addresses import Address, is_public_address, is_public_host
from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.base.loopback import is_loopback_host

WEB_PORTS = (80, 443)
FIRST_FREE_PORT = 1024
"""Below it stand mail, name and file servers, which no URL is to make us talk to."""


Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class Destinations:
    """`service` is its URL, as whoever runs this has configured it; None where there is none to go to."""

    def __init__(self, service: str | None) -> None:
        self._host = _host_of(service or "")
        self._is_on_loopback = is_loopback_host(self._host)

    def check_name(self, host: str, port: int | None) -> None:
        """Raises for a host that is not public by what it says, unless it is the service's."""
        if self._is_own(host):
            return
        is_here = self._is_on_loopback and is_loopback_host(host)
        is_for_others = port is not None and port not in WEB_PORTS and port < FIRST_FREE_PORT
        if is_for_others or not (is_here or is_public_host(_plain(host))):
            raise _forbidden()

    async def check(self, host: str, port: int | None) -> None:
        """As `check_name`; and each address to which the name leads has to be one that may be gone to."""
        self.check_name(host, port)
        if not self._is_own(host) and not all(map(self._may_lead, await _looked_up(_plain(host)))):
            raise _forbidden()

    def trace(self, host: str, port: int | None) -> Trace:
        """For httpcore: looks before a connection to this host is made, and before anything is sent on it."""

        async def look(event: str, info: Mapping[str, Any]) -> None:
            if event == "connection.connect_tcp.started":
                await self.check(host, port)
            elif event == "connection.connect_tcp.complete" and not self._is_own(host):
                stream = info["return_value"]
                # The name may lead elsewhere by now.
                if not self._may_lead(_address(stream.get_extra_info("server_addr"))):
                    await stream.aclose()
                    raise _forbidden()

        return look

    def socket_factory(self, host: str) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
        """For aiohttp: no socket is opened but to where this host may lead.

        It does not keep this object alive, since aiohttp's connectors end up in circles.
        """
        is_own, is_on_loopback = self._is_own(host), self._is_on_loopback

        def open_socket(address: aiohttp.AddrInfoType) -> socket.socket:
            family, kind, protocol, _, place = address
            if not is_own and not _may_lead(_address(place), is_on_loopback=is_on_loopback):
                raise PermissionError("an address to which nobody is sent")
            return socket.socket(family, kind, protocol)

        return open_socket

    def _is_own(self, host: str) -> bool:
        return _plain(host) == self._host

    def _may_lead(self, address: Address) -> bool:
        return _may_lead(address, is_on_loopback=self._is_on_loopback)


def _may_lead(address: Address, *, is_on_loopback: bool) -> bool:
    return is_public_address(address) or (is_on_loopback and is_loopback_host(str(address)))


async def _looked_up(host: str) -> set[Address]:
    """Where it leads; nowhere, if that cannot be found out: whoever goes there finds out too."""
    with suppress(ValueError):
        return {ipaddress.ip_address(host)}
    with suppress(OSError, UnicodeError):
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return {_address(info[4]) for info in found}
    return set()


def _address(place: Any) -> Address:
    """That of a socket address; an interface may stand behind it."""
    return ipaddress.ip_address(str(place[0]).partition("%")[0])


def _plain(host: str) -> str:
    return host.lower().strip("[]")


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _forbidden() -> OdysseyConnectionError:
    return OdysseyConnectionError(
        "The service leads to an address in a private network.", code="forbidden_address", retryable=False
    )
