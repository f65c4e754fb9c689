"""The doctor's rounds: all checks at once, each for its time and for itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from bot.doctor.case import Case
from bot.doctor.checks import (
    accounts,
    archive,
    backups,
    database,
    discord,
    machine,
    odyssey,
    settings,
    versions,
    web,
)
from bot.doctor.finding import Finding, warning

LIMIT_S = 20.0
READING_LIMIT_S = 120.0
"""To read through a large database."""


@dataclass(frozen=True, slots=True)
class Check:
    """Tells its findings one by one: those that came before its time was over, or it broke, count."""

    about: str
    run: Callable[[Case], AsyncIterator[Finding]]
    limit_s: float = LIMIT_S


CHECKS = (
    Check("settings", settings.check),
    Check("versions", versions.check),
    Check("machine", machine.check),
    Check("database", database.check, READING_LIMIT_S),
    Check("backups", backups.check),
    Check("archive", archive.check),
    Check("odyssey", odyssey.check),
    Check("accounts", accounts.check),
    Check("discord", discord.check),
    Check("web", web.check),
)


async def examine(case: Case, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What all of them found, in their order."""
    found = await asyncio.gather(*(_findings(check, case) for check in checks))
    return [finding for findings in found for finding in findings]


async def _findings(check: Check, case: Case) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(check.limit_s):
            async for finding in check.run(case):
                found.append(finding)  # noqa: PERF401 - those that came are kept when it breaks
    except TimeoutError:
        found.append(
            warning(check.about, f"It did not come to an end within {check.limit_s:g} s.", "Try again.")
        )
    except Exception as error:  # noqa: BLE001 - the boundary of one check: the others go on
        # Its words may quote anything.
        said = f"The check itself failed ({type(error).__name__}), so nothing is known of it."
        found.append(warning(check.about, said, "Look at the versions; if they are right, report it."))
    return found
