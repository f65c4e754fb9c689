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
    """A message that the bot posted. A recording's post, or word that there is none yet, names its stream.

    A panel is open (not closed) until it shows that its broadcast is over.
    """

    message_id: int
    channel_id: int
    kind: PostKind
    broadcast_id: str
    posted_at: datetime
    stream_id: str | None = None
