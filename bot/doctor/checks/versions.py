"""Whether Python and the packages are those that the bot is tested with."""

import platform
import re
import sys
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot import __version__
from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning

LOCK = Path(__file__).parents[3] / "requirements.lock"
OLDEST = (3, 11)
INSTALL = "pip install --require-hashes -r requirements.lock"

_PIN = re.compile(r"^([\w.-]+)==([^\s;]+)( ;)?", re.MULTILINE)


async def check(case: Case) -> AsyncIterator[Finding]:
    if sys.version_info < OLDEST:
        yield error("python", f"Python is {platform.python_version()}.", "Install Python 3.11 or later.")
    else:
        yield ok("python", f"Python is {platform.python_version()}, the bot {__version__}.")
    if not LOCK.exists():
        yield warning("packages", "There is no requirements.lock here.", "Take it from the release.")
        return
    missing, other = compared_with(LOCK.read_text("utf-8"))
    if missing:
        yield error("packages", f"These are missing: {', '.join(missing)}.", INSTALL)
    if other:
        yield warning("packages", f"These are not as in the lock: {', '.join(other)}.", INSTALL)
    if not missing and not other:
        yield ok("packages", "All are as in the lock.")


def compared_with(lock: str) -> tuple[list[str], list[str]]:
    """The packages of a lock that are not here, and those of which another version is."""
    pinned: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for name, number, is_conditional in _PIN.findall(lock):
        pinned.setdefault(name, set()).add(number)
        if not is_conditional:
            everywhere.add(name)
    missing, other = [], []
    for name, numbers in pinned.items():
        try:
            here = version(name)
        except PackageNotFoundError:
            if name in everywhere:
                missing.append(name)
        else:
            if here not in numbers:
                other.append(f"{name} {here} (for {' or '.join(sorted(numbers))})")
    return missing, other
