"""Which addresses are public: nobody is to be sent to others by what comes from outside."""

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan")
_LIKE_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""Browsers and the system take such a host for an IPv4 address: `127.1`, `0x7f000001`."""
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that anybody has on the internet by now."""
_IN_THE_LAST_BITS = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96")))
"""IPv6 networks whose addresses lead to the IPv4 address that is their end."""


def is_public_address(address: Address) -> bool:
    """Whether it is one of the whole world's, also where an IPv4 address hides in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if hidden := _hidden(address):
            return is_public_address(hidden)
        return address.is_global and address in _GIVEN_OUT
    return address.is_global and not address.is_multicast


def is_public_host(host: str) -> bool:
    """Whether a host, as in a URL and in lower case, is public by what it says. A name is not looked up."""
    try:
        return is_public_address(ipaddress.ip_address(host))
    except ValueError:
        name = host.rstrip(".")
        is_local = any(f".{name}".endswith(f".{local}") for local in _LOCAL_NAMES)
        return "." in name and not is_local and not _LIKE_A_NUMBER.fullmatch(host)


def _hidden(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.teredo:
        return address.teredo[1]
    if any(address in network for network in _IN_THE_LAST_BITS):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
