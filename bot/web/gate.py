"""Who asks, and how much of it one address may: everybody else is to be served all the same."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn

from aiohttp import web

from bot.broadcast.clock import Clock
from bot.web import texts

Network = IPv4Network | IPv6Network

WRONG_LINKS_A_MINUTE = 20
"""Of one address: people mistype, or click on an old link; who guesses is not answered any more."""
WRONG_LINKS_IN_ALL = 300
WINDOW_S = 60.0
CLIPS_APART_S = 15
"""Of one address: a page asks for the last seconds that it has seen, and once for each."""
CLIPS_IN_ALL = 60
"""A minute: who has many addresses floods no channel."""
BUSY_S = 10
"""After which whoever was refused a connection may come again."""
_HOPS_LIMIT = 20
_ONE_NETWORK = 64
"""Bits of an IPv6 address that are one household's: it has all addresses behind them."""
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>[\d.]+):\d+")


def address_of(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Where a request comes from: the nearest address that is no trusted proxy's.

    `peer` is who is connected, `forwarded_for` what the request's X-Forwarded-For headers say. Only what a
    trusted proxy has put there is believed, and that is the end of it.
    """
    address = _address(peer or "")
    hops = ",".join(forwarded_for).split(",")[-_HOPS_LIMIT:]
    while hops and address and _is_in(address, trusted):
        hop = _address(hops.pop())
        if hop is None:
            break
        address = hop
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _ONE_NETWORK), strict=False))
    return str(address)


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address, however it is written, is in one of the networks."""
    read = _address(address)
    return read is not None and _is_in(read, networks)


class Gate:
    """Counts wrong links and open event connections by address. Refuses with `HTTPException`s."""

    def __init__(self, clock: Clock, trusted: Sequence[Network], *, per_address: int, in_all: int) -> None:
        self._clock = clock
        self._trusted = trusted
        self._per_address = per_address
        self._in_all = in_all
        self._open: Counter[str] = Counter()
        self.open_in_all = 0
        """Event connections that are open."""
        self._wrong: Counter[str] = Counter()
        self._wrong_until = clock.steady()
        self._clips: dict[str, float] = {}
        """By address: when a page asked for a clip last, in the last minute."""

    def address(self, request: web.Request) -> str:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        host = peer[0] if isinstance(peer, tuple) else None
        return address_of(host, request.headers.getall("X-Forwarded-For", []), self._trusted)

    @contextmanager
    def connection(self, request: web.Request) -> Iterator[None]:
        """An event connection is open for as long as this context is."""
        address = self.address(request)
        if self._open[address] >= self._per_address:
            _refuse(web.HTTPTooManyRequests, BUSY_S)
        if self.open_in_all >= self._in_all:
            _refuse(web.HTTPServiceUnavailable, BUSY_S)
        self._open[address] += 1
        self.open_in_all += 1
        try:
            yield
        finally:
            self.open_in_all -= 1
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def clip(self, request: web.Request) -> None:
        """Somebody on a page wants a clip."""
        now, address = self._clock.steady(), self.address(request)
        self._clips = {each: at for each, at in self._clips.items() if now - at < WINDOW_S}
        if now - self._clips.get(address, -WINDOW_S) < CLIPS_APART_S:
            _refuse(web.HTTPTooManyRequests, CLIPS_APART_S)
        if len(self._clips) >= CLIPS_IN_ALL:
            _refuse(web.HTTPTooManyRequests, round(WINDOW_S))
        self._clips[address] = now

    def wrong_link(self, request: web.Request) -> None:
        """Somebody asked for a link that leads nowhere, or so it seems."""
        now = self._clock.steady()
        if now >= self._wrong_until:
            self._wrong.clear()
            self._wrong_until = now + WINDOW_S
        address = self.address(request)
        if self._wrong[address] >= WRONG_LINKS_A_MINUTE or self._wrong.total() >= WRONG_LINKS_IN_ALL:
            _refuse(web.HTTPTooManyRequests, round(WINDOW_S))
        self._wrong[address] += 1

    def right_after_all(self, request: web.Request) -> None:
        """It leads somewhere: nobody guessed."""
        self._wrong[self.address(request)] -= 1


def _refuse(refusal: type[web.HTTPException], retry_after_s: int) -> NoReturn:
    refused = refusal(text=texts.TOO_MANY, headers={"Retry-After": str(retry_after_s)})
    refused.force_close()
    raise refused


def _is_in(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, however it is written: with a port, say, or an IPv4 one as IPv6."""
    bare = text.strip().strip('"')
    if found := _WITH_PORT.fullmatch(bare):
        bare = found["six"] or found["four"]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
