"""Sessions of the gateway: what clients that identified have been sent, so that they can resume."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.local.discord.intents import Intents
from bot.local.discord.shards import Shard

EVENTS_KEPT_FOR_RESUME = 20_000
SESSIONS_KEPT = 8
"""Of each shard."""
DISPATCH = 0
"""The opcode of an event."""


class Session:
    """What one identified client has been sent; outlives its connection so that it can be resumed."""

    def __init__(self, intents: Intents, shard: Shard) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard = shard
        self.sequence = 0
        self.changed = asyncio.Event()
        self._kept: deque[tuple[int, str]] = deque(maxlen=EVENTS_KEPT_FOR_RESUME)

    def push(self, event: str, payload: Mapping[str, Any]) -> None:
        self.sequence += 1
        frame = json.dumps({"op": DISPATCH, "t": event, "s": self.sequence, "d": payload})
        self._kept.append((self.sequence, frame))
        self.changed.set()

    def acknowledge(self, sequence: int) -> None:
        """Forgets what the client says it has."""
        while self._kept and self._kept[0][0] <= sequence:
            self._kept.popleft()

    def after(self, sequence: int) -> list[tuple[int, str]] | None:
        """The frames that follow `sequence`, or None when some of them are forgotten."""
        if sequence > self.sequence:
            return None
        missing = self.sequence - sequence
        if missing > len(self._kept):
            return None
        # Only the tail is walked: this runs for every event, and the kept part may be long.
        return list(islice(reversed(self._kept), missing))[::-1]


class Sessions:
    """All that can be resumed: of each shard the newest."""

    def __init__(self) -> None:
        self._known: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._known.values()))

    def get(self, session_id: str) -> Session | None:
        return self._known.get(session_id)

    def add(self, session: Session) -> None:
        self._known[session.id] = session
        of_shard = [each for each in self if each.shard == session.shard]
        for old in of_shard[:-SESSIONS_KEPT]:
            self.forget(old)

    def forget(self, session: Session) -> None:
        self._known.pop(session.id, None)
