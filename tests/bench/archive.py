"""A download that is cut 100 times: what arrives, and how much of it had to be fetched.

Every second cut is the service's, which closes the connection in the middle of a part; at the others the
process that downloads is killed, and another one goes on. What was fetched is all that the service has sent,
at the pace of a network.
"""

import asyncio
import hashlib
import os
import random
import signal
import sys
import tempfile
from pathlib import Path
from time import monotonic

from aiohttp import web

SIZE_BYTES = int(os.environ.get("SIZE_MB", "64")) * 2**20
CUTS = int(os.environ.get("CUTS", "100"))
PART_BYTES = 32 * 1024
RATE_BYTES_PER_S = 40 * 2**20
MOST_FETCHED = 1.2


class Service:
    """Has one video, and gives `cuts` answers that break off, or in which their reader is killed."""

    def __init__(self, cuts: int) -> None:
        dice = random.Random(1)
        self.content = _mp4(dice.randbytes(SIZE_BYTES))
        self.cuts = [dice.randrange(2 * SIZE_BYTES // max(cuts, 1)) for _ in range(cuts)]
        self.sent_bytes = self.killed = 0
        self.reader: asyncio.subprocess.Process | None = None

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "x"})

    async def describe(self, request: web.Request) -> web.Response:
        url = f"http://{request.host}/video"
        return web.json_response({"stream_id": "s1", "video_url": url})

    async def video(self, request: web.Request) -> web.StreamResponse:
        first = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        size = len(self.content)
        answer = web.StreamResponse(status=206 if first else 200, headers={"ETag": '"one"'})
        answer.headers["Content-Range"] = f"bytes {first}-{size - 1}/{size}"
        answer.content_length = size - first
        await answer.prepare(request)
        cut = first + self.cuts.pop() if self.cuts else size
        for start in range(first, min(cut, size), PART_BYTES):
            part = self.content[start : min(start + PART_BYTES, cut)]
            await answer.write(part)
            self.sent_bytes += len(part)
            await asyncio.sleep(len(part) / RATE_BYTES_PER_S)
        if cut < size and request.transport:
            if len(self.cuts) % 2 and self.reader:
                self.reader.kill()
                self.killed += 1
            request.transport.close()
        return answer


def main() -> None:
    """`python -m tests.bench archive`; SIZE_MB and CUTS say how large, and how often."""
    whole, cut = (asyncio.run(_measure(cuts)) for cuts in (0, CUTS))
    print(f"{'':<40}{'uncut':>10}{f'{CUTS} cuts':>12}")
    print(f"{'size, MB':<40}{SIZE_BYTES / 2**20:>10.1f}{SIZE_BYTES / 2**20:>12.1f}")
    print(f"{'took, s':<40}{whole[2]:>10.1f}{cut[2]:>12.1f}")
    print(f"{'of them by killing the process':<40}{whole[3]:>10}{cut[3]:>12}")
    print(f"{'the same SHA-256':<40}{_yes(whole[0]):>10}{_yes(cut[0]):>12}")
    verdict = "ok" if cut[0] and cut[1] <= MOST_FETCHED else "short"
    print(f"{'fetched, of its size':<40}{whole[1]:>10.3f}{cut[1]:>12.3f}   <= {MOST_FETCHED}  {verdict}")


async def _measure(cuts: int) -> tuple[bool, float, float, int]:
    """Whether it arrived as it was, what was fetched of its size, the seconds, and how many were killed."""
    service = Service(cuts)
    app = web.Application()
    app.router.add_post("/auth/token", service.token)
    app.router.add_get("/recordings/s1", service.describe)
    app.router.add_get("/video", service.video)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    began_at = monotonic()
    try:
        with tempfile.TemporaryDirectory() as directory:
            told = await _taken_in(service, Path(directory), f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
    is_same = told == hashlib.sha256(service.content).hexdigest()
    return is_same, service.sent_bytes / len(service.content), monotonic() - began_at, service.killed


async def _taken_in(service: Service, directory: Path, url: str) -> str:
    """By as many processes as it takes."""
    command = [sys.executable, "-m", "tests.bench._archiving", str(directory), url]
    while True:
        service.reader = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        told, _ = await service.reader.communicate()
        code = service.reader.returncode
        if code == 0:
            return told.decode().strip()
        if code != -signal.SIGKILL:
            sys.exit("The process that downloads has failed.")


def _mp4(content: bytes) -> bytes:
    """What an MP4 is at its coarsest."""
    boxes = ((b"ftyp", b"isom\0\0\2\0"), (b"moov", b""), (b"mdat", content))
    return b"".join((8 + len(inner)).to_bytes(4, "big") + name + inner for name, inner in boxes)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "NO"
