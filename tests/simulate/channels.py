"""A model of Discord: messages stay, nonces are known for a while, answers are lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar

import discord

from tests.simulate.loop import Run, VirtualLoop, owner

Answer = TypeVar("Answer")

BOT = discord.Object(1)
LAST_WORDS_S = 0.3
"""What a run has said so long before its end still arrives: it was on its way."""
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, MISSING_PERMISSIONS = 10003, 10008, 50013


@dataclass(eq=False)
class ModelMessage:
    """A message that stands in a channel, as discord.py shows one."""

    id: int
    author: discord.Object
    at: float
    nonce: str | None = None
    payload: list[dict[str, Any]] = field(default_factory=list)
    content: str = ""
    flags: Any = field(default_factory=partial(SimpleNamespace, ephemeral=False))
    attachments: tuple[()] = ()
    embeds: tuple[()] = ()
    stickers: tuple[()] = ()
    poll: None = None
    model: ModelDiscord | None = None
    channel_id: int = 0
    marks: set[str] = field(default_factory=set)
    """The bot's reactions."""

    async def add_reaction(self, sign: str) -> None:
        assert self.model
        await PartialMessage(self.model, self.channel_id, self.id).add_reaction(sign)

    @property
    def components(self) -> list[Any]:
        return [SimpleNamespace(to_dict=lambda each=each: each) for each in self.payload]


class ModelDiscord:
    """All channels. `passed` is told of each effect. What it answers may be lost, while it is not calm."""

    def __init__(
        self,
        loop: VirtualLoop,
        luck: random.Random,
        now: Callable[[], datetime],
        note: Callable[..., None],
        passed: Callable[[str], None],
    ) -> None:
        self.standing: dict[int, dict[int, ModelMessage]] = {}
        """By channel: what can be read there now, by message ID."""
        self.gone: set[int] = set()
        """Channels that were deleted."""
        self.closed: set[int] = set()
        """Where the bot may do nothing just now."""
        self.is_calm = False
        self._loses = luck.choice((0.0, 0.05, 0.3))
        self._nonces_known_s = luck.choice((60.0, 300.0))
        self._slowness = luck.choice((0.1, 0.5, 3.0))
        self._loop = loop
        self._random = luck
        self._now = now
        self._note = note
        self._passed = passed
        self._count = 0

    def channel(self, channel_id: int) -> ModelChannel:
        return ModelChannel(self, channel_id)

    def somebody_says(self, channel_id: int) -> ModelMessage:
        return self.make(channel_id, discord.Object(2), None, [], "hello there")

    def make(
        self,
        channel_id: int,
        author: discord.Object,
        nonce: str | None,
        payload: list[Any],
        content: str = "",
    ) -> ModelMessage:
        """A message comes to stand there; by its nonce one that does already is answered."""
        self.check(channel_id)
        messages = self.standing.setdefault(channel_id, {})
        for message in messages.values():
            if nonce and message.nonce == nonce and self._loop.time() - message.at < self._nonces_known_s:
                return message
        self._count += 1
        message_id = discord.utils.time_snowflake(self._now()) + self._count
        message = ModelMessage(message_id, author, self._loop.time(), nonce, payload, content)
        message.model, message.channel_id = self, channel_id
        messages[message_id] = message
        if author is BOT:
            self._note("posted", channel_id, self._count)
        return message

    def check(self, channel_id: int, message_id: int | None = None) -> None:
        if channel_id in self.gone:
            raise failure(discord.NotFound, 404, UNKNOWN_CHANNEL)
        if channel_id in self.closed:
            raise failure(discord.Forbidden, 403, MISSING_PERMISSIONS)
        if message_id is not None and message_id not in self.standing.get(channel_id, {}):
            raise failure(discord.NotFound, 404, UNKNOWN_MESSAGE)

    async def ask(self, effect: Callable[[], Answer]) -> Answer:
        """A request: it is done or not, and its answer comes or not."""
        answered: asyncio.Future[Answer] = self._loop.create_future()
        asks = owner()
        fate = 2.0 if self.is_calm or not self._loses else self._random.random() / self._loses

        def arrives() -> None:
            if asks and not asks.is_alive and self._loop.time() - asks.died_at > LAST_WORDS_S:
                return
            answer: Any = None
            error: Exception | None = None
            try:
                if fate <= 0.5:
                    raise failure(discord.DiscordServerError, 503)
                answer = effect()
                if fate <= 1:
                    error = failure(discord.DiscordServerError, 500)
            except discord.HTTPException as refused:
                error = refused
            self._loop.outside(self.delay_s(), _settle, asks, answered, answer, error)
            self._passed("discord")

        self._loop.outside(self.delay_s(), arrives)
        return await answered

    def delay_s(self) -> float:
        return self._random.expovariate(1) * self._slowness


class ModelChannel:
    """What the bot uses of discord.py's channels."""

    def __init__(self, model: ModelDiscord, channel_id: int) -> None:
        self.id = channel_id
        self._model = model

    async def send(self, content: str = "", *, view: Any = None, nonce: str | None = None, **_: Any) -> Any:
        payload = view.to_components() if view else []
        return await self._model.ask(lambda: self._model.make(self.id, BOT, nonce, payload, content))

    def get_partial_message(self, message_id: int) -> PartialMessage:
        return PartialMessage(self._model, self.id, message_id)

    async def history(
        self,
        *,
        limit: int | None = 100,
        after: Any = None,
        before: Any = None,
        oldest_first: bool | None = None,
    ) -> AsyncIterator[ModelMessage]:
        def read() -> list[ModelMessage]:
            self._model.check(self.id)
            floor, ceiling = _snowflake(after, 0), _snowflake(before, 2**63)
            found = [m for m in self._model.standing.get(self.id, {}).values() if floor < m.id < ceiling]
            is_oldest_first = after is not None if oldest_first is None else oldest_first
            found.sort(key=lambda message: message.id, reverse=not is_oldest_first)
            return found[:limit]

        for message in await self._model.ask(read):
            yield message


class PartialMessage:
    """One message, by its ID."""

    def __init__(self, model: ModelDiscord, channel_id: int, message_id: int) -> None:
        self.id = message_id
        self.channel = ModelChannel(model, channel_id)
        self.jump_url = f"https://discord.com/channels/1/{channel_id}/{message_id}"
        self._model = model
        self._channel_id = channel_id

    async def add_reaction(self, sign: str) -> None:
        def add() -> None:
            self._model.check(self._channel_id, self.id)
            self._model.standing[self._channel_id][self.id].marks.add(sign)

        await self._model.ask(add)

    async def remove_reaction(self, sign: str, _me: object) -> None:
        def remove() -> None:
            self._model.check(self._channel_id, self.id)
            self._model.standing[self._channel_id][self.id].marks.discard(sign)

        await self._model.ask(remove)

    async def reply(self, content: str, **_: object) -> PartialMessage:
        said = await self.channel.send(content)
        return PartialMessage(self._model, self._channel_id, said.id)

    async def edit(self, *, view: Any, **_: Any) -> None:
        payload = view.to_components()

        def change() -> None:
            self._model.check(self._channel_id, self.id)
            self._model.standing[self._channel_id][self.id].payload = payload

        await self._model.ask(change)

    async def delete(self) -> None:
        def remove() -> None:
            self._model.check(self._channel_id, self.id)
            del self._model.standing[self._channel_id][self.id]

        await self._model.ask(remove)


def failure(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="as the model has it")
    return kind(response, {"code": code, "message": "as the model has it"})


def _snowflake(moment: Any, otherwise: int) -> int:
    if moment is None:
        return otherwise
    return discord.utils.time_snowflake(moment) if isinstance(moment, datetime) else int(moment.id)


def _settle(asks: Run | None, answered: asyncio.Future[Any], answer: Any, error: Exception | None) -> None:
    if answered.done() or (asks and not asks.is_alive):
        return
    if error:
        answered.set_exception(error)
        answered.exception()  # who asked may be dropped before they see it
    else:
        answered.set_result(answer)
