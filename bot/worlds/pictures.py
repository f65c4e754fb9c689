"""Pictures that people hand in, each read in a process of its own.

A picture may be made to harm what reads it, and decoders are large and native. So one that crashes, hangs or
takes too much memory takes nothing with it; and none holds up the loop, as the largest do in a thread.
"""

import asyncio
import logging
import resource
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from pathlib import Path

from bot.broadcast.errors import BroadcastError, Code, PictureTooLarge
from bot.broadcast.picture import Picture
from bot.odyssey import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, OdysseyStreamError, fit_image

log = logging.getLogger(__name__)

READ_TIMEOUT_S = 20.0
"""How long one may take, with the wait for those before it."""
MEMORY_LIMIT_BYTES = 2 * 1024**3
"""Of addresses, for one picture: enough for the largest that is taken."""
TOO_LARGE_STATUS, NO_PICTURE_STATUS = 10, 11
"""With which the process says what is wrong."""

MODULE = __name__
"""What the process runs: this."""
_SHAPES = {True: "portrait", False: "landscape", None: "own"}
_ROOT = Path(__file__).parents[2]


class PictureProcess:
    """The domain's `PictureReader`. One at a time: what they take together is what one takes."""

    def __init__(self, *, timeout_s: float = READ_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()

    def check_size(self, size_bytes: int) -> None:
        if size_bytes > MAX_IMAGE_BYTES:
            raise _too_large()

    async def read(self, raw: bytes, *, portrait: bool | None = None) -> Picture:
        self.check_size(len(raw))
        try:
            async with asyncio.timeout(self._timeout_s), self._turn:
                status, out, complaint = await _run(raw, _SHAPES[portrait])
        except TimeoutError:
            raise BroadcastError(Code.PICTURE_TAKES_TOO_LONG) from None
        if status == 0:
            return Picture(out[1:], portrait=out[:1] == b"p")
        if status == TOO_LARGE_STATUS:
            raise _too_large()
        if status != NO_PICTURE_STATUS:
            log.warning("what read a picture ended with %d: %s", status, complaint)
        raise BroadcastError(Code.NO_PICTURE)


async def _run(raw: bytes, shape: str) -> tuple[int, bytes, str]:
    """The status of the process, what it gives, and the last line of what it complains of."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, shape, cwd=_ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        out, complaints = await process.communicate(raw)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = complaints.decode(errors="replace").strip().splitlines()
    return process.returncode or 0, out, lines[-1][:200] if lines else ""


def _too_large() -> BroadcastError:
    return BroadcastError(PictureTooLarge(MAX_IMAGE_BYTES // 1024**2, MAX_IMAGE_PIXELS // 1_000_000))


def main() -> None:
    """The process: a picture comes in, and goes out fitted, with a letter for its shape before it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nobody's picture is left on the disk
    with suppress(OSError):  # where memory is short, this goes first, and not the bot
        Path("/proc/self/oom_score_adj").write_text("1000")
    portrait = {shape: value for value, shape in _SHAPES.items()}[sys.argv[1]]
    try:
        fitted = fit_image(sys.stdin.buffer.read(), portrait=portrait)
    except OdysseyStreamError as error:
        sys.exit(TOO_LARGE_STATUS if error.code == "image_too_large" else NO_PICTURE_STATUS)
    sys.stdout.buffer.write((b"p" if fitted.portrait else b"l") + fitted.jpeg)


if __name__ == "__main__":
    main()
