"""`python -m tests.chaos.launcher`: bots that can be killed at chosen points, each a process of its own.

It loads the bot once and forks: a start then takes a fraction of the time. Reads a line of JSON for each bot
to start (`number`, `directory`, `environment`, `point`, `is_armed`, `is_short`), and writes one with its
`pid`, and one with its `status` and the seconds of CPU that it took. When its input ends, so do its bots.
"""

import ctypes
import importlib
import json
import os
import selectors
import signal
import sys
from typing import Any

from tests.chaos.hooks import kill_at
from tests.chaos.hurry import hurry_up
from tests.chaos.points import Point

_PR_SET_PDEATHSIG = 1


def main() -> None:
    for each in ("bot.app.wiring", "cogs.odyssey"):
        importlib.import_module(each)

    bots: dict[int, int] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _say(ready=True)
    with selectors.DefaultSelector() as events:
        events.register(0, selectors.EVENT_READ)
        events.register(woken, selectors.EVENT_READ)
        unread = b""
        while True:
            for key, _ in events.select():
                read = os.read(key.fd, 65536)
                if key.fd == woken:
                    _reap(bots)
                    continue
                if not read:
                    for pid in bots:
                        os.kill(pid, signal.SIGKILL)
                    return
                *lines, unread = (unread + read).split(b"\n")
                for line in lines:
                    asked = json.loads(line)
                    pid = os.fork()
                    if pid == 0:
                        events.close()
                        _be_a_bot(asked)
                    bots[pid] = asked["number"]
                    _say(number=asked["number"], pid=pid)


def _reap(bots: dict[int, int]) -> None:
    while bots:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if not pid:
            return
        cpu_s = usage.ru_utime + usage.ru_stime
        _say(number=bots.pop(pid), status=os.waitstatus_to_exitcode(status), cpu_s=round(cpu_s, 3))


def _be_a_bot(asked: dict[str, Any]) -> None:
    """Becomes `python -m bot run` in that directory, with that environment and no other."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        os.chdir(asked["directory"])
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor, copy in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(descriptor, copy)
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = ["bot", "run"]
        hurry_up(is_short=asked["is_short"])
        kill_at(Point.read(asked["point"]) if asked["point"] else None, is_armed=asked["is_armed"])
        from bot.app.cli import app

        app()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the launcher
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _say(**facts: Any) -> None:
    os.write(1, json.dumps(facts).encode() + b"\n")


if __name__ == "__main__":
    main()
