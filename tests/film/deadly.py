"""The process that makes films, with a video that kills it: the one that is called 90.mp4."""

import os
import signal
from pathlib import Path

from bot.broadcast.recordings.footage import Part
from bot.film import agreeing, making, work
from bot.film.look import Look


def look_at(part: Part) -> Look | None:
    if part.path.name == Path("90.mp4").name:
        os.kill(os.getpid(), signal.SIGKILL)
    return agreeing.look_at(part)


if __name__ == "__main__":
    vars(making)["look_at"] = look_at
    work.main()
