"""`python -m bot demo`: a local Discord with its page, a local Odyssey, and the real bot, or several."""

import asyncio
import errno
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import quote

from bot.local.demo.children import Child, child
from bot.local.demo.crowd import Crowd
from bot.local.demo.errors import DemoError
from bot.local.demo.health import until_healthy
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

if TYPE_CHECKING:
    from bot.local.demo.cluster.fleet import Fleet

T = TypeVar("T")
Part: TypeAlias = "Child | Plug | Fleet"
"""What must not end by itself."""

START_TIMEOUT_S = 60.0
BOT_GRACE_S = 30.0
OTHER_ACCOUNT = ("--other-key", "ody_demo_of_a_server")
"""For who tries `/odyssey account`."""
STANDIN_GRACE_S = 5.0
_POLL_INTERVAL_S = 0.05
BOTS, SHARDS = 3, 4
"""Of a cluster."""


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
        bots = _several() if plan.is_cluster else Plug()
        discord = await _open_discord(port, memory, bots, stack)
        if memory:
            await stack.enter_async_context(keeping(discord.world, memory))
        viewers = Crowd(discord, crowd) if crowd else None
        environment = _clean_environment()
        options = plan.options
        if data:
            options += ["--recordings-dir", str(kept_in / "recordings")]
        key = f"ody_{secrets.token_hex(16)}"
        # Both start at once, since most of their start is loading: so the bot is told the port of the other.
        standin_port, free_port, *more_ports = _free_ports(2 + BOTS)
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
            "FRAME_ANCESTORS": f"{discord.url}, {discord.url.replace(HOST, 'localhost')}",
            "ACCOUNT_SECRETS": "the-demo-has-nothing-to-hide",
            **plan.bot_settings,
        }
        parts: list[Part] = [bots, standin]
        within_s = START_TIMEOUT_S * (BOTS if plan.is_cluster else 1)
        if isinstance(bots, Plug):
            ready = await _open_one(stack, bots, discord, environment, web_port, kept_in, directory)
        else:
            from bot.local.demo.cluster.opening import open_cluster, until_all_are_up

            ports = (web_port, *more_ports)
            parts.append(
                await open_cluster(
                    stack, bots, discord, environment, ports=ports, kept_in=kept_in, directory=directory
                )
            )
            ready = partial(until_all_are_up, bots, discord)
        await _unless_ended(_until_ready(standin, ready, within_s=within_s), stop, parts)
        fate = (
            f"All is kept in {kept_in}." if data else "Nothing is kept when it ends; DATA=directory keeps it."
        )
        sys.stdout.write(f"Demo ready: {discord.url}/\n{fate}\n")
        sys.stdout.flush()
        await _unless_ended(viewers.run() if viewers else asyncio.Event().wait(), stop, parts)


async def _open_one(
    stack: AsyncExitStack,
    plug: Plug,
    discord: LocalDiscord,
    environment: Mapping[str, str],
    port: int,
    kept_in: Path,
    directory: Path,
) -> Callable[[], Awaitable[None]]:
    """One bot with a file, for as long as the stack is open; returns what waits for it to be connected."""
    url = f"http://{HOST}:{port}"
    own = {
        "DATABASE_URL": f"sqlite:///{quote(str(kept_in / 'demo.sqlite3'))}",
        "WEB_HOST": HOST,
        "WEB_PORT": str(port),
        "PUBLIC_URL": url,
    }
    start = partial(
        child,
        plug.name,
        ["run"],
        environment={**environment, **own},
        directory=directory,
        grace_s=BOT_GRACE_S,
    )
    connected = partial(_until_connected, discord, url)
    await stack.enter_async_context(plug.power(start, connected, partial(watch_link, discord)))
    return connected


def _several() -> "Fleet":
    """The bots of a cluster. What they need is not loaded for one."""
    from bot.local.demo.cluster.fleet import Fleet

    return Fleet()


async def _open_discord(
    port: int, memory: Memory | None, bots: "Plug | Fleet", stack: AsyncExitStack
) -> LocalDiscord:
    shards = 1 if isinstance(bots, Plug) else SHARDS  # which all may identify at once
    starts = SessionStarts(shards=shards, max_concurrency=shards, identify_every_s=IDENTIFY_EVERY_S)
    server = LocalDiscord(port=port, add_routes=partial(add_page, bots=bots), memory=memory, starts=starts)
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


async def _until_ready(
    standin: Child, until_connected: Callable[[], Awaitable[None]], *, within_s: float
) -> None:
    """Waits until the stand-in listens, all bots are connected, and their commands are there."""
    if not await standin.first_line():
        raise DemoError(f"{standin.name} did not start.")
    try:
        async with asyncio.timeout(within_s):
            await until_connected()
    except TimeoutError:
        raise DemoError(f"The bot was not ready within {within_s:.0f} s.") from None


async def _until_connected(discord: LocalDiscord, url: str) -> None:
    await until_healthy(url)
    while not discord.user("mika").commands("broadcasts"):  # noqa: ASYNC110
        await asyncio.sleep(_POLL_INTERVAL_S)


async def _unless_ended(work: Coroutine[Any, Any, T], stop: asyncio.Event, parts: Sequence["Part"]) -> T:
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
