"""The command line. Each command imports what it runs, so that `--help` stays quick."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bot import __version__
from bot.kit.errors import StartError

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
def run() -> None:
    """Run the bot, with the settings in the environment or in .env."""
    from bot.process.memory import collector_at_rest, keep_one_arena

    keep_one_arena()
    with _start_errors_explained():
        with collector_at_rest():
            from bot.process.logs import set_up_logging
            from bot.process.settings import Settings, load_settings, misspelt_names

            settings = load_settings(Settings)
            secrets = [settings.discord_token.get_secret_value(), settings.odyssey_api_key.get_secret_value()]
            set_up_logging(settings.log_level, settings.log_format, secrets)
            log.info("version %s of the bot", __version__)
            for complaint in misspelt_names():
                log.warning("%s", complaint)

            # All of the bot, so after what is wrong with a setting was said.
            from bot.app.wiring import run_until_signalled
        asyncio.run(run_until_signalled(settings))


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
    from bot.process.logs import set_up_logging
    from bot.process.settings import DatabaseSettings, load_settings
    from bot.storage.database import open_database, revision

    async def migrated(url: str) -> str:
        async with open_database(url) as engine:
            return await revision(engine)

    with _start_errors_explained():
        settings = load_settings(DatabaseSettings)
        set_up_logging(settings.log_level, settings.log_format)
        newest = asyncio.run(migrated(settings.database_url))
        typer.echo(f"The database {settings.database_url} is at revision {newest}, the newest.")


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
