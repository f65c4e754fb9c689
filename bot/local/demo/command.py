"""The command that runs the demo."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.local.demo.plan import Plan
from bot.local.demo.run import run_demo

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the demo page; 0 takes any free one.")] = 8080,
    crowd: Annotated[int, typer.Option(min=0, max=500, help="Simulated viewers who chat and vote.")] = 0,
    data: Annotated[
        Path | None, typer.Option(help="A directory in which all is kept; else it is forgotten.")
    ] = None,
    stream_limit_s: Annotated[
        float | None, typer.Option(min=1, help="Seconds that a stream may last; else as Odyssey has it.")
    ] = None,
    concurrent_streams: Annotated[
        int | None, typer.Option(min=1, help="Streams that the plan allows at once; else as Odyssey has it.")
    ] = None,
    image_to_video: Annotated[
        bool | None, typer.Option(help="Whether a stream can start from an image; else as Odyssey has it.")
    ] = None,
    url_lifetime_s: Annotated[
        float | None,
        typer.Option(min=1, help="Seconds that links to recordings work; else as Odyssey has it."),
    ] = None,
    small: Annotated[
        bool, typer.Option("--small", help="Draw a sixteenth of the pixels: for a slow machine.")
    ] = False,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Three bots on PostgreSQL, and a board of who owns what.")
    ] = False,
) -> None:
    """Run everything on this machine: a local Discord, a local Odyssey, and the real bot."""
    plan = Plan(stream_limit_s, concurrent_streams, image_to_video, url_lifetime_s, small, cluster)
    asyncio.run(run_demo(port=port, crowd=crowd, data=data, plan=plan))
