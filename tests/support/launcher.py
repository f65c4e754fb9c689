"""`python -m tests.support.launcher SOCKET` starts what `python -m bot` is, again and again.

It loads the bot once, says how long that took (`load_s`), and forks: so a start takes a fraction of its
time. For each program it gets a message of JSON (`number`, `arguments`, `directory`, `environment`,
`ignored` signals, `prepare`) with two files for its output, and says its `pid`; in the end its exit
`status`, and what CPU it took (`cpu_s`). `prepare` names a function, as `module:function`, that is called
first, with the message. When the socket is closed, all programs are killed.
"""

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from typing import Any

MESSAGE_LIMIT = 1 << 16
LOADED = ("bot.app.cli", "bot.app.wiring", "cogs.odyssey")
_PR_SET_PDEATHSIG = 1


def launch(asked_by: socket.socket) -> dict[str, Any] | None:
    """Forks until there is nobody to ask any more; in what was forked, returns what it is to be."""
    programs: dict[int, int] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as events:
        events.register(asked_by, selectors.EVENT_READ)
        events.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.fd == woken:
                    os.read(woken, MESSAGE_LIMIT)
                    _reap(programs, asked_by)
                    continue
                message, files, _, _ = socket.recv_fds(asked_by, MESSAGE_LIMIT, 2)
                if not message:
                    for pid in programs:
                        os.kill(pid, signal.SIGKILL)
                    return None
                asked: dict[str, Any] = json.loads(message)
                pid = os.fork()
                if pid == 0:
                    for descriptor in (woken, wakes):
                        os.close(descriptor)
                    asked_by.close()
                    _become(asked, files)
                    return asked
                for file in files:
                    os.close(file)
                programs[pid] = asked["number"]
                asked_by.send(json.dumps({"number": asked["number"], "pid": pid}).encode())


def _reap(programs: dict[int, int], asked_by: socket.socket) -> None:
    while programs:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if not pid:
            return
        told = {
            "number": programs.pop(pid),
            "status": os.waitstatus_to_exitcode(status),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        }
        asked_by.send(json.dumps(told).encode())


def _become(asked: dict[str, Any], files: list[int]) -> None:
    """Takes that directory and environment and no other, and these files for output."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in asked["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    os.chdir(asked["directory"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, copy in ((nothing, 0), (files[0], 1), (files[1], 2)):
        os.dup2(descriptor, copy)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["bot", *asked["arguments"]]


def main() -> None:
    began_at = time.monotonic()
    gc.disable()  # what is loaded stays: in what is forked, it need not be looked at
    for each in LOADED:
        importlib.import_module(each)
    gc.freeze()
    asked_by = socket.socket(fileno=int(sys.argv[1]))
    asked_by.send(json.dumps({"load_s": time.monotonic() - began_at}).encode())
    asked = launch(asked_by)
    if asked is None:
        return
    gc.enable()
    if asked["prepare"]:
        module, function = asked["prepare"].split(":")
        getattr(importlib.import_module(module), function)(asked)
    from bot.app.cli import app

    app(prog_name="python -m bot")


if __name__ == "__main__":
    main()
