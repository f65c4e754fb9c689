"""Which bytes of a file somebody asks for."""

import re
from typing import NamedTuple

from aiohttp import web

_ONE = re.compile(
    r"bytes\s*=\s*(?:(?P<first>\d{1,40})-(?P<last>\d{0,40})|-(?P<tail>\d{1,40}))\s*", re.ASCII | re.IGNORECASE
)


class Span(NamedTuple):
    """From `start` up to `end`, which is not among them."""

    start: int
    end: int


class NotSatisfiableError(Exception):
    """The file has none of the bytes that are asked for."""


def span_of(request: web.Request, tag: str, size_bytes: int) -> Span | None:
    """What a GET's `Range` says of a file with this tag; None for all of it. Raises `NotSatisfiableError`.

    All of it is the answer too to what is no range, to several at once, and where `If-Range` names another
    file (a date cannot name one).
    """
    wanted = _ONE.fullmatch(request.headers.get("Range", ""))
    if wanted is None or request.method != "GET" or request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        return None
    if wanted["tail"]:
        span = Span(max(0, size_bytes - int(wanted["tail"])), size_bytes)
    else:
        first = int(wanted["first"])
        last = int(wanted["last"] or max(first, size_bytes))
        if last < first:
            return None
        span = Span(first, min(last + 1, size_bytes))
    if span.start >= span.end:
        raise NotSatisfiableError
    return span
