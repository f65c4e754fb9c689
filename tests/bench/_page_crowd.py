"""Any number of open watch pages in another process, as lean as can be: they are not what is measured."""

import multiprocessing as mp
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

CHANGE = re.compile(rb'"prompt":\{"text":"change (\d+)"')
"""How a document says which change it shows."""


@dataclass
class Seen:
    """What the pages saw: of each change how many have it, or a newer one, and when the last one got it."""

    pages: dict[int, int] = field(default_factory=dict)
    last_at: dict[int, float] = field(default_factory=dict)
    documents: int = 0
    lost: int = 0


class PageCrowd:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def seen(self) -> Seen:
        """What was seen since this was asked last; times are monotonic."""
        self._pipe.send("seen")
        seen = self._pipe.recv()
        assert isinstance(seen, Seen)
        return seen


@contextmanager
def page_crowd(page: str, count: int) -> Iterator[PageCrowd]:
    """So many pages, each from an address of its own, once all of them have been told how things stand."""
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_run, args=(page, count, theirs), daemon=True)
    process.start()
    try:
        assert ours.recv() == "open"
        yield PageCrowd(ours)
    finally:
        process.kill()
        process.join()


def _run(page: str, count: int, pipe: Connection) -> None:
    url = urlsplit(page)
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    has: dict[int, int] = {}
    seen, greeted = Seen(), 0
    for number in range(count):
        connection = socket.create_connection((url.hostname or "", url.port or 80))
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        connection.send(
            f"GET {url.path}/events HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: {address}\r\n\r\n".encode()
        )
        connection.setblocking(False)
        sockets[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll(0.01):
            data = sockets[descriptor].recv(1 << 16)
            if not data:
                seen.lost += 1
                poll.unregister(descriptor)
                continue
            now = time.monotonic()
            if b"event: state" in data:
                seen.documents += 1
                if descriptor not in has:
                    greeted += 1
                    has[descriptor] = 0
                    if greeted == count:
                        pipe.send("open")
            if found := CHANGE.findall(data):
                newest = int(found[-1])
                for change in range(has[descriptor] + 1, newest + 1):
                    seen.pages[change] = seen.pages.get(change, 0) + 1
                    seen.last_at[change] = now
                has[descriptor] = newest
        if pipe.poll():
            pipe.recv()
            pipe.send(seen)
            seen = Seen()
