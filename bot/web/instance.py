"""Which run of the bot answers at an address, and how whoever asks comes there.

The doctor asks here and from outside: the same answer means that PUBLIC_URL leads to this very bot.
"""

from collections.abc import Sequence
from enum import StrEnum

from aiohttp import web

from bot.kit.references import new_id
from bot.web.gate import Network, is_among

PATH = "/instance"


class Comes(StrEnum):
    """How a request comes: in which of these ways every viewer has an address of their own."""

    DIRECTLY = "directly"
    BY_A_PROXY = "by a proxy"
    BY_A_SILENT_PROXY = "by a proxy that does not say from where"
    BY_AN_UNKNOWN_PROXY = "by a proxy that is not trusted"


class Instance:
    """One run; its name means nothing else."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self.name = new_id()
        self._trusted = trusted_proxies

    async def answer(self, request: web.Request) -> web.StreamResponse:
        said = {"instance": self.name, "comes": self._comes(request)}
        return web.json_response(said, headers={"Cache-Control": "no-store"})

    def _comes(self, request: web.Request) -> Comes:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        is_trusted = isinstance(peer, tuple) and is_among(peer[0], self._trusted)
        if "X-Forwarded-For" in request.headers:
            return Comes.BY_A_PROXY if is_trusted else Comes.BY_AN_UNKNOWN_PROXY
        return Comes.BY_A_SILENT_PROXY if is_trusted else Comes.DIRECTLY
