"""Whether the settings can be read, and by whom."""

from collections.abc import AsyncIterator
from contextlib import suppress

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.kit.errors import StartError
from bot.process.given_settings import ENV_FILE, misspelt_names

ABOUT = "settings"


async def check(case: Case) -> AsyncIterator[Finding]:
    for complaint in case.complaints:
        yield error(ABOUT, complaint, "Set it in the environment or in .env; .env.example explains each.")
    with suppress(StartError):  # the file cannot be read, which is among the complaints
        for complaint in misspelt_names():
            yield warning(ABOUT, complaint, "Correct its name, or take it away.")
    if not case.complaints:
        yield ok(ABOUT, "All of them can be read.")
    if ENV_FILE.exists() and ENV_FILE.stat().st_mode & 0o077:
        yield warning(
            ABOUT, f"Others on this machine may read {ENV_FILE}, where the secrets are.", "chmod 600 .env"
        )
