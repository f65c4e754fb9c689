"""The database's file: whether it is there, whole, of this version, and whose it is."""

import asyncio
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.kit.errors import StartError
from bot.storage.address import Server, database_address
from bot.storage.contents import Contents, DamagedError, check_whole, opened_to_read, read_contents
from bot.storage.database import look
from bot.storage.holding import holders_of
from bot.storage.kept_copies import KeptCopies
from bot.storage.lock import holder, left_by
from bot.storage.revisions import SchemaError, known_revisions

ABOUT = "database"
AS_THE_BOT = "Run the doctor as the user that the bot runs as; if it is this one, give it the files (chown)."
ON_SERVER = "Check DATABASE_URL, and on the server who may log in, and from where."
RESTORE = "Stop the bot, and put a copy back: python -m bot restore FILE (the newest are in {})."


async def check(case: Case) -> AsyncIterator[Finding]:
    if server := case.server:
        for finding in await _of_server(case, server):
            yield finding
        return
    path = case.database
    if path is None:
        if case.knows("database_url"):
            yield warning(
                ABOUT, "It is in memory: nothing outlives the bot.", "Set DATABASE_URL to a SQLite file."
            )
        return
    try:
        is_there = path.exists()
    except PermissionError:
        yield error(ABOUT, f"This user may not even look whether there is {path}.", AS_THE_BOT)
        return
    if not is_there:
        yield _not_there(case, path)
        return
    if not path.is_file():
        yield error(ABOUT, f"{path} is no file.", "Set DATABASE_URL to a SQLite file.")
        return
    for each in (path, path.resolve().parent):
        if not case.machine.may_write(each):
            yield error(ABOUT, f"{each} cannot be written by this user.", AS_THE_BOT)
    if path.stat().st_mode & 0o077:
        yield warning(
            ABOUT,
            f"Others on this machine may read {path}: it has what people wrote.",
            "Start the bot once, or chmod 600.",
        )
    copies = KeptCopies.of(path, case.settings.backup_path)
    given_up = threading.Event()
    try:
        contents = await asyncio.to_thread(_read, path, is_still=not case.bot_runs, given_up=given_up)
    except sqlite3.OperationalError as problem:
        yield error(ABOUT, f"{path} cannot be read: {problem}.", "Check who may read it.")
    except (DamagedError, SchemaError, sqlite3.Error) as problem:
        yield error(ABOUT, f"{path} is damaged: {problem}.", RESTORE.format(copies.directory))
    else:
        yield _revision(path, contents.revision)
        rows = f"{contents.rows.get('broadcasts', 0)} broadcasts, {contents.rows.get('streams', 0)} streams"
        yield ok(ABOUT, f"It is whole: {contents.size_bytes / 1e6:.1f} MB, {rows}.")
    finally:
        given_up.set()
    yield _whose(path)


async def _of_server(case: Case, server: Server) -> list[Finding]:
    try:
        by = await asyncio.to_thread(holders_of, database_address(case.settings.database_url))
        found = await look(server)
    except (OSError, StartError) as problem:
        return [error(ABOUT, f"{server} cannot be used: {str(problem).splitlines()[0]}", ON_SERVER)]
    said = f"A bot that runs has the database: {by[0]}." if by else "No bot has the database."
    if len(by) > 1:
        said = f"{len(by)} processes of a cluster share the database: {'; '.join(map(str, by))}."
    return [_revision(str(server), found), ok("lock", said)]


def _whose(path: Path) -> Finding:
    if has := holder(path):
        return ok("lock", f"A bot that runs has the database: {has}.")
    had = left_by(path)
    if had and had.host != socket.gethostname():
        return warning(
            "lock",
            f"No bot has the database here, but one was cut off that had it elsewhere: {had}.",
            f"If these files are a copy, see that no bot runs on {had.host} any more: both would answer.",
        )
    cut_off = f" The last one was cut off ({had})." if had else ""
    return ok("lock", f"No bot has the database.{cut_off}")


def _not_there(case: Case, path: Path) -> Finding:
    parent = next(each for each in path.resolve().parents if each.exists())
    if parent.is_dir() and case.machine.may_write(parent):
        return ok(ABOUT, f"{path} is not there yet: the bot makes it at its first start.")
    return error(
        ABOUT,
        f"{path} is not there, and cannot be made in {parent}.",
        "Check DATABASE_URL, and who may write there.",
    )


def _read(path: Path, *, is_still: bool, given_up: threading.Event) -> Contents:
    with opened_to_read(path, is_still=is_still) as connection:
        contents = read_contents(connection)
        check_whole(connection, given_up.is_set)
        return contents


def _revision(path: Path | str, revision: str | None) -> Finding:
    known = known_revisions()
    if revision == known[-1]:
        return ok(ABOUT, f"Its revision is {revision}, the newest.")
    if revision in known:
        return warning(
            ABOUT,
            f"Its revision is {revision}, and this version of the bot has {known[-1]}.",
            "Start the bot: it copies and migrates it. Until then the bot that made it can go on with it.",
        )
    if revision is None:
        return warning(ABOUT, f"{path} has no tables yet.", "Start the bot: it makes them.")
    return error(
        ABOUT,
        f"Its revision is {revision}, newer than this version of the bot ({known[-1]}).",
        "Run the version that made it, or a newer one; or restore the copy from before.",
    )
