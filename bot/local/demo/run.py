"""`python -m bot demo`: a local Discord with its page, a local Odyssey, and the real bot."""

import asyncio
import errno
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

from bot.local.demo.children import Child, child
from bot.local.demo.crowd import Crowd
from bot.local.demo.keeping import DirectoryError, keeping, kept_port, own_directory
from bot.local.demo.on_air import watch_link
from bot.local.demo.page_server import add_page
from bot.local.demo.plan import Plan
from bot.local.demo.plug import Plug
from bot.local.discord.server import HOST, LocalDiscord
from bot.local.discord.shards import IDENTIFY_EVERY_S, SessionStarts
from bot.local.discord.state import Memory, UnreadableError
from bot.process.settings import Settings
from bot.process.signals import stop_on_signals

T = TypeVar("T")

START_TIMEOUT_S = 60.0
BOT_GRACE_S = 30.0
OTHER_ACCOUNT = ("--other-key", "ody_demo_of_a_server")
"""For who tries `/odyssey account`."""
STANDIN_GRACE_S = 5.0
_POLL_INTERVAL_S = 0.05


class DemoError(Exception):
    """The demo cannot go on. The message is one sentence for the one who runs it."""


class DemoStoppedError(Exception):
    """The one who runs the demo ended it."""


async def run_demo(port: int, *, crowd: int = 0, data: Path | None = None, plan: Plan | None = None) -> None:
    """Runs the demo until it is told to stop; its page is at `port` (0 takes any free one).

    `crowd` simulated viewers chat, suggest and vote while a broadcast is on. What happens is kept in the
    directory `data`, and is there again in the next run; without one all is forgotten. `plan` is what the
    local Odyssey allows.

    Says on standard output when everything is ready, where, and what is kept. Exits with status 1 and one
    sentence when it cannot start or when a part of it ends by itself.
    """
    stop = stop_on_signals(BOT_GRACE_S + STANDIN_GRACE_S)
    try:
        await _run(port, crowd, data, plan or Plan(), stop)
    except DemoStoppedError:
        return
    except (DemoError, DirectoryError) as error:
        sys.exit(str(error))


async def _run(port: int, crowd: int, data: Path | None, plan: Plan, stop: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="demo-", ignore_cleanup_errors=True))
        )
        kept_in = stack.enter_context(own_directory(data)) if data else directory
        memory = Memory(kept_in) if data else None
        plug = Plug()
        discord = await _open_discord(port, memory, plug, stack)
        if memory:
            await stack.enter_async_context(keeping(discord.world, memory))
        viewers = Crowd(discord, crowd) if crowd else None
        environment = _clean_environment()
        options = plan.options
        if data:
            options += ["--recordings-dir", str(kept_in / "recordings")]
        key = f"ody_{secrets.token_hex(16)}"
        # Both start at once, since most of their start is loading: so the bot is told the port of the other.
        standin_port, free_port = _free_ports(2)
        web_port = kept_port(kept_in, otherwise=free_port)
        standin = await stack.enter_async_context(
            child(
                "The stand-in for Odyssey",
                [
                    "standin",
                    "--host",
                    HOST,
                    "--port",
                    str(standin_port),
                    "--api-key",
                    key,
                    *OTHER_ACCOUNT,
                    *options,
                ],
                environment=environment,
                directory=directory,
                grace_s=STANDIN_GRACE_S,
            )
        )
        environment |= {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "ODYSSEY_API_KEY": key,
            "ODYSSEY_API_URL": f"http://{HOST}:{standin_port}",
            "DATABASE_URL": f"sqlite:///{quote(str(kept_in / 'demo.sqlite3'))}",
            "WEB_HOST": HOST,
            "WEB_PORT": str(web_port),
            "PUBLIC_URL": f"http://{HOST}:{web_port}",
            "FRAME_ANCESTORS": f"{discord.url}, {discord.url.replace(HOST, 'localhost')}",
            "ACCOUNT_SECRETS": "the-demo-has-nothing-to-hide",
            **plan.bot_settings,
        }
        health_url = f"http://{HOST}:{web_port}/healthz"
        start = partial(
            child, plug.name, ["run"], environment=environment, directory=directory, grace_s=BOT_GRACE_S
        )
        connected = partial(_until_connected, discord, health_url)
        await stack.enter_async_context(plug.power(start, connected, partial(watch_link, discord)))
        await _unless_ended(_until_ready(standin, connected), stop, [plug, standin])
        fate = (
            f"All is kept in {kept_in}." if data else "Nothing is kept when it ends; DATA=directory keeps it."
        )
        sys.stdout.write(f"Demo ready: {discord.url}/\n{fate}\n")
        sys.stdout.flush()
        await _unless_ended(viewers.run() if viewers else asyncio.Event().wait(), stop, [plug, standin])


async def _open_discord(port: int, memory: Memory | None, plug: Plug, stack: AsyncExitStack) -> LocalDiscord:
    starts = SessionStarts(identify_every_s=IDENTIFY_EVERY_S)
    server = LocalDiscord(port=port, add_routes=partial(add_page, plug=plug), memory=memory, starts=starts)
    try:
        return await stack.enter_async_context(server)
    except UnreadableError as error:
        raise DemoError(f"{error}: move it away to begin anew, or choose another directory.") from None
    except OverflowError:
        raise DemoError(f"There is no port {port}; ports go from 1 to 65535.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DemoError(
                f"Port {port} is taken; choose another, as in: make demo PORT={port + 1}"
            ) from None
        raise DemoError(f"The demo cannot listen on port {port}: {error.strerror}.") from None


def _clean_environment() -> dict[str, str]:
    """This process's environment without the settings of a real bot that may be in it.

    The children run in a directory of their own, so that no `.env` reaches them either.
    """
    names = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in names}
    return {**kept, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}


def _free_ports(count: int) -> list[int]:
    """The parts must be told their ports before they have them; so these are found a moment earlier."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


async def _until_ready(standin: Child, until_connected: Callable[[], Awaitable[None]]) -> None:
    """Waits until the stand-in listens, the bot is connected, and its commands are there."""
    if not await standin.first_line():
        raise DemoError(f"{standin.name} did not start.")
    await until_connected()


async def _until_connected(discord: LocalDiscord, health_url: str) -> None:
    try:
        async with asyncio.timeout(START_TIMEOUT_S), aiohttp.ClientSession() as http:
            # Asked from outside, as an operator's health check does: the bot is another process.
            while not (discord.user("mika").commands("broadcasts") and await _is_healthy(http, health_url)):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_INTERVAL_S)
    except TimeoutError:
        raise DemoError(f"The bot was not ready within {START_TIMEOUT_S:.0f} s.") from None


async def _is_healthy(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def _unless_ended(
    work: Coroutine[Any, Any, T], stop: asyncio.Event, parts: Sequence[Child | Plug]
) -> T:
    """The result of `work`.

    Raises `DemoStoppedError` when `stop` came first, and `DemoError` when a part ended first.
    """
    working = asyncio.create_task(work, name="demo: work")
    stopped = asyncio.create_task(stop.wait(), name="demo: wait for the stop")
    endings = {asyncio.create_task(part.ended(), name=f"demo: {part.name}"): part for part in parts}
    try:
        done, _ = await asyncio.wait({working, stopped, *endings}, return_when=asyncio.FIRST_COMPLETED)
        for task in done & endings.keys():
            status = task.result()
            raise DemoError(f"{endings[task].name} ended by itself (exit status {status}), so the demo ends.")
        if working in done:
            return working.result()
        raise DemoStoppedError
    finally:
        for task in (working, stopped, *endings):
            task.cancel()
        await asyncio.wait({working, stopped, *endings})
