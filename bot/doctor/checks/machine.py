"""What the machine gives: room, open files, what decodes pictures, and the right time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from PIL import features

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.odyssey.video.frames import missing_decoders
from bot.process.setting_values import is_loopback

MB = 1_000_000
LITTLE_ROOM, NO_ROOM = 1000 * MB, 100 * MB
FEW_FILES = 2048
NOTED_SKEW, WRONG_TIME = timedelta(seconds=20), timedelta(minutes=2)
DISCORD = "https://discord.com/api/v10"
ASK_S = 8.0


async def check(case: Case) -> AsyncIterator[Finding]:
    for finding in (*_room(case), _open_files(case), _decoders()):
        yield finding
    clocks = [_clock(case, "Odyssey", case.settings.odyssey_api_url)] if case.knows("odyssey_api_url") else []
    if case.knows("discord_api_url"):
        clocks.append(_clock(case, "Discord", f"{case.settings.discord_api_url or DISCORD}/gateway"))
    compared = [found for found in await asyncio.gather(*clocks) if found]
    for found in compared:
        yield found
    if not compared:
        yield warning("clock", "It was compared with none: nobody said the time.", "Check the network.")


def _room(case: Case) -> list[Finding]:
    """On the disks of the database and of its copies; one line for each disk."""
    database, findings, seen = case.database, list[Finding](), set[int]()
    copies = case.settings.backup_path if case.knows("backup_dir") else None
    for path in filter(None, (database, copies)):
        there = _nearest(path)
        if there is None or there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = case.machine.free_bytes(there)
        # A copy needs as much as the database; so does a migration.
        needed = 2 * _size_bytes(database) if database else 0
        said = f"{free / MB:,.0f} MB are free where {there} is."
        if free < max(NO_ROOM, needed):
            findings.append(error("disk", said, "Make room: what cannot be stored is not done."))
        elif free < LITTLE_ROOM:
            findings.append(warning("disk", said, "Make room before it is used up."))
        else:
            findings.append(ok("disk", said))
    return findings


def _nearest(path: Path) -> Path | None:
    """The directory that a path is in, or will be made in; None if this user may not look there."""
    real = path.resolve()
    try:
        return next(each for each in (real, *real.parents) if each.is_dir())
    except PermissionError:  # whoever asks for the database says so
        return None


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _open_files(case: Case) -> Finding:
    allowed = case.machine.open_files()
    if allowed < FEW_FILES:
        return warning(
            "open files",
            f"A process may have {allowed} files open: each open watch page is one.",
            "Raise the hard limit: LimitNOFILE= with systemd, ulimit -Hn, or --ulimit nofile= with Docker.",
        )
    return ok("open files", f"A process may have {allowed} files open.")


def _decoders() -> Finding:
    missing = [*missing_decoders(), *(each for each in ("jpg", "webp", "zlib") if not features.check(each))]
    if missing:
        return error(
            "codecs",
            f"There is nothing to decode {', '.join(missing)} with.",
            "Install av and pillow anew, from the lock.",
        )
    return ok("codecs", "Video and pictures can be decoded.")


async def _clock(case: Case, whose: str, url: str) -> Finding | None:
    """Compares the machine's time with a server's; None when that says none."""
    about = "clock"
    try:
        limit = aiohttp.ClientTimeout(total=ASK_S)
        async with aiohttp.ClientSession(timeout=limit, trust_env=not is_loopback(url)) as http:
            before = case.machine.now()
            async with http.get(url, allow_redirects=False) as answer:
                said = answer.headers.get("Date", "")
            after = case.machine.now()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None  # whoever asks for more says so
    try:
        theirs = parsedate_to_datetime(said)
    except ValueError:
        return None
    return _compared(about, whose, before + (after - before) / 2 - theirs)


def _compared(about: str, whose: str, ahead: timedelta) -> Finding:
    if abs(ahead) < NOTED_SKEW:
        return ok(about, f"It agrees with that of {whose}.")
    side = "ahead of" if ahead > timedelta(0) else "behind"
    by = f"{abs(ahead).total_seconds():,.0f} s {side} that of {whose}"
    step = "Have the machine set its clock by the network (timedatectl set-ntp true)."
    if abs(ahead) < WRONG_TIME:
        return warning(about, f"It is {by}: countdowns are shown wrong.", step)
    return error(about, f"It is {by}: certificates and links may be taken for invalid.", step)
