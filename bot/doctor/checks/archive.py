"""Where recordings are kept."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bot.archive.address import ArchiveAddress
from bot.archive.objects import Objects
from bot.broadcast.recordings.archive import ArchiveError
from bot.doctor.case import Case
from bot.doctor.checks.machine import LITTLE_ROOM
from bot.doctor.finding import Finding, error, ok, warning
from bot.process.archive_settings import GB

ABOUT = "archive"
NEEDED = (
    "archive_url",
    "archive_reserve_gb",
    "database_url",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_region",
    "aws_endpoint_url",
)


async def check(case: Case) -> AsyncIterator[Finding]:
    if not case.knows(*NEEDED):
        return
    address = case.settings.archive_address(case.settings.database_url)
    if address.bucket:
        yield await _bucket(case, address)
    for place in filter(None, (address.directory, case.database and case.database.parent)):
        if found := _folder(case, place):
            yield found
        return


async def _bucket(case: Case, address: ArchiveAddress) -> Finding:
    """Whether it can be looked into; nothing is written."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            objects = Objects(address, Path(directory), case.settings.archive_access)
            async with asyncio.timeout(10):
                async for _ in objects.listed():
                    break
        except (ArchiveError, TimeoutError) as caught:
            why = type(caught.__cause__ or caught).__name__
            said = f"The bucket {address.bucket} cannot be looked into ({why}): no recording is kept."
            return error(ABOUT, said, "Check ARCHIVE_URL, the AWS_ keys and what they may do there.")
    return ok(ABOUT, f"The bucket {address.bucket} can be looked into.")


def _folder(case: Case, place: Path) -> Finding | None:
    """Where files lie, or arrive on their way to a bucket. Of the database's own folder others tell."""
    is_beside = case.settings.archive_url is None
    try:
        there = next(each for each in (place, *place.resolve().parents) if each.exists())
    except PermissionError:
        if is_beside:
            return None
        said = f"This user may not even look whether there is {place}."
        return warning(ABOUT, said, "Run the doctor as the user that the bot runs as.")
    if not there.is_dir() or not case.machine.may_write(there):
        if is_beside:
            return None
        said = f"No recording can be kept in {place}."
        return error(ABOUT, said, "Check ARCHIVE_URL, and that the bot's user may write there.")
    free, reserve = case.machine.free_bytes(there), case.settings.archive_reserve_gb * GB
    if is_beside and free < LITTLE_ROOM:
        return None
    if free < reserve:
        said = f"{free / GB:.1f} GB are free, and {reserve / GB:.1f} are left to others: recordings wait."
        return warning(ABOUT, said, "Make room, or set ARCHIVE_RESERVE_GB or ARCHIVE_KEEP_GB.")
    return ok(ABOUT, f"Recordings may take {(free - reserve) / GB:.1f} GB more where {place} is.")
