"""Which addresses of a playlist are handed on to browsers, and read by us."""

import functools
import re
from urllib.parse import quote, urljoin, urlsplit

from bot.odyssey import is_public_host

LONGEST_CHARS = 4096
_KEPT = "%/:=&?~#+!$,;'@()*[]"


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
    return address if host and (is_own or is_public_host(host)) else None
