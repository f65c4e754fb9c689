"""From the first login to the stop: the bot is kept on Discord, whatever Discord does meanwhile."""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import aiohttp
import discord
from pydantic import SecretStr
from yarl import URL

from bot.broadcast.model import Channel
from bot.broadcast.sharding import shard_of
from bot.broadcast.telling.backoff import Backoff
from bot.discord.bot import AUTHENTICATION_FAILED, OdysseyBot
from bot.discord.services import Services
from bot.discord.shard_connection import CONNECTING_AGAIN_S
from bot.discord.sharding import Sharding
from bot.kit.errors import StartError
from bot.kit.references import new_reference

log = logging.getLogger(__name__)

BAD_TOKEN = "Discord refused DISCORD_TOKEN. Copy the token anew from the developer portal (Bot, Reset Token)."  # noqa: S105
TOO_MANY_REQUESTS = 429
LAST_DEEDS_S = 1.0
"""For commands under way, when the way to Discord is closed: what they do may still be stored."""
_TASKS_OF_DISCORD_PY = ("discord.py: ", "discord-ui-", "CommandTree-invoker")
"""What it calls the tasks that it starts and forgets: one for each event, click and command."""
SAID_LIMIT = 200
"""Of Discord's words: a proxy's page in between may be long."""


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's account, and the Discord-compatible server where it is; without URLs, Discord."""

    token: SecretStr
    api_url: str | None
    gateway_url: str | None

    def point_there(self) -> None:
        """Has discord.py go to that server, for the whole process: it has no other way."""
        if self.api_url and self.gateway_url:
            discord.http.Route.BASE = self.api_url
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(self.gateway_url)


class Connection:
    """The account's connection to Discord: one bot after the other, should it come to that."""

    def __init__(self, account: Account, sharding: Sharding | None = None) -> None:
        self.sharding = sharding or Sharding()
        self._account = account
        self._bot: OdysseyBot | None = None

    @property
    def is_up(self) -> bool:
        return self._bot is not None and self._bot.is_connected

    @property
    def trouble(self) -> str | None:
        """In a few words, what of Discord is not there; None while all is."""
        if self.is_up:
            return None
        missing, held = sorted(self.sharding.held - self.up), len(self.sharding.held)
        if held < 2 or len(missing) == held or not missing:
            return "not connected to Discord"
        return f"{len(missing)} of {held} shards are not connected to Discord"

    @property
    def latency_s(self) -> float | None:
        """What Discord's gateway takes to answer a heartbeat; None while it is away, or has not yet."""
        latency_s = self._bot.latency if self._bot and self._bot.is_connected else math.nan
        return latency_s if math.isfinite(latency_s) else None

    @property
    def latencies_s(self) -> Mapping[int, float | None]:
        """The same of each shard that is held, None while it is away."""
        held = self._bot.held if self._bot else {}
        return {shard: held[shard].latency_s if shard in held else None for shard in self.sharding.held}

    @property
    def up(self) -> frozenset[int]:
        """The shards that are connected."""
        held = self._bot.held if self._bot else {}
        return frozenset(shard_id for shard_id, connection in held.items() if connection.is_up)

    @property
    def sizes(self) -> Mapping[int, int]:
        """How many servers each shard has, of those that have been connected."""
        bot = self._bot
        if bot is None:
            return {}
        servers = Counter(shard_of(guild.id, self.sharding.count) for guild in bot.guilds)
        return {shard_id: servers[shard_id] for shard_id, each in bot.held.items() if each.knows_servers}

    async def hold(self, shards: Collection[int], *, of: int) -> None:
        """From now on the bot is on these shards, of so many in all, which never changes.

        Returns when those that it leaves are left: nobody takes that for a removal from their servers. New
        ones are connected by and by. May be called at any time. Raises `ValueError`.
        """
        self.sharding.hold(shards, of=of)
        if self._bot:
            await self._bot.hold()

    def name_of(self, channel: Channel) -> str | None:
        """What a channel or thread is called, as far as Discord has told."""
        guild = self._bot.get_guild(channel.guild_id) if self._bot else None
        found = guild.get_channel_or_thread(channel.id) if guild else None
        return found.name if found else None

    async def stay(self, services: Services, stop: asyncio.Event) -> None:
        """Runs the bot until `stop`; then ends the broadcasts while Discord can still show it.

        A Discord that is unwell is waited for. Raises `StartError` when it does not let the bot in; what it
        does once the bot was connected is no reason to end.
        """
        self._account.point_there()
        running = asyncio.create_task(self._connect_again_and_again(services), name="Discord")
        stopped = asyncio.create_task(stop.wait(), name="wait for the stop")
        try:
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            services.deadline.begin()
            log.info("stopping: streams are ended first")
            await services.end_streams(within_s=services.deadline.streams_s())
        finally:
            # While Discord is away, discord.py sleeps between its attempts, and would not notice a close.
            for task in (running, stopped):
                task.cancel()
            await asyncio.wait({running, stopped})

    async def _connect_again_and_again(self, services: Services) -> None:
        pauses = Backoff(*CONNECTING_AGAIN_S)
        was_ready = False
        while True:
            bot = self._bot = OdysseyBot(services, self.sharding)
            try:
                await bot.start(self._account.token.get_secret_value())
            except Exception as error:  # noqa: BLE001 - the boundary of one life on Discord: told, or raised
                was_ready = was_ready or bot.was_ready
                pause_s = max(pauses.next_s(), getattr(error, "retry_after", 0.0))
                _tell_or_raise(error, pause_s, was_ready=was_ready)
            finally:
                await _leave(bot)
            await services.clock.sleep(pause_s)


def _tell_or_raise(error: Exception, pause_s: float, *, was_ready: bool) -> None:
    """Says that the bot comes again. Raises `StartError` for what would be so the next time too."""
    if is_passing(error):
        log.warning("Discord is unwell (%s): the bot comes again in %.0f s", named(error), pause_s)
        return
    problem = problem_of(error)
    if not was_ready:
        if problem is None:
            reference = new_reference()
            log.error("Discord could not be joined", exc_info=error, extra={"ref": reference})
            problem = f"The bot could not start ({named(error)}). Look for {reference} in the log."
        raise StartError(problem) from error
    if problem is None:
        log.error("the bot fell out of Discord", exc_info=error, extra={"ref": new_reference()})
    log.error("%s Broadcasts go on; the bot comes again in %.0f s.", problem or "Discord is lost.", pause_s)


def is_passing(error: Exception) -> bool:
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == TOO_MANY_REQUESTS
    # That it cannot be reached is a network, or a URL, to look at; that it is silent is a matter of time.
    return isinstance(error, discord.RateLimited | discord.GatewayNotFound | TimeoutError)


def problem_of(error: Exception) -> str | None:
    """The operator's sentence for what Discord, or the way there, does not allow; None for anything else."""
    is_bad_token = isinstance(error, discord.ConnectionClosed) and error.code == AUTHENTICATION_FAILED
    if is_bad_token or isinstance(error, discord.LoginFailure):
        return BAD_TOKEN
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return f"Discord cannot be reached ({named(error)}). Check the network and DISCORD_API_URL."
    if isinstance(
        error, discord.HTTPException | discord.ConnectionClosed | discord.PrivilegedIntentsRequired
    ):
        said = " ".join(str(error).split())[:SAID_LIMIT].rstrip(".")
        return f"Discord does not let the bot in: {said}. Check DISCORD_API_URL and the developer portal."
    return None


def named(error: Exception) -> str:
    status = getattr(error, "status", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__


async def _leave(bot: OdysseyBot) -> None:
    """Lets the cogs say their last words, for as long as there is time."""
    try:
        async with asyncio.timeout(bot.services.deadline.leaving_s()):
            await bot.close()
    except Exception as error:  # noqa: BLE001 - the boundary of a farewell: gone is gone
        log.warning("no farewell to Discord (%s): what it shows is put right later", type(error).__name__)
    finally:  # a stop may come in the middle of it
        await bot.cut_off()
        await bot.http.close()
        await _end_what_was_begun()


async def _end_what_was_begun() -> None:
    """Commands and events that are still dealt with end before what they work with is closed."""
    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith(_TASKS_OF_DISCORD_PY)]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=LAST_DEEDS_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
