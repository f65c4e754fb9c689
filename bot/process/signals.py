"""Every ordinary way to stop a process stops it in order."""

import asyncio
import logging
import math
import os
import signal
import threading
import time

log = logging.getLogger(__name__)

TWICE_S = 0.5
"""Two words within so short a time are one: a terminal and whoever runs the bot both pass Ctrl-C on."""
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Ctrl-C, what stops a service or a container, a terminal or a session that is closed, and Ctrl-\\."""


def stop_on_signals(takes_s: float, *, cut_off_after_s: float | None = None) -> asyncio.Event:
    """Is set when the process is told to stop. Needs a running loop.

    With `cut_off_after_s` the process is ended after that time, whatever still hangs in it by then, and at
    once when it is told so a second time. Without, who asks again is told that it takes `takes_s`.
    """
    stop, told_at = asyncio.Event(), -math.inf

    def told() -> None:
        nonlocal told_at
        if stop.is_set():
            if cut_off_after_s is not None and time.monotonic() - told_at > TWICE_S:
                _cut_off()
            log.warning("already stopping, in order; it takes at most %.0f s", takes_s)
            return
        stop.set()
        told_at = time.monotonic()
        if cut_off_after_s is not None:
            cut_off = threading.Timer(cut_off_after_s, _cut_off)
            cut_off.daemon = True
            cut_off.start()

    for number in STOPPING:
        # Who starts a program by nohup wants it to outlive the terminal.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, told)
    return stop


def _cut_off() -> None:
    log.error("what has not ended by now is cut off")
    os._exit(1)
