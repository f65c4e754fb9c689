"""Which of the other side's ICE candidates may be tried: those in a description, and those trickled."""

import ipaddress

KINDS = frozenset({"host", "srflx", "prflx", "relay"})
RTP_COMPONENT = "1"


def usable_candidate(candidate: str, *, only_loopback: bool) -> str | None:
    """The candidate without what we do not need, or None for one that is malformed or must not be tried.

    Taken with or without `candidate:` before it. We speak UDP, one component and addresses: a TCP candidate
    and one for RTCP alone lead nowhere, and the name of an mDNS candidate is never asked for, since that
    would be heard by the whole network; the other side's own checks reveal its address all the same.
    """
    fields = candidate.strip().removeprefix("a=").removeprefix("candidate:").split()
    if len(fields) < 8:
        return None
    foundation, component, transport, priority, address, port, typ, kind = fields[:8]
    if component != RTP_COMPONENT or transport.lower() != "udp" or typ.lower() != "typ":
        return None
    if kind.lower() not in KINDS or not _is_number(priority, 0, 2**32 - 1) or not _is_number(port, 1, 65535):
        return None
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if parsed.is_unspecified or parsed.is_multicast or "%" in address:
        return None
    if only_loopback and not parsed.is_loopback:
        return None
    return f"{foundation} 1 udp {int(priority)} {address} {int(port)} typ {kind.lower()}"


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and least <= int(text) <= most
