"""An archive in a folder, in memory, and in a bucket of a real service."""

import itertools
from pathlib import Path

import pytest

from bot.archive.address import ArchiveAddress
from bot.archive.archive import StoredArchive
from bot.archive.objects import Objects
from bot.process.clock import SystemClock
from bot.storage.kept_files import DatabaseKeptFiles
from tests.storage.conftest import Store, dialect, store, url
from tests.support.bucket import bucket, s3_endpoint

__all__ = ["dialect", "s3_endpoint", "store", "url"]

_names = itertools.count(1)


@pytest.fixture(params=["folder", "memory", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """Empty, each in its turn."""
    if request.param == "s3":
        endpoint: str = request.getfixturevalue("s3_endpoint")
        return bucket(endpoint, tmp_path / "incoming", f"test/{next(_names)}")
    folder = tmp_path / "archive" if request.param == "folder" else None
    return Objects(ArchiveAddress(folder), tmp_path / "incoming")


@pytest.fixture
def awaited() -> set[str]:
    """The streams, by their own IDs, whose videos still come."""
    return set()


@pytest.fixture
def archive(objects: Objects, store: Store, awaited: set[str]) -> StoredArchive:
    return archive_of(objects, store, awaited)


def archive_of(objects: Objects, store: Store, awaited: set[str] | None = None) -> StoredArchive:
    """An archive with a real database; its files are numbered."""
    books = DatabaseKeptFiles(store.database, store.writer)
    ids, awaited = itertools.count(1), set() if awaited is None else awaited
    return StoredArchive(objects, books, SystemClock(), lambda: f"file{next(ids)}", awaited.__contains__)
