"""The address by which a client reaches the service, for URLs in answers."""

import re

from aiohttp import web

from bot.local.odyssey.refusals import RequestRefusedError

# A host name, an IPv4 address or an IPv6 address in brackets, and maybe a port.
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def origin_of(request: web.Request, *, websocket: bool = False) -> str:
    """`http://host:port` as the client wrote it, so that URLs work through a forwarded port too."""
    if not _AUTHORITY.fullmatch(request.host):
        raise RequestRefusedError(400, "The Host header is malformed.")
    secure = request.secure
    scheme = ("wss" if secure else "ws") if websocket else ("https" if secure else "http")
    return f"{scheme}://{request.host}"
