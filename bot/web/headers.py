"""What every answer says to the browser: no script, style or frame of others, and nothing told to others."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from aiohttp import web

UNHEARD_MS = 60_000
"""A connection whose other end takes nothing for so long is given up by the kernel, where it can."""

SHOWN_BY = "Cross-Origin-Resource-Policy"
"""Whose pages may show an answer: by itself our own alone."""

# Video comes straight from the service, wherever it is.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob: http: https:; connect-src 'self' http: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
)


def on_every_answer(
    frame_ancestors: Sequence[str],
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """For aiohttp's `on_response_prepare`. Pages of `frame_ancestors` may show ours in a frame."""
    headers = {
        "Content-Security-Policy": _POLICY.format(frames=" ".join(frame_ancestors) or "'none'"),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(SHOWN_BY, "same-origin")
        connection = request.get_extra_info("socket")
        if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            with suppress(OSError):  # it is gone already
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)

    return prepare
