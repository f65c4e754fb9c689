"""What systemd is told, where it runs the bot: that it is ready, that it works, how it stands, that it stops.

The protocol is sd_notify(3): lines in a datagram. Where there is no systemd, nobody is told anything.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from typing import Self

from bot.broadcast.clock import Clock

log = logging.getLogger(__name__)

SOCKET = "NOTIFY_SOCKET"
TOLD_EVERY_S = 10.0
"""At most, so that what it shows is of now."""


class Systemd:
    """Tells it, for as long as the context lasts, that the bot works; ready is the bot when it is entered.

    `hangs` says why the process is better ended: then the watchdog is told nothing, and systemd ends it.
    `status` is the line that `systemctl status` shows.
    """

    def __init__(
        self,
        stop: asyncio.Event,
        clock: Clock,
        *,
        hangs: Callable[[], str | None],
        status: Callable[[], str],
    ) -> None:
        self._stop = stop
        self._clock = clock
        self._hangs = hangs
        self._status = status
        self._is_heard = True
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if os.environ.get(SOCKET):
            self._tell("READY=1", f"STATUS={self._status()}")
            self._task = asyncio.create_task(self._run(), name="systemd")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        has_watchdog, every_s = _watchdog()
        while not self._stop.is_set():
            if self._hangs() is None:
                self._tell(f"STATUS={self._status()}", *(["WATCHDOG=1"] if has_watchdog else []))
            await self._clock.wait(self._stop, self._clock.steady() + every_s)
        self._tell("STOPPING=1", "STATUS=stopping", "WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        address = os.environ[SOCKET]
        if address.startswith("@"):  # a name that is no file's
            address = f"\0{address[1:]}"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            if self._is_heard:
                log.warning("systemd does not listen at %s: %s", SOCKET, error.strerror)
            self._is_heard = False
        else:
            self._is_heard = True


def _watchdog() -> tuple[bool, float]:
    """Whether a sign of work is expected of this process, and how often to tell how it stands."""
    is_ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    asked = os.environ.get("WATCHDOG_USEC", "")
    if not is_ours or not asked.isdecimal() or int(asked) == 0:
        return False, TOLD_EVERY_S
    return True, min(TOLD_EVERY_S, int(asked) / 1e6 / 2)  # twice in the time after which it is given up
