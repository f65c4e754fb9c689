"""A kept film, as the bot serves it, beside nginx with the same file; and what the chat loses by that.

Both are asked for all of it and for parts, over loopback, in turns, by the same client in a process. For the
chat the whole bot runs, as in `tests.bench.update`: the baseline is the same bot while nobody downloads.
"""

import asyncio
import multiprocessing as mp
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from urllib.parse import urlsplit

from bot.app.archiving import open_archive
from bot.broadcast.history import RecordingLink
from bot.broadcast.kept_files import FileKind, NewFile
from bot.broadcast.telling.outbox import Outbox
from bot.local.discord.server import LocalDiscord
from bot.process.clock import SystemClock
from bot.process.settings import Settings
from bot.storage.database import open_database
from bot.storage.journal import DatabaseJournal
from bot.storage.kept_files import DatabaseKeptFiles
from bot.storage.outbox import DatabaseOutbox
from bot.storage.recording_links import DatabaseRecordingLinks
from bot.storage.writer import Writer
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._steering import arrivals, started_broadcast
from tests.bench.update import percentile, times_ms
from tests.e2e.conftest import free_port
from tests.odyssey.service import API_KEY
from tests.support.watched import NOW, past

SIZE_BYTES = int(os.environ.get("FILM_MB", "256")) * 2**20
PART_BYTES = 4 * 2**20
ROUNDS = int(os.environ.get("ROUNDS", "5"))
TURNS = 2
DOWNLOADERS = 4
RATE_EACH = 50 * 2**20
"""Bytes a second of each who downloads beside the chat: far more than any player takes."""
LEAST_SHARE, ALLOWED_LATER_MS = 0.5, 5.0
TOKEN = "a-link-that-nobody-guesses"
_NGINX = """daemon off; master_process off; pid {directory}/pid; error_log stderr crit;
events {{}}
http {{ access_log off; sendfile on; types {{ video/mp4 mp4; }}
client_body_temp_path {directory}/b; proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
server {{ listen 127.0.0.1:{port}; root {directory}; }} }}
"""


def main() -> None:
    """`python -m tests.bench files`; FILM_MB, ROUNDS and MESSAGES set how much is done."""
    rates, without, beside = asyncio.run(_measure())
    film = f"a film of {SIZE_BYTES // 2**20} MB, MB/s"
    print(f"{film:<44}{'nginx':>9}{'the bot':>9}{'share':>8}{'least':>8}")
    for name, (nginx, ours) in rates.items():
        verdict = "  ok" if ours / nginx >= LEAST_SHARE else "  short"
        print(f"{name:<44}{nginx:>9.0f}{ours:>9.0f}{ours / nginx:>8.2f}{LEAST_SHARE:>8}{verdict}")
    print(f"\n{'chat message to update on the wire, ms':<44}{'without':>9}{'with':>9}{'allowed':>12}")
    for name, share in {"p50": 0.5, "p99": 0.99, "max": 1.0}.items():
        limit = percentile(without, share) + ALLOWED_LATER_MS
        verdict = f"{f'<= {limit:.1f}':>12}{'  ok' if percentile(beside, share) <= limit else '  over'}"
        print(
            f"{f'{name}, {DOWNLOADERS} who download':<44}{percentile(without, share):>9.1f}"
            f"{percentile(beside, share):>9.1f}{verdict if name == 'p99' else ''}"
        )


async def _measure() -> tuple[dict[str, tuple[float, float]], list[float], list[float]]:
    with tempfile.TemporaryDirectory() as name, timed_service() as (url, pipe):
        directory = Path(name)
        database_url = f"sqlite:///{directory / 'bench.sqlite3'}"
        film = await _kept_film(database_url)
        shutil.copyfile(film, directory / "film.mp4")
        port = free_port()
        async with LocalDiscord() as discord:
            bot = bot_process(
                discord,
                url,
                API_KEY,
                "bot",
                "run",
                DATABASE_URL=database_url,
                WEB_PORT=str(port),
                STREAM_LIMIT_S="3600",
            )
            async with bot:
                await started_broadcast(discord, '{"gap_s": 0}')
                ours = f"http://127.0.0.1:{port}/r/{TOKEN}/film"
                with _nginx(directory) as nginx:
                    rates = await asyncio.to_thread(_rates, nginx, ours)
                return rates, *await _chat(discord, pipe, ours)


async def _kept_film(database_url: str) -> Path:
    """A film that the archive of this database keeps, with its broadcast and link; where it lies."""
    settings = Settings(_env_file=None, discord_token="x", odyssey_api_key="x", database_url=database_url)
    clock = SystemClock()
    async with (
        open_database(database_url, alone=True) as database,
        Writer(database) as writer,
        Outbox(DatabaseOutbox(database, writer), clock) as outbox,
    ):
        journal, over = DatabaseJournal(writer, outbox), past(True)
        await journal.save_broadcast(over.broadcast)
        link = RecordingLink(TOKEN, over.broadcast.id, NOW)
        await DatabaseRecordingLinks(database, writer).save_recording_link(link)
        opened = open_archive(settings, DatabaseKeptFiles(database, writer), outbox, clock)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            for _ in range(SIZE_BYTES // 2**20):
                file.write(os.urandom(2**20))
        kept = await opened.archive.keep(
            Path(file.name), of=NewFile(over.broadcast.id, FileKind.FILM, "video/mp4")
        )
        path = opened.archive.path_of(kept)
        assert path
        return path


@contextmanager
def _nginx(directory: Path) -> Iterator[str]:
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert program, "nginx is the baseline (Debian: apt-get install nginx)"
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(_NGINX.format(directory=directory, port=port))
    with subprocess.Popen([program, "-c", str(config), "-p", str(directory)]) as process:
        try:
            _until_open(port)
            yield f"http://127.0.0.1:{port}/film.mp4"
        finally:
            process.terminate()


def _until_open(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


def _rates(nginx: str, ours: str) -> dict[str, tuple[float, float]]:
    """MB/s of each, the median of rounds in turns."""
    ways = {"all of it": SIZE_BYTES, f"parts of {PART_BYTES // 2**20} MB": PART_BYTES}
    return {
        name: (
            statistics.median(each[0] for each in measured),
            statistics.median(each[1] for each in measured),
        )
        for name, part in ways.items()
        for measured in [[(_rate(nginx, part), _rate(ours, part)) for _ in range(ROUNDS)]]
    }


def _rate(url: str, part_bytes: int) -> float:
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_download, args=(url, part_bytes, theirs), daemon=True)
    process.start()
    seconds: float = ours.recv()
    process.join()
    return SIZE_BYTES / 2**20 / seconds


def _download(url: str, part_bytes: int, told: Connection) -> None:
    with _Client(url) as client:
        client.get(0, 1)
        began = time.monotonic()
        for start in range(0, SIZE_BYTES, part_bytes):
            client.get(start, min(start + part_bytes, SIZE_BYTES))
        told.send(time.monotonic() - began)


class _Client:
    """Asks for parts on one connection, and drops what comes."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._buffer = bytearray(2**20)

    def __enter__(self) -> "_Client":
        self._socket = socket.create_connection((self._url.hostname, self._url.port))
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def get(self, start: int, end: int, *, rate: int | None = None) -> None:
        request = f"GET {self._url.path} HTTP/1.1\r\nHost: x\r\nRange: bytes={start}-{end - 1}\r\n\r\n"
        self._socket.sendall(request.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._socket.recv(4096)
        assert head.startswith(b"HTTP/1.1 206"), head[:200]
        size = re.search(rb"(?i)content-length: (\d+)", head)
        assert size
        left = int(size[1]) - len(head.partition(b"\r\n\r\n")[2])
        assert int(size[1]) == end - start
        while left:
            got = self._socket.recv_into(self._buffer)
            assert got
            left -= got
            if rate:
                time.sleep(got / rate)


async def _chat(discord: LocalDiscord, pipe: Connection, url: str) -> tuple[list[float], list[float]]:
    """The chat's times to the wire, without downloads and with them: in turns, as the machine has moods."""
    without: list[float] = []
    beside: list[float] = []
    with arrivals(pipe) as arriving:
        for turn in range(TURNS):
            without += await times_ms(discord, arriving, from_number=20_000 * turn)
            async with _downloading(url):
                beside += await times_ms(discord, arriving, from_number=20_000 * turn + 10_000)
    return without, beside


@asynccontextmanager
async def _downloading(url: str) -> AsyncIterator[None]:
    goes_on = mp.get_context("spawn").Value("b", 1)
    process = mp.get_context("spawn").Process(target=_download_on, args=(url, goes_on), daemon=True)
    process.start()
    try:
        yield
    finally:
        goes_on.value = 0
        await asyncio.to_thread(process.join)


def _download_on(url: str, goes_on: "Synchronized[int]") -> None:
    """Several at once, each as fast as it may, until it is said that it is enough."""
    import threading

    def one() -> None:
        with _Client(url) as client:
            while goes_on.value:
                for start in range(0, SIZE_BYTES, PART_BYTES):
                    if goes_on.value:
                        client.get(start, start + PART_BYTES, rate=RATE_EACH)

    threads = [threading.Thread(target=one) for _ in range(DOWNLOADERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
