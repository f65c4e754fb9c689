"""The copies of the database that the bot makes by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.storage.kept_copies import NIGHTLY, KeptCopies

ABOUT = "backups"
OLD = timedelta(days=2)


async def check(case: Case) -> AsyncIterator[Finding]:
    if case.server:
        said = f"The bot makes no copies of a server's database ({case.server})."
        yield warning(
            ABOUT, said, "See that something else does: pg_dump each night, or the server's own way."
        )
        return
    if case.database is None or not case.knows("backup_dir", "backup_days"):
        return
    copies = KeptCopies.of(case.database, case.settings.backup_path)
    try:
        there = next(each for each in (copies.directory, *copies.directory.parents) if each.exists())
    except PermissionError:
        said = f"This user may not even look whether there is {copies.directory}."
        yield warning(ABOUT, said, "Run the doctor as the user that the bot runs as.")
        return
    if not there.is_dir() or not case.machine.may_write(there):
        said = f"No copy can be made in {copies.directory}: not even the one before an upgrade."
        yield error(ABOUT, said, "Check BACKUP_DIR, and that the bot's user may write there.")
    elif not case.settings.backup_days:
        said = "BACKUP_DAYS is 0: the bot makes no copies by itself."
        yield warning(ABOUT, said, "See that something else does.")
    else:
        yield _newest(case, copies)


def _newest(case: Case, copies: KeptCopies) -> Finding:
    made_at = copies.made_at(NIGHTLY)
    if made_at is None:
        return ok(ABOUT, f"There is none of a night yet; they will be in {copies.directory}.")
    said = f"The newest of a night is of {made_at:%Y-%m-%d %H:%M} UTC, in {copies.directory}."
    if case.machine.now() - made_at > OLD:
        return warning(ABOUT, said, "See in the log why there is no newer one (or start the bot).")
    return ok(ABOUT, said)
