"""`python -m bot.local.demo.child …` is `python -m bot …` that ends when the process that started it is gone.

The parent holds the other end of this process's standard input and never writes: whatever happens to the
parent, SIGKILL too, the pipe then ends.
"""

import os
import runpy
import signal
import threading
import time

GRACE_S = 5.0


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
