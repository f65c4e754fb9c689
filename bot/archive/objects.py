"""Files under keys, on a disk or in a bucket: whole or not there, whatever happens in between."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from bot.archive.address import ArchiveAddress
from bot.archive.fullness import is_full
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.storage.private import make_directory

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

log = logging.getLogger(__name__)

INCOMING = ".incoming"
"""The folder of what is on its way in."""
PART_BYTES = 256 * 1024
UPLOADED_AT_ONCE, UPLOADED_PART_BYTES = 4, 8 * 1024 * 1024
"""So much of a file is in memory while it goes to a bucket; of S3's 10,000 parts 5 GB take 640."""
RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""Within one call. What fails for longer is tried again by whoever wants it."""
CLIENT: ClientConfig = {"connect_timeout": "10s", "timeout": "120s"}


class Listed(NamedTuple):
    key: str
    size_bytes: int
    put_at: datetime
    """By the store's clock, or the disk's."""


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """How a bucket is reached: None is what the machine itself is allowed to. repr shows nothing."""

    key_id: str | None = None
    secret: str | None = None
    session_token: str | None = None
    region: str | None = None
    endpoint: str | None = None
    """Of a service other than Amazon's."""


class Objects:
    """Every method raises `ArchiveError`. `reserve_bytes` of the disk are left to others, whatever comes."""

    def __init__(
        self, address: ArchiveAddress, incoming: Path, access: Access | None = None, *, reserve_bytes: int = 0
    ) -> None:
        """`incoming` is where files lie that are on their way to a bucket."""
        self.address = address
        self._reserve_bytes = reserve_bytes
        self.incoming = address.directory / INCOMING if address.directory else incoming
        with explained():
            make_directory(self.incoming)
            self._store = _opened(address, access or Access())

    def path_of(self, key: str) -> Path | None:
        """Where the file lies, if it does on a disk of ours."""
        return self.address.directory / key if self.address.directory else None

    def free_bytes(self) -> int:
        """On the disk where files arrive. Blocks for a moment."""
        with explained():
            return shutil.disk_usage(self.incoming).free

    def room_bytes(self) -> int:
        """What there is beside what is left to others."""
        return max(0, self.free_bytes() - self._reserve_bytes)

    def check_room(self, size_bytes: int) -> None:
        """Raises (FULL) if so much more would take what is left to others."""
        if self.free_bytes() - size_bytes < self._reserve_bytes:
            raise ArchiveError(ArchiveTrouble.FULL)

    async def put(self, path: Path, key: str) -> None:
        """Has a file under a key, too; on a disk it is there after a power cut."""
        with explained(gone=ArchiveTrouble.AWAY):
            if place := self.path_of(key):
                await asyncio.to_thread(_link, path, place)
                return
            await obstore.put_async(
                self._store,
                key,
                path,
                chunk_size=UPLOADED_PART_BYTES,
                max_concurrency=UPLOADED_AT_ONCE,
            )

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """In parts, as they come."""
        with explained():
            answer = await obstore.get_async(self._store, key, options={"range": (start, end)})
            async for part in answer.stream(min_chunk_size=PART_BYTES):
                yield bytes(part)

    async def size_bytes(self, key: str) -> int:
        with explained():
            return (await obstore.head_async(self._store, key))["size"]

    async def delete(self, key: str) -> None:
        """Whether it was there or not."""
        with explained():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    async def listed(self) -> AsyncIterator[Listed]:
        """All that is there, whoever has put it there, without what is on its way in."""
        with explained():
            async for page in obstore.list(self._store):
                for each in page:
                    if not each["path"].startswith(f"{INCOMING}/"):
                        yield Listed(each["path"], each["size"], each["last_modified"])


@contextmanager
def explained(gone: ArchiveTrouble = ArchiveTrouble.GONE) -> Iterator[None]:
    """What the store or the disk refuses is an `ArchiveError`; `gone` is said of what is not there."""
    try:
        yield
    except FileNotFoundError as error:
        raise ArchiveError(gone) from error
    except (BaseError, OSError, ValueError) as error:
        raise ArchiveError(ArchiveTrouble.FULL if is_full(error) else ArchiveTrouble.AWAY) from error


def _opened(address: ArchiveAddress, access: Access) -> ObjectStore:
    if address.directory:
        return LocalStore(address.directory, mkdir=True)
    if address.bucket is None:
        return MemoryStore()
    known: dict[str, str | None] = {
        "access_key_id": access.key_id,
        "secret_access_key": access.secret,
        "session_token": access.session_token,
        "region": access.region or ("us-east-1" if access.endpoint else None),
        "endpoint": access.endpoint,
    }
    config: S3Config = {name: value for name, value in known.items() if value}  # type: ignore[assignment]
    client: ClientConfig = {**CLIENT, "allow_http": bool(access.endpoint)}
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config=config,
        client_options=client,
        retry_config=RETRIES,
    )


def _link(path: Path, place: Path) -> None:
    """Under another name, whole at once: a copy where that cannot be."""
    make_directory(place.parent)
    place.unlink(missing_ok=True)
    try:
        _sync(path)
        place.hardlink_to(path)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        copy = place.with_name(f".{place.name}")
        shutil.copyfile(path, copy)
        _sync(copy)
        copy.replace(place)
    _sync(place.parent)


def _sync(path: Path) -> None:
    """A file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
