"""Direct messages: few at a time, and none to who takes none."""

from collections import deque

import discord

from bot.discord.bot import OdysseyBot
from cogs.kit.answers import DISCORD_FAILED

LIMIT, WINDOW_S = 10, 20.0
"""Direct messages at most in a time: Discord takes a bot that sends many of them for a nuisance."""
UNREACHABLE_FOR_S = 3600.0
"""How long it is held against somebody that they take no direct messages: they may come to allow them."""


class DirectMessages:
    """The bot's, to whoever takes them."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._clock = bot.services.clock
        self._unreachable: dict[int, float] = {}
        self._sent_at: deque[float] = deque(maxlen=LIMIT)

    def are_taken_by(self, user_id: int) -> bool:
        """Whether somebody takes them, as far as is known."""
        now = self._clock.steady()
        while self._unreachable and now - next(iter(self._unreachable.values())) >= UNREACHABLE_FOR_S:
            del self._unreachable[next(iter(self._unreachable))]
        return user_id not in self._unreachable

    @property
    def wait_s(self) -> float:
        """So long none is to be sent, since many were."""
        if len(self._sent_at) < LIMIT:
            return 0.0
        return max(0.0, self._sent_at[0] + WINDOW_S - self._clock.steady())

    async def send(self, user_id: int, text: str) -> bool:
        """Whether it was delivered, as far as is known."""
        self._sent_at.append(self._clock.steady())
        try:
            channel = await self._bot.create_dm(discord.Object(user_id))
            await channel.send(text)
        except discord.Forbidden:  # who takes no messages from us is not asked again soon
            self._unreachable[user_id] = self._clock.steady()
        except DISCORD_FAILED:
            pass
        else:
            return True
        return False
