"""The command line of `python -m bot recordings`."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app.kept.report import Report
from bot.process.given_settings import load_settings
from bot.process.logs import set_up_logging
from bot.process.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="For programs.")]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def every_command() -> None:
    """Look after the recordings that are kept. The exit code is 1 when something is not well."""


@app.command()
def sync(as_json: Json = False) -> None:
    """Fetch what is not kept yet, also of streams from before. A bot does so by itself as they end."""
    from bot.app.kept.syncing import sync as synced

    _run(lambda settings: synced(settings, is_shown=not as_json), as_json=as_json)


@app.command()
def verify(
    tidy: Annotated[bool, typer.Option("--tidy", help="Delete files that belong to nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Read all that is kept, and compare it with what was kept. Also while a bot runs."""
    from bot.app.kept.verifying import verify as verified

    _run(lambda settings: verified(settings, is_tidying=tidy, is_shown=not as_json), as_json=as_json)


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(help="Where to; what is there already stays.")],
    broadcast: Annotated[str | None, typer.Option(help="The ID of one broadcast; else all.")] = None,
    as_json: Json = False,
) -> None:
    """Copy what is kept to a folder. Also while a bot runs."""
    from bot.app.kept.exporting import export as exported

    _run(lambda settings: exported(settings, directory, broadcast, is_shown=not as_json), as_json=as_json)


@app.command("import")
def adopt(
    guild: Annotated[int, typer.Option(help="The ID of the server that they are to belong to.")],
    channel: Annotated[int, typer.Option(help="The ID of the channel there.")],
    since: Annotated[datetime | None, typer.Option(help="Only what began after that, by UTC.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what there is.")] = False,
    as_json: Json = False,
) -> None:
    """Adopt recordings that the account has and the database does not."""
    from bot.app.kept.importing import adopt as adopted
    from bot.broadcast.model import Channel

    moment = since.replace(tzinfo=UTC) if since else None
    place = Channel(guild_id=guild, id=channel)
    _run(
        lambda settings: adopted(settings, place, since=moment, is_trial=dry_run, is_shown=not as_json),
        as_json=as_json,
    )


def _run(work: Callable[[Settings], Coroutine[Any, Any, Report]], *, as_json: bool) -> None:
    settings = load_settings(Settings)
    set_up_logging("ERROR", settings.log_format, settings.secrets)
    report = asyncio.run(work(settings))
    typer.echo(report.as_json() if as_json else report.as_text())
    if not report.is_well:
        raise typer.Exit(1)
