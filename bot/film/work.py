"""`python -m bot.film.work DIRECTORY BYTES`: the process that makes one film, and is told of it on its input.

No file of it becomes larger than so many bytes: a write beyond that ends the process, since a part that could
not be written is not one that cannot be read.

It says line by line which part it attends to, and in the last line what it has made.
"""

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import av.logging

from bot.broadcast.recordings.footage import Moment, NoFootageError, Part
from bot.film.making import Job, make

MEMORY_LIMIT_BYTES = 3 * 1024**3
"""Of addresses: enough for the largest picture that is taken."""
NO_FOOTAGE_STATUS = 10
NICENESS = 19


def written(job: Job) -> bytes:
    """A job as it comes in."""
    return json.dumps(asdict(job), default=str).encode()


def main() -> None:
    _step_back(room_bytes=int(sys.argv[2]))
    given = json.loads(sys.stdin.buffer.read())
    job = Job(
        parts=tuple(Part(**{**each, "path": Path(each["path"])}) for each in given["parts"]),
        moments=tuple(Moment(**{**each, "names": tuple(each["names"])}) for each in given["moments"]),
        has_credits=given["has_credits"],
        is_clip=given["is_clip"],
    )
    try:
        made = make(job, Path(sys.argv[1]), _tell)
    except NoFootageError:
        sys.exit(NO_FOOTAGE_STATUS)
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def _tell(stream_id: str) -> None:
    sys.stdout.write(json.dumps(stream_id) + "\n")
    sys.stdout.flush()


def _step_back(*, room_bytes: int) -> None:
    """All else comes first, and what goes wrong in here stays here."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nobody's pictures are left on the disk
    with suppress(OSError):  # where memory is short, this goes first, and not the bot
        Path("/proc/self/oom_score_adj").write_text("1000")
    av.logging.set_level(None)


if __name__ == "__main__":
    main()
