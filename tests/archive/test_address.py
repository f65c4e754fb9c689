"""ARCHIVE_URL, read strictly."""

from pathlib import Path

import pytest

from bot.archive.address import ArchiveAddress, address_beside, archive_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://recordings", ArchiveAddress(bucket="recordings")),
        ("s3://my.recordings/", ArchiveAddress(bucket="my.recordings")),
        ("s3://recordings/a/b_c/", ArchiveAddress(bucket="recordings", prefix="a/b_c")),
        ("/srv/archive", ArchiveAddress(Path("/srv/archive"))),
        ("data/archive", ArchiveAddress(Path("data/archive"))),
        ("memory:", ArchiveAddress()),
    ],
)
def test_what_is_read(url: str, address: ArchiveAddress) -> None:
    """A bucket with or without a prefix, and a folder."""
    assert archive_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///prefix",
        "s3://Capitals",
        "s3://ab",
        "s3://key:secret@bucket",
        "s3://bucket/../other",
        "s3://bucket/a//b",
        "s3://bucket?region=x",
        "gs://bucket",
        "https://bucket.s3.amazonaws.com",
        "file:///srv/archive",
        "~/archive",
        "$HOME/archive",
        "with\nline",
    ],
)
def test_what_is_refused(url: str) -> None:
    """What names no bucket or folder, or leads elsewhere than it seems to."""
    with pytest.raises(ValueError, match="must"):
        archive_address(url)


def test_it_is_beside_the_database_unless_said() -> None:
    """And in memory if the database is."""
    assert address_beside(Path("data")) == ArchiveAddress(Path("data/archive"))
    assert address_beside(None) == ArchiveAddress()
