"""What is said below a message of ours: of so much that a screen is full, it is out of sight."""

from collections.abc import Collection

import discord

KEPT = 100
"""Messages that are kept in mind, the newest: as many as a server can ask for."""
LINE, LINES = 40, 3
"""Characters in a line of a phone, and lines that add as much as a short message."""
PICTURE = 4
"""As how many short messages a picture is tall, or whatever else is more than text."""


class ChatBelow:
    """The last messages of a channel, each with its height. Their IDs say which stand below a panel."""

    def __init__(self) -> None:
        self._heights: dict[int, int] = {}

    def said(self, message: discord.Message) -> None:
        """Somebody said something, we ourselves too; what only one person sees does not count."""
        if message.flags.ephemeral:
            return
        self._heights[message.id] = _height(message)
        if len(self._heights) > KEPT:
            del self._heights[min(self._heights)]

    def deleted(self, message_ids: Collection[int]) -> None:
        """What is gone takes no room."""
        for message_id in message_ids:
            self._heights.pop(message_id, None)

    def height(self, panel_id: int) -> int:
        """As how many short messages all is tall that stands below this panel."""
        return sum(height for message_id, height in self._heights.items() if message_id > panel_id)


def _height(message: discord.Message) -> int:
    """Whose content the bot may not read is taken for a short one."""
    lines = sum(1 + len(line) // LINE for line in message.content.splitlines())
    has_more = message.attachments or message.embeds or message.components or message.stickers or message.poll
    return 1 + lines // LINES + (PICTURE if has_more else 0)
