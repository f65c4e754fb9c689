"""A Discord of one's own on loopback: real HTTP and websocket, for an unmodified discord.py."""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.local.discord.gateway import Gateway
from bot.local.discord.people.users import Channel, Predicate, User
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.rest import BODY_LIMIT_BYTES, RestApi
from bot.local.discord.shards import SessionStarts
from bot.local.discord.state import Memory, World

HOST = "127.0.0.1"
CHANNELS = {
    "broadcasts": "Live worlds, steered by everyone in this channel",
    "lounge": "Talk about anything",
}


class LocalDiscord:
    """One guild with #broadcasts and #lounge, one application; the users mika (a moderator), robin and sasha.

    An async context manager; listens on 127.0.0.1 while it is open. `port` 0 takes any free one; a port in
    use raises `OSError`. `response_timeout_s` is how long an interaction waits for its first answer (Discord:
    3 s). `add_routes` may put more on the same web server, as the demo's page. With a `memory` of an earlier
    run it goes on from there, or raises `UnreadableError`. `starts` is what the bot may begin on the gateway.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        message_content_intent: bool = True,
        response_timeout_s: float = 3.0,
        bot_name: str = "Odyssey",
        guild_name: str = "Night Garden",
        memory: Memory | None = None,
        starts: SessionStarts | None = None,
        add_routes: Callable[[web.Application, LocalDiscord], None] | None = None,
    ) -> None:
        self._wanted_port = port
        self._message_content_intent = message_content_intent
        self._response_timeout_s = response_timeout_s
        self._names = (bot_name, guild_name)
        self._memory = memory
        self.starts = starts or SessionStarts()
        self._add_routes = add_routes
        self._users: dict[str, User] = {}

    async def __aenter__(self) -> Self:
        # Bound first: the world's addresses of uploads, and so the world itself, need the port.
        listening = _listening_socket(self._wanted_port)
        self.port: int = listening.getsockname()[1]
        try:
            self._create_world()
        except BaseException:
            listening.close()
            raise
        self._gateway = Gateway(
            self.world,
            token=self.token,
            url=self.gateway_url,
            starts=self.starts,
            used_up=self._reset_token,
        )
        self._api = api = RestApi(
            self.world, token=self.token, gateway_url=self.gateway_url, starts=self.starts
        )
        app = web.Application(client_max_size=BODY_LIMIT_BYTES)
        app.router.add_route("*", "/api/v10/{path:.*}", api.handle)
        app.router.add_get("/gateway", self._gateway.handle)
        app.router.add_get("/attachments/{channel}/{attachment}/{filename}", api.attachment)
        if self._add_routes is not None:
            self._add_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._gateway.close()
        await self._runner.cleanup()

    # ------------------------------------------------------------------ for the bot

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{HOST}:{self.port}/gateway"

    @property
    def shards(self) -> set[int]:
        """Those that the bot is connected for."""
        return self._gateway.shards

    async def drop_gateway(self, shard_id: int | None = None) -> None:
        """Breaks all gateway connections, or those of a shard, as a network fault does; they may resume."""
        await self._gateway.drop_connections(shard_id)

    async def lose_session(self, shard_id: int | None = None) -> None:
        """The same, but what happens until the bot is back is never told to it."""
        await self._gateway.drop_sessions(shard_id)

    # ------------------------------------------------------------------ for users and tests

    def channel(self, name: str) -> int:
        """The ID of "broadcasts" or "lounge"."""
        return self.world.channel_id(name)

    def user(self, name: str) -> User:
        return self._users[name]

    def add_server(self, name: str) -> int:
        """Another server, with the same people and moderators; returns the ID of its #broadcasts.

        Servers that are added one after the other are on one shard after the other.
        """
        guild_id = self.world.add_guild(name)
        return self.world.add_channel("broadcasts", CHANNELS["broadcasts"], guild_id=guild_id)

    @property
    def remembers(self) -> bool:
        """Whether there is a directory from which the next run takes all this."""
        return self._memory is not None

    @property
    def users(self) -> list[User]:
        return list(self._users.values())

    def add_user(self, name: str, *, display_name: str | None = None, moderator: bool = False) -> User:
        """Someone new, or who has that name already."""
        if name not in self._users:
            added = self.world.add_user(name, display_name=display_name, moderator=moderator)
            self._users[name] = self._user(added)
        return self._users[name]

    def messages(self, channel: Channel, as_user: str = "mika") -> list[SeenMessage]:
        """What a user sees in a channel, oldest first; private answers only to the user they are for."""
        return self.user(as_user).messages(channel)

    async def wait_for_message(
        self, channel: Channel, predicate: Predicate, *, timeout_s: float = 30.0, as_user: str = "mika"
    ) -> SeenMessage:
        """The newest message that fits, else the first that comes to fit (by being sent or edited).

        Waits on events. Raises `TimeoutError` that quotes the newest messages.
        """
        return await self.user(as_user).wait_for_message(channel, predicate, timeout_s=timeout_s)

    # ------------------------------------------------------------------ inside

    def _create_world(self) -> None:
        bot_name, guild_name = self._names
        self.world = World(
            base_url=self.url,
            guild_name=guild_name,
            bot_name=bot_name,
            message_content=self._message_content_intent,
            response_timeout_s=self._response_timeout_s,
            memory=self._memory,
        )
        self.token = self._new_token()
        self._users = {user.name: self._user(user.id) for user in self.world.users() if not user.is_bot}
        if self.world.is_new:
            for name, topic in CHANNELS.items():
                self.world.add_channel(name, topic)
            self.add_user("mika", display_name="Mika", moderator=True)
            self.add_user("robin", display_name="Robin")
            self.add_user("sasha", display_name="Sasha")

    def _new_token(self) -> str:
        owner = base64.urlsafe_b64encode(str(self.world.application_id).encode()).decode().rstrip("=")
        return f"{owner}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(28)}"

    def _reset_token(self) -> None:
        """The old one is good for nothing any more."""
        self.token = self._gateway.token = self._api.token = self._new_token()

    def _user(self, user_id: int) -> User:
        return User(self.world, user_id, response_timeout_s=self._response_timeout_s)


def _listening_socket(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except (OSError, OverflowError):
        listening.close()
        raise
    return listening
