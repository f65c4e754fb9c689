"""The bot's messages that are remembered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """What a message of ours shows."""

    PANEL = "panel"
    RECORDING = "recording"
    NO_RECORDING = "no_recording"


@dataclass(frozen=True, slots=True)
class Post:
    """A message that the bot posts. Its ID is ours; `message_id` is Discord's, None until it is posted.

    It is open until it shows that its broadcast is over (`closed_at`). A broadcast may have several panels,
    but one message of its recordings: it shows so many of its streams (`streams_shown`), or, until there are
    any, that there is none yet.
    """

    id: str
    message_id: int | None
    channel_id: int
    kind: PostKind
    broadcast_id: str
    posted_at: datetime
    streams_shown: int = 0
    closed_at: datetime | None = None
    looks: str | None = None
    """`PastBroadcast.looks` of what it shows; None where an earlier version has posted it, "" if unknown."""
