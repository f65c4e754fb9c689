"""The command line. Each command imports what it runs, so that `--help` stays quick."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import __version__
from bot.kit.errors import StartError

log = logging.getLogger(__name__)

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
    from bot.process.logs import set_up_logging
    from bot.process.settings import Settings, load_settings, misspelt_names

    with _start_errors_explained():
        settings = load_settings(Settings)
        secrets = [settings.discord_token.get_secret_value(), settings.odyssey_api_key.get_secret_value()]
        set_up_logging(settings.log_level, settings.log_format, secrets)
        log.info("version %s of the bot", __version__)
        for complaint in misspelt_names():
            log.warning("%s", complaint)

        from bot.app.wiring import (
            run_until_signalled,  # all of the bot: what is wrong with a setting is said before
        )

        asyncio.run(run_until_signalled(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the demo page; 0 takes any free one.")] = 8080,
    crowd: Annotated[int, typer.Option(min=0, max=500, help="Simulated viewers who chat and vote.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="A directory in which all is kept; else it is forgotten.")
    ] = None,
) -> None:
    """Run everything on this machine: a local Discord, a local Odyssey, and the real bot."""
    with _start_errors_explained(), _local_parts():
        from bot.local.demo.run import run_demo

    asyncio.run(run_demo(port=port, crowd=crowd, data=data))


@app.command()
def standin(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free one.")
    ] = 9000,
    api_key: Annotated[str, typer.Option(help="The one key that clients may use.")] = "ody_local",
    stream_limit_s: Annotated[float, typer.Option(min=1, help="Seconds that a stream may last.")] = 150,
    connection_limit_s: Annotated[float, typer.Option(min=1, help="Seconds of a connection.")] = 3600,
    idle_limit_s: Annotated[float, typer.Option(min=1, help="Seconds without a stream.")] = 40,
    concurrent_streams: Annotated[int, typer.Option(min=0, help="Connections at once.")] = 5,
    unclean_hold_s: Annotated[
        float,
        typer.Option(min=0, help="Seconds that a crashed client's connection counts; really, up to 900."),
    ] = 0,
    url_lifetime_s: Annotated[float, typer.Option(min=1, help="Seconds that presigned URLs work.")] = 3600,
    recording_delay_s: Annotated[
        float, typer.Option(min=0, help="Seconds until a recording is there.")
    ] = 0.5,
    recordings_dir: Annotated[
        Path | None, typer.Option(help="Where recordings stay; else temporary.")
    ] = None,
    faults: Annotated[bool, typer.Option(help="Serve the control endpoint for scripted faults.")] = False,
    log_level: Annotated[
        LogLevel, typer.Option(envvar="LOG_LEVEL", case_sensitive=False, help="How much the log tells.")
    ] = "INFO",
) -> None:
    """Serve a local Odyssey: the same protocol, a drawn world, real recordings."""
    from bot.process.logs import set_up_logging

    with _start_errors_explained(), _local_parts():
        from bot.local.odyssey.service import StandinSettings, serve_standin

    settings = StandinSettings(
        host=host,
        port=port,
        api_key=api_key,
        stream_limit_s=stream_limit_s,
        connection_limit_s=connection_limit_s,
        idle_limit_s=idle_limit_s,
        concurrent_streams=concurrent_streams,
        unclean_hold_s=unclean_hold_s,
        url_lifetime_s=url_lifetime_s,
        recording_delay_s=recording_delay_s,
        recordings_dir=recordings_dir,
        faults=faults,
    )
    set_up_logging(log_level, "text", [api_key])
    asyncio.run(serve_standin(settings))


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
