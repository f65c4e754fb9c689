"""What the bot needs of a channel, and what of that it lacks, by Discord's names."""

from collections.abc import Sequence

import discord

SEES_AND_SAYS = ("view_channel", "send_messages")
"""Without one of these a broadcast that runs can be seen or steered by nobody."""
NEEDED = (*SEES_AND_SAYS, "attach_files")
"""Without one of these no broadcast starts in a channel."""
WANTED = ("embed_links", "add_reactions", "read_message_history")
"""Without one of these something is missing."""
_IN_THREADS = {"send_messages": "send_messages_in_threads"}


def lacking(names: Sequence[str], granted: discord.Permissions, *, in_thread: bool) -> list[str]:
    """Those that are not granted. A thread has its channel's permissions, and one for its messages."""
    asked = [_IN_THREADS.get(name, name) if in_thread else name for name in names]
    return [name for name in asked if not granted.administrator and not getattr(granted, name)]
