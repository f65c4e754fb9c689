"""One page's event connection."""

import asyncio
import socket
from contextlib import suppress

from bot.web.events.wire import Written

KERNEL_BUFFER_BYTES = 32 * 1024
"""What may be under way to one page: more would be old news by the time it is read."""


class OpenPage:
    """What is written goes straight into its socket, or not at all: nothing queues up here for who is slow.

    `is_seen`: somebody looks at it, as the page says itself. `is_closed` is set when its connection has to
    end; `has` is the number of the document that it has, 0 for none, `late_since` the steady moment from
    which on it took nothing.
    """

    __slots__ = ("_is_chunked", "_transport", "has", "is_closed", "is_seen", "late_since")

    def __init__(self, transport: asyncio.Transport, *, is_chunked: bool, is_seen: bool, has: int) -> None:
        self._transport = transport
        self._is_chunked = is_chunked
        self.is_seen = is_seen
        self.is_closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.has = has
        self.late_since: float | None = None
        if (connection := transport.get_extra_info("socket")) is not None:
            with suppress(OSError):  # it is gone already
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)

    def write(self, written: Written) -> bool:
        """False while what was written before has not left."""
        if self._transport.is_closing():
            return True
        if self._transport.get_write_buffer_size():
            return False
        self._transport.write(written.chunked if self._is_chunked else written.plain)
        self.late_since = None
        return True

    def close(self) -> None:
        """It ends in order, with what was written."""
        if not self.is_closed.done():
            self.is_closed.set_result(None)

    def drop(self) -> None:
        """It ends at once."""
        self._transport.abort()
        self.close()
