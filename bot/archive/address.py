"""Where the archive is: a folder, or a bucket and what its keys begin with."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.storage.address import check_path

IN_MEMORY = "memory:"
BESIDE_THE_DATABASE = "archive"

_S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w./-]*))?", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArchiveAddress:
    """`directory` is None for a bucket, `bucket` for a folder, and both for an archive in memory."""

    directory: Path | None = None
    bucket: str | None = None
    prefix: str = ""


def archive_address(url: str) -> ArchiveAddress:
    """Reads `s3://bucket/prefix`, or the path of a folder. Raises `ValueError` with what is wrong with it."""
    if url == IN_MEMORY:
        return ArchiveAddress()
    if parts := _S3.fullmatch(url):
        prefix = (parts["prefix"] or "").strip("/")
        if {".", "..", ""} & set(prefix.split("/")) and prefix:
            raise ValueError("must have a prefix without empty parts and dots")
        return ArchiveAddress(bucket=parts["bucket"], prefix=prefix)
    if _SCHEME.match(url):
        raise ValueError("must be the path of a folder, or a bucket such as s3://bucket/prefix")
    check_path(url)
    return ArchiveAddress(Path(url))


def address_beside(folder: Path | None) -> ArchiveAddress:
    """Where the archive is if nobody says: in the database's folder, in memory if that is there."""
    return ArchiveAddress(folder / BESIDE_THE_DATABASE if folder else None)
