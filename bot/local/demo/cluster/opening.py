"""Opens what a cluster has in place of one bot: PostgreSQL, three bots, and what stands before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from bot.local.demo.children import Child, child
from bot.local.demo.cluster.fleet import Fleet
from bot.local.demo.cluster.front import Front
from bot.local.demo.cluster.member import Member
from bot.local.demo.cluster.postgres import MISSING
from bot.local.demo.errors import DemoError
from bot.local.demo.health import until_healthy
from bot.local.discord.server import HOST, LocalDiscord
from bot.storage.address import database_address

SERVERS = (
    "Paper Harbour",
    "Lantern Club",
    "Tin Orchestra",
    "Glass Tundra",
    "Slow Comet",
    "Moss & Meteor",
    "Cloud Survey",
)
"""Beside the one at home: two on each shard."""
GRACE_S = 35.0
"""To hand over takes up to 30."""
_DATABASE_GRACE_S = 10.0
_POLL_S = 0.1


async def open_cluster(
    stack: AsyncExitStack,
    fleet: Fleet,
    discord: LocalDiscord,
    environment: Mapping[str, str],
    *,
    ports: tuple[int, ...],
    kept_in: Path,
    directory: Path,
) -> Child:
    """All of it, for as long as the stack is open; returns the database, which may end by itself.

    `ports` are that before the bots, then those of the bots. Raises `DemoError`.
    """
    if len(discord.world.guild_ids) == 1:
        for name in SERVERS:
            discord.add_server(name)
    await asyncio.to_thread(
        directory.chmod, 0o711
    )  # PostgreSQL runs as another user when the demo is run by an administrator
    database = await stack.enter_async_context(
        child(
            "PostgreSQL",
            [str(kept_in / "postgresql")],
            environment=environment,
            directory=directory,
            grace_s=_DATABASE_GRACE_S,
            module="bot.local.demo.cluster.postgres",
        )
    )
    front, *own = ports
    await stack.enter_async_context(Front(lambda: fleet.origins).serve(front))
    url = await database.first_line()
    server = database_address(url).server if url and url != MISSING else None
    if server is None:
        raise DemoError(
            "This demo needs PostgreSQL: make demo-cluster installs it."
            if url == MISSING
            else "PostgreSQL did not start."
        )
    shared = {**environment, "CLUSTER": "true", "DATABASE_URL": url, "PUBLIC_URL": f"http://{HOST}:{front}"}
    members = [
        _member(number, port, fleet.hear, shared, directory) for number, port in enumerate(own, start=1)
    ]
    names = discord.world.guild_names
    await stack.enter_async_context(
        fleet.running(members, server, lambda guild_id: names.get(guild_id, "another server"))
    )
    return database


async def until_all_are_up(fleet: Fleet, discord: LocalDiscord) -> None:
    """Waits until each bot is well, all shards are connected, and the commands are there."""
    await asyncio.gather(*(member.was_up.wait() for member in fleet.members))
    mika, wanted = discord.user("mika"), discord.starts.shards
    while not (len(discord.shards) == wanted and mika.commands("broadcasts")):  # noqa: ASYNC110
        await asyncio.sleep(_POLL_S)


def _member(
    number: int, port: int, changed: Callable[[Member], None], shared: Mapping[str, str], directory: Path
) -> Member:
    name, url = f"Bot {number}", f"http://{HOST}:{port}"
    environment = {**shared, "WEB_HOST": HOST, "WEB_PORT": str(port)}
    start = partial(child, name, ["run"], environment=environment, directory=directory, grace_s=GRACE_S)
    return Member(name, url, start, partial(until_healthy, url), changed)
