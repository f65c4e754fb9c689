"""The bot as Discord sees it."""

import asyncio
import logging
import math
import sys
from typing import Any

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.broadcast.sharding import Shard, shard_of
from bot.discord.chat_queue import ChatQueue
from bot.discord.commands_telling import tell_commands
from bot.discord.event_guard import guard, guard_tasks
from bot.discord.held_shards import HeldShards
from bot.discord.identifying import OwnTurns
from bot.discord.intents import AskedIntents, wanted
from bot.discord.services import Services
from bot.discord.session_starts import SessionStarts
from bot.discord.shard_connection import Life, ShardConnection
from bot.discord.sharding import Sharding
from bot.discord.state import ShardedState
from bot.kit.references import new_reference

log = logging.getLogger(__name__)

EXTENSION = "cogs.odyssey"

LOGIN_TIMEOUT_S = 90.0
LONGEST_LIMIT_S = 30.0
"""While it logs in, the bot waits itself for a rate limit that takes longer: so that it can say so."""
GUILDS_COME_WITHIN_S = 0.5
"""Each after the one before: the bot is ready when none came for so long. Nothing here waits for them."""
TELLING_HEAD_START_S = 2.0
"""For the list of commands to be there when the bot is."""
AUTHENTICATION_FAILED = 4004
RESUMABLE = 4000
"""How a connection is closed whose session is not over."""


class OdysseyBot(commands.AutoShardedBot):
    """A discord.py bot with our services on it, which goes on with less when Discord grants it less.

    Which shards it is on may change while it runs; discord.py's own launching of shards is not used.
    """

    _connection: ShardedState

    def __init__(self, services: Services, sharding: Sharding | None = None) -> None:
        # No voice here, so nobody needs to hear that its packages are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            # For servers that the bot is in: elsewhere it could neither keep a panel nor post a recording.
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            intents=wanted(),
            # Nothing that users write can ping anyone.
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=GUILDS_COME_WITHIN_S,
        )
        self.services = services
        self.was_ready = False
        """Whether it was ever connected."""
        self.asked = AskedIntents(self, self._connection._intents)
        sharding = sharding or Sharding()
        self.starts = SessionStarts(
            self.http, sharding.identifying or OwnTurns(services.clock), services.clock
        )
        self.held = HeldShards(self._connection_of, self._left)
        """The shards that it is on."""
        self._sharding = sharding
        self._has_joined = False
        self._telling: asyncio.Task[None] | None = None
        self._connection.held = self.held
        guard(self._connection.parsers)
        self._chat = ChatQueue(self._connection.parsers)

    @property
    def reads_chat(self) -> bool:
        """Whether it gets the content of messages."""
        return self.asked.reads_chat

    @property
    def is_connected(self) -> bool:
        """Whether Discord is there at the moment, with all shards that the bot is to be on."""
        return self._has_joined and self.held.are_up

    @property
    def latency(self) -> float:
        """Of all shards the mean; not a number while none has answered."""
        known = [each.latency_s for each in self.held.values() if each.latency_s is not None]
        return sum(known) / len(known) if known else math.nan

    def shard(self, shard_id: int) -> Shard:
        return Shard(shard_id, self._sharding.count)

    def hearing_of(self, guild_id: int) -> ShardConnection | None:
        """What hears of a server; None if this bot does not."""
        return self.held.get(shard_of(guild_id, self._sharding.count))

    def knows(self, guild_id: int) -> bool:
        """Whether Discord has told if the bot is in this server."""
        hearing = self.hearing_of(guild_id)
        return hearing is not None and hearing.knows_servers

    async def login(self, token: str) -> None:
        """As discord.py's, but it comes to an end, also when Discord does not answer or asks to wait long."""
        self.http.max_ratelimit_timeout = LONGEST_LIMIT_S
        async with asyncio.timeout(LOGIN_TIMEOUT_S):
            await super().login(token)
        self.http.max_ratelimit_timeout = None

    async def setup_hook(self) -> None:
        """Loads the cogs, and has Discord told of the commands; it may know them, so nothing waits long."""
        guard_tasks(asyncio.get_running_loop())
        self.asked.ask_for_members(self.application_flags)
        self._sharding.recommended((await self.starts.ask()).shards)
        await self.load_extension(EXTENSION)
        clock, answered = self.services.clock, asyncio.Event()
        telling = tell_commands(self.tree, clock, answered, may_tell=self.services.keeps_house)
        self._telling = asyncio.create_task(telling, name="tell Discord of the commands")
        await clock.wait(answered, clock.steady() + TELLING_HEAD_START_S)

    async def connect(self, *, reconnect: bool = True) -> None:
        """Returns never: the bot is on its shards, and comes back whatever breaks.

        Neither an intent that is taken away nor nonsense from Discord ends it; the cogs go on with what they
        know. Raises what coming back would not change.
        """
        del reconnect  # always
        self._has_joined = True
        try:
            await self.hold()
            await self.held.fail()
        finally:
            await self.held.rest()

    async def hold(self) -> None:
        """Goes on the shards that it is to be on, and leaves all others; once it connects."""
        if self._has_joined:
            self.shard_count = self._connection.shard_count = self._sharding.count
            await self.held.hold(self._sharding.held)
            self._note()

    async def close(self) -> None:
        self._has_joined = False
        self._note()
        self._chat.clear()
        # Those that wait for servers are discord.py's own, which it leaves behind.
        tasks = [*([self._telling] if self._telling else []), *self._connection.coming()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().close()

    async def cut_off(self) -> None:
        """Drops the connections, without waiting for what the other side says to that."""
        await self.held.rest()
        await self.held.close(RESUMABLE)

    def _get_websocket(self, guild_id: int | None = None, *, shard_id: int | None = None) -> DiscordWebSocket:
        """Raises `ConnectionResetError`, as discord.py wants one that is there."""
        hearing = self.hearing_of(guild_id or 0) if shard_id is None else self.held.get(shard_id)
        if hearing is None or hearing.ws is None or not hearing.ws.open:
            raise ConnectionResetError("the shard is not connected")
        return hearing.ws

    def _get_state(self, **options: Any) -> ShardedState:
        return ShardedState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        del initial  # what that says of one process is not enough
        await self.held[shard_id or 0].wait_for_turn()

    async def on_shard_ready(self, shard_id: int) -> None:
        if shard_id in self.held:
            self.held[shard_id].told()
            self.was_ready = True
            self._note()
        if self.held.are_up:
            self._connection.call_handlers("ready")
            self.dispatch("ready")

    async def on_ready(self) -> None:
        log.info("connected to Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        self._note()

    async def on_message(self, message: discord.Message, /) -> None:
        """Chat goes to the cogs' listeners; there are no text commands."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """What a listener did not foresee is a line in the log."""
        log.error("failed at %s", event_method, exc_info=sys.exception(), extra={"ref": new_reference()})

    def _connection_of(self, shard_id: int) -> ShardConnection:
        life = Life(self, self.services.clock, self.starts, self.asked, self._lost, self._falls_with)
        return ShardConnection(self.shard(shard_id), life)

    def _left(self, shard_id: int) -> None:
        """A shard is none of this bot's any more."""
        self._connection.forget(shard_id)
        self.dispatch("shard_left", shard_id)

    def _falls_with(self, error: Exception, shard_id: int) -> bool:
        """Whether the bot has to come anew after what happened to a shard; else the shard alone does."""
        if not self.was_ready or self.is_closed():
            return True
        if isinstance(error, discord.ConnectionClosed):
            return error.code == AUTHENTICATION_FAILED or self.held.keys() == {shard_id}
        return False

    def _lost(self, shard_id: int) -> None:
        """A shard's connection is gone: it comes back by itself."""
        self._note()
        self.dispatch("disconnect")
        self.dispatch("shard_disconnect", shard_id)

    def _note(self) -> None:
        self.services.answers.discord(is_there=self.is_connected)
