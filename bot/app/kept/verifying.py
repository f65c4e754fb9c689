"""`recordings verify`: reads all that is kept, and looks for what nobody knows of."""

from bot.app.kept.opened import opened
from bot.app.kept.progress import progress
from bot.app.kept.report import Report
from bot.archive.archive import key_of
from bot.broadcast.recordings.archive import ArchiveError
from bot.kit.errors import StartError
from bot.process.settings import Settings


async def verify(settings: Settings, *, is_tidying: bool, is_shown: bool) -> Report:
    """Whether each file is what was kept, byte by byte. `is_tidying` deletes files that belong to nothing.

    Raises `StartError`.
    """
    report = Report("verify")
    async with opened(settings, alone=is_tidying) as hand:
        files = await hand.kept.books.all_files()
        with progress("Reading", len(files), is_shown=is_shown) as step:
            for file in files:
                try:
                    await hand.kept.archive.check(file)
                except ArchiveError as error:
                    report.tell(key_of(file), error.trouble.value)
                else:
                    report.tell(key_of(file), "whole")
                report.count("files", file.size_bytes)
                step(file.size_bytes)
        known = {key_of(file) for file in files}
        try:
            unknown = [each async for each in hand.kept.objects.listed() if each.key not in known]
            for each in unknown:
                if is_tidying:
                    await hand.kept.objects.delete(each.key)
                report.tell(each.key, "deleted" if is_tidying else "unknown")
        except ArchiveError as error:
            raise StartError(
                f"The archive cannot be looked through ({error.trouble.value}). Check ARCHIVE_URL."
            ) from error
    if not is_tidying and any(fate == "unknown" for _, fate in report.lines):
        report.hint = "What is unknown belongs to nothing: --tidy deletes it, while no bot runs."
    return report
