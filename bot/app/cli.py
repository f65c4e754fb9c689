"""The command line. Each command imports what it runs, so that `--help` stays quick."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot import __version__
from bot.kit.errors import StartError

if TYPE_CHECKING:
    from bot.storage.contents import Contents

log = logging.getLogger(__name__)

Options = Annotated[list[str] | None, typer.Argument()]
"""Of a command that is not part of every installation: it has its own help."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def every_command(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version, and exit."),
    ] = False,
) -> None:
    """A Discord bot for live, crowd-steered Odyssey broadcasts."""


@app.command()
def run(
    role: Annotated[
        Literal["all", "web"] | None,
        typer.Option(help="web serves pages and metrics of a cluster alone. Without it, ROLE says so."),
    ] = None,
) -> None:
    """Run the bot, with the settings in the environment or in .env."""
    from bot.process.memory import collector_at_rest, keep_one_arena

    keep_one_arena()
    with _start_errors_explained():
        with collector_at_rest():
            from bot.process.given_settings import load_settings, misspelt_names, read_settings
            from bot.process.logs import set_up_logging
            from bot.process.settings import PageSettings, RoleSettings, Settings

            role = role or read_settings(RoleSettings).settings.role
            settings = load_settings(PageSettings if role == "web" else Settings)
            set_up_logging(settings.log_level, settings.log_format, settings.secrets)
            log.info("version %s of the bot", __version__)
            for complaint in misspelt_names():
                log.warning("%s", complaint)

            # All of it, so after what is wrong with a setting was said.
            if isinstance(settings, PageSettings):
                from bot.app.web_role import run_pages_until_signalled

                running = run_pages_until_signalled(settings)
            else:
                from bot.app.wiring import run_until_signalled

                running = run_until_signalled(settings)
        asyncio.run(running)


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def demo(context: typer.Context, options: Options = None) -> None:
    """Run everything on this machine: a local Discord, a local Odyssey, and the real bot."""
    with _start_errors_explained(), _local_parts():
        from bot.local.demo.command import app as command
    command(options or [], prog_name=context.command_path)


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def standin(context: typer.Context, options: Options = None) -> None:
    """Serve a local Odyssey: the same protocol, a drawn world, real recordings."""
    with _start_errors_explained(), _local_parts():
        from bot.local.standin import app as command
    command(options or [], prog_name=context.command_path)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema. `run` does it by itself."""
    from bot.process.given_settings import load_settings
    from bot.process.logs import set_up_logging
    from bot.process.settings import DatabaseSettings
    from bot.storage.address import shown
    from bot.storage.database import open_database, revision

    async def migrated(settings: DatabaseSettings) -> str:
        async with open_database(settings.database_url, backup_dir=settings.backup_path) as database:
            return await revision(database)

    with _start_errors_explained():
        settings = load_settings(DatabaseSettings)
        set_up_logging(settings.log_level, settings.log_format, settings.secrets)
        newest = asyncio.run(migrated(settings))
        typer.echo(f"The database {shown(settings.database_url)} is at revision {newest}, the newest.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to: on another disk, if it is to outlive this one.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Copy the database, also while a bot runs, and check the copy: of a server's, as a file of SQLite's."""
    from bot.process.given_settings import load_settings
    from bot.process.settings import DatabaseSettings
    from bot.storage.address import database_address
    from bot.storage.backup import back_up

    with _start_errors_explained():
        url = load_settings(DatabaseSettings).database_url
        database: object = database_address(url).server
        if database:
            from bot.storage.copying import copy_of_server

            contents = asyncio.run(copy_of_server(url, file, is_replacing=force))
        else:
            database = _database_file()
            contents = back_up(database, file, is_replacing=force)
        typer.echo(f"{database} was copied to {file}, and the copy is whole: {_told(contents)}.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A copy that `backup` or the bot has made.")]) -> None:
    """Put a copy in the database's place, while no bot runs. What it replaces is kept."""
    from bot.storage.restoring import restore
    from bot.storage.revisions import known_revisions

    with _start_errors_explained():
        database = _database_file()
        restored = restore(file, database, now=datetime.now(UTC))
        typer.echo(f"{database} is now what {file} was: {_told(restored.contents)}.")
        if restored.kept:
            typer.echo(f"What it was before is kept in {restored.kept}; delete it when it is of no use.")
        if restored.contents.revision != known_revisions()[-1]:
            typer.echo("It is of an earlier version, and is migrated when the bot starts.")


@app.command("copy-database")
def copy_database(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A database's URL, as in DATABASE_URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="That of an empty one.")],
) -> None:
    """Move a bot from SQLite to PostgreSQL, or back: all that is in FROM, to TO, while no bot runs."""
    from bot.process.given_settings import load_settings
    from bot.process.settings import DatabaseSettings
    from bot.storage.address import shown
    from bot.storage.copying import copy_database as copied

    with _start_errors_explained():
        backup_dir = load_settings(DatabaseSettings).backup_path
        told = asyncio.run(
            copied(source, target, backup_dir, lambda table: typer.echo(f"{table.rows:>10}  {table.name}"))
        )
        typer.echo(f"{shown(target)} has all that {shown(source)} has: {told} rows, each looked at again.")


@app.command()
def reconcile(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Look for streams that the Odyssey account has and the database does not. A bot does so every hour."""
    from bot.process.given_settings import load_settings
    from bot.process.logs import set_up_logging
    from bot.process.settings import Settings

    with _start_errors_explained():
        settings = load_settings(Settings)
        set_up_logging("WARNING", settings.log_format, settings.secrets)
        from bot.app.reconciling import reconcile as reconciled

        report = asyncio.run(reconciled(settings))
        typer.echo(report.as_json() if as_json else report.as_text())


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def recordings(context: typer.Context, options: Options = None) -> None:
    """Look after the recordings that are kept: sync, verify, export, import."""
    with _start_errors_explained():
        from bot.app.kept.command import app as command

        command(options or [], prog_name=context.command_path)


@app.command()
def doctor(
    channel: Annotated[
        int | None, typer.Option(help="The ID of a channel: may the bot do there what it has to?")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at the settings and all that the bot needs, whether it runs or not, and say what to do.

    The exit code is 0 when all is well, 1 for warnings, 2 for errors.
    """
    logging.disable()  # all that there is to say is in the report
    from bot.doctor import report
    from bot.doctor.case import Case
    from bot.doctor.rounds import examine

    findings = asyncio.run(examine(Case.read(channel)))
    typer.echo(report.as_json(findings) if as_json else report.as_text(findings))
    raise typer.Exit(report.exit_code(findings))


def _database_file() -> Path:
    """The file that the settings name. Raises `StartError`."""
    from bot.process.given_settings import load_settings
    from bot.process.settings import DatabaseSettings
    from bot.storage.address import database_address

    address = database_address(load_settings(DatabaseSettings).database_url)
    if address.server:
        raise StartError(
            f"{address.server} is a server's database, not a file of the bot's. Put a dump back with "
            "pg_restore, or a copy with copy-database: into an empty database, while no bot runs."
        )
    path = address.path
    if path is None:
        raise StartError("DATABASE_URL names a database in memory: there is no file to copy or to restore.")
    return path


def _told(contents: "Contents") -> str:
    rows = ", ".join(f"{count} {name}" for name, count in contents.rows.items())
    return f"revision {contents.revision}, {contents.size_bytes / 1e6:.1f} MB ({rows or 'empty'})"


@contextmanager
def _start_errors_explained() -> Iterator[None]:
    """An operator gets a sentence, not a traceback."""
    try:
        yield
    except StartError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the log may not be set up yet
        raise typer.Exit(1) from None


@contextmanager
def _local_parts() -> Iterator[None]:
    """An installation for production has no local Discord and no stand-in. Raises `StartError`."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise StartError(
            f"The demo and the stand-in are not part of this installation ({error.name} is missing). "
            "Install them with: pip install --require-hashes -r requirements-local.lock"
        ) from error
