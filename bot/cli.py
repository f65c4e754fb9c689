"""The command line. Each command imports what it runs, so that `--help` stays quick."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

app = typer.Typer(
    help="A Discord bot for live, crowd-steered Odyssey broadcasts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def standin(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any free one.")] = 9000,
    api_key: Annotated[str, typer.Option(help="The one key that clients may use.")] = "ody_local",
) -> None:
    """Serve a local Odyssey: the same protocol, a drawn world, real recordings."""
    from bot.standin.service import StandinSettings, serve_standin

    asyncio.run(serve_standin(StandinSettings(host=host, port=port, api_key=api_key)))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the demo page; 0 takes any free one.")] = 8080,
) -> None:
    """Run everything on this machine: a local Discord, a local Odyssey, and the real bot."""
    from bot.demo.run import run_demo

    asyncio.run(run_demo(port=port))
