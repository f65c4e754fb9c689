"""Which addresses of a playlist are handed on to browsers, and read by us."""

import functools
import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit

LONGEST_CHARS = 4096
_KEPT = "%/:=&?~#+!$,;'@()*[]"
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan")
_LIKE_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""Browsers take a host for an IPv4 address if its last part is a number: `127.1`, `0x7f000001`."""


@functools.lru_cache(1024)  # each is asked for again with each reading
def absolute(reference: str, base: str) -> str | None:
    """A playlist's reference, from where the playlist was read; None if nobody is to be sent there.

    Only http and https, without a user's name; of hosts in private networks only the playlist's own, so that
    no playlist makes viewers' browsers, or the bot, knock at doors behind their firewalls. A name is not
    looked up: what it leads to is for whoever connects to see.
    """
    try:
        address = quote(urljoin(base, reference.strip()), safe=_KEPT)
        parts, own = urlsplit(address), urlsplit(base)
        host = (parts.hostname or "").lower()
        parts.port  # noqa: B018 - raises for one that cannot be
    except ValueError:
        return None
    if (
        len(address) > LONGEST_CHARS
        or parts.scheme not in ("http", "https")
        or re.search("[@%]", parts.netloc)
    ):
        return None
    is_own = host == (own.hostname or "").lower()
    return address if host and (is_own or _is_public(host)) else None


def _is_public(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.rstrip(".")
        is_local = any(f".{name}".endswith(f".{local}") for local in _LOCAL_NAMES)
        return "." in name and not is_local and not _LIKE_A_NUMBER.fullmatch(host)
    return (getattr(address, "ipv4_mapped", None) or address).is_global
