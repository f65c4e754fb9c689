"""The bot's messages that are remembered."""

from __future__ import annotations

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

    A recording's post, or word that there is none yet, names its stream. A panel is open (not closed) until
    it shows that its broadcast is over.
    """

    id: str
    message_id: int | None
    channel_id: int
    kind: PostKind
    broadcast_id: str
    posted_at: datetime
    stream_id: str | None = None
