"""The dialogue that a key is typed into: it stands in no command, and is never filled in."""

from collections.abc import Awaitable, Callable

import discord
from discord.ui import Label, TextInput

from bot.broadcast.errors import BroadcastError, Code
from bot.process.logs import TYPED_SECRET
from cogs.kit.dialogue import Dialogue
from cogs.wording import accounts as words

SLOTS = range(1, 1001)
KEY_LIMIT = 512

Done = Callable[[discord.Interaction, str, int], Awaitable[None]]
"""Gets the key as it was typed, and how many streams its plan allows at once."""


class AccountDialogue(Dialogue, title=words.DIALOGUE):
    def __init__(self, slots: int, *, done: Done) -> None:
        super().__init__()
        self._done = done
        self._key = TextInput["AccountDialogue"](custom_id=TYPED_SECRET, max_length=KEY_LIMIT)
        self._slots = TextInput["AccountDialogue"](default=str(slots), max_length=4)
        self.add_item(Label(text=words.KEY, description=words.KEY_HINT, component=self._key))
        self.add_item(Label(text=words.SLOTS, description=words.SLOTS_HINT, component=self._slots))

    async def submitted(self, interaction: discord.Interaction) -> None:
        slots = self._slots.value.strip()
        if not (slots.isascii() and slots.isdecimal()) or int(slots) not in SLOTS:
            raise BroadcastError(Code.WRONG_SLOTS)
        await self._done(interaction, self._key.value, int(slots))
