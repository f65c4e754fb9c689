"""Keeps ICE on 127.0.0.1 when the service itself is on loopback.

aioice gathers every interface but never 127.0.0.1; `aioice.ice.get_host_addresses` is the seam. The wrapper
put there asks a context variable, so it changes nothing for any other user of aioice in the process, and it
may be wrapped again by others.
"""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

import aioice.ice

_only_loopback: ContextVar[bool] = ContextVar("odyssey_only_loopback", default=False)
_MARK = "_odyssey_client_wrapper"


def is_loopback_host(host: str | None) -> bool:
    """Whether a host name or address means this machine."""
    name = (host or "").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_loopback_url(url: str) -> bool:
    """Whether a URL's host means this machine."""
    try:
        return is_loopback_host(urlsplit(url).hostname)
    except ValueError:
        return False


@contextmanager
def gathering(*, only_loopback: bool) -> Iterator[None]:
    """ICE candidates gathered inside (and in tasks started inside) are 127.0.0.1 only, if so asked."""
    _install()
    reset = _only_loopback.set(only_loopback)
    try:
        yield
    finally:
        _only_loopback.reset(reset)


def _install() -> None:
    original: Callable[[bool, bool], list[str]] = aioice.ice.get_host_addresses
    if getattr(original, _MARK, False):
        return

    def get_host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"] if _only_loopback.get() else original(use_ipv4, use_ipv6)

    setattr(get_host_addresses, _MARK, True)
    aioice.ice.get_host_addresses = get_host_addresses
