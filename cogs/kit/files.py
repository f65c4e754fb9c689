"""Files that go along with a message: what a server takes."""

import discord

REFUSED_WITH = (400, 403, 413)
"""What Discord says where files are too large, are not taken, or may not be attached."""


def most_bytes(guild: discord.Guild | None) -> int:
    """How large the files of a message may be in a server; of one that is not known, what all take."""
    return guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
