"""What the bot asks to hear of, and how it goes on with less when that is not granted."""

import asyncio
import logging

import discord

log = logging.getLogger(__name__)


def wanted() -> discord.Intents:
    """Chat, and what is done to servers and their channels."""
    return discord.Intents(guilds=True, moderation=True, guild_messages=True, message_content=True)


class AskedIntents:
    """The intents that all shards identify with: Discord grants all of them, or lets nobody in."""

    def __init__(self, client: discord.Client, intents: discord.Intents) -> None:
        self.reads_chat = True
        """Whether the bot gets the content of messages."""
        self._client = client
        self._intents = intents
        """discord.py's own, which it reads at each identify."""
        self._asking = asyncio.Lock()

    @property
    def value(self) -> int:
        return self._intents.value

    def ask_for_members(self, flags: discord.ApplicationFlags) -> None:
        """Asks to hear who leaves, where the developer portal has that intent switched on."""
        if flags.gateway_guild_members or flags.gateway_guild_members_limited:
            self._intents.members = True  # too late for the constructor: who logs in learns it

    async def ask_for_less(self, than: int) -> None:
        """Goes on without the intents that are switched off. Raises when there is none to spare.

        `than` is the value that was refused: nothing is done if less is asked for already.
        """
        async with self._asking:
            if self.value == than:
                await self._ask_for_less()

    async def _ask_for_less(self) -> None:
        intents = self._intents
        before = (intents.message_content, intents.members)
        if before == (False, False):
            raise discord.PrivilegedIntentsRequired(None)
        content, members = await self._granted()
        if (content, members) == before:
            content = members = False  # whatever it says, it did not grant them
        intents.message_content, intents.members = content, members
        self.reads_chat = content
        if not content:
            log.warning(
                "The message content intent is switched off in Discord's developer portal (Bot, Privileged "
                "Gateway Intents): chat messages cannot steer. Slash commands and buttons work."
            )
        if before[1] and not members:
            log.warning("The server members intent was switched off: who leaves may keep a place in line.")

    async def _granted(self) -> tuple[bool, bool]:
        """Whether the portal has message content and members switched on, of those that were asked for."""
        intents = self._intents
        try:
            flags = (await self._client.application_info()).flags
        except Exception as error:  # noqa: BLE001 - the boundary of one question: without an answer, neither
            log.warning("Discord does not say which intents it grants (%s)", type(error).__name__)
            return False, False
        content = flags.gateway_message_content or flags.gateway_message_content_limited
        members = flags.gateway_guild_members or flags.gateway_guild_members_limited
        return intents.message_content and content, intents.members and members
