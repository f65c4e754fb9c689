"""The command that serves the stand-in."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.local.odyssey.service import StandinSettings, serve_standin
from bot.process.logs import LogLevel, set_up_logging
from bot.process.settings import DatabaseSettings

UNSET = StandinSettings()

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def standin(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = UNSET.host,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free one.")
    ] = 9000,
    api_key: Annotated[str, typer.Option(help="The key that clients use.")] = UNSET.api_key,
    other_key: Annotated[
        list[str] | None, typer.Option(help="A key of another account, with limits of its own; repeatable.")
    ] = None,
    stream_limit_s: Annotated[
        float, typer.Option(min=1, help="Seconds that a stream may last.")
    ] = UNSET.stream_limit_s,
    connection_limit_s: Annotated[
        float, typer.Option(min=1, help="Seconds of a connection.")
    ] = UNSET.connection_limit_s,
    idle_limit_s: Annotated[
        float, typer.Option(min=1, help="Seconds without a stream.")
    ] = UNSET.idle_limit_s,
    concurrent_streams: Annotated[
        int, typer.Option(min=0, help="Connections at once.")
    ] = UNSET.concurrent_streams,
    unclean_hold_s: Annotated[
        float,
        typer.Option(min=0, help="Seconds that a crashed client's connection counts; really, up to 900."),
    ] = UNSET.unclean_hold_s,
    url_lifetime_s: Annotated[
        float, typer.Option(min=1, help="Seconds that presigned URLs work.")
    ] = UNSET.url_lifetime_s,
    recording_delay_s: Annotated[
        float, typer.Option(min=0, help="Seconds until a recording is there.")
    ] = UNSET.recording_delay_s,
    recordings_dir: Annotated[
        Path | None, typer.Option(help="Where recordings stay; else temporary.")
    ] = UNSET.recordings_dir,
    image_to_video: Annotated[
        bool, typer.Option(help="Whether a stream can start from an image.")
    ] = UNSET.image_to_video,
    small: Annotated[
        bool, typer.Option("--small", help="Draw a sixteenth of the pixels: for a slow machine.")
    ] = UNSET.small,
    faults: Annotated[
        bool, typer.Option(help="Serve the control endpoint for scripted faults.")
    ] = UNSET.faults,
    log_level: Annotated[
        LogLevel, typer.Option(envvar="LOG_LEVEL", case_sensitive=False, help="How much the log tells.")
    ] = DatabaseSettings.model_fields["log_level"].default,
) -> None:
    """Serve a local Odyssey: the same protocol, a drawn world, real recordings."""
    settings = StandinSettings(
        host=host,
        port=port,
        api_key=api_key,
        other_keys=tuple(other_key or ()),
        stream_limit_s=stream_limit_s,
        connection_limit_s=connection_limit_s,
        idle_limit_s=idle_limit_s,
        concurrent_streams=concurrent_streams,
        unclean_hold_s=unclean_hold_s,
        url_lifetime_s=url_lifetime_s,
        recording_delay_s=recording_delay_s,
        recordings_dir=recordings_dir,
        image_to_video=image_to_video,
        small=small,
        faults=faults,
    )
    set_up_logging(log_level, "text", [api_key, *settings.other_keys])
    asyncio.run(serve_standin(settings))
