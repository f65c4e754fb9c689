"""Reserved streamers: who holds one, and how many may be held at once."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from bot.standin.refusals import RequestRefusedError

UNCLAIMED_LIMIT_S = 60.0  # a reservation that nobody connects to lapses


@dataclass(slots=True)
class Session:
    """One reservation. It counts against the limit until it is released or lapses."""

    session_id: str
    requested_at: float = field(default_factory=time.monotonic)
    is_connected: bool = False


class Sessions:
    """All reservations of the service."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sessions: dict[str, Session] = {}

    @property
    def active_count(self) -> int:
        """How many reservations are held now."""
        self._forget_lapsed()
        return len(self._sessions)

    def reserve(self) -> Session:
        """A new reservation; refused with the protocol's usage error when too many are held."""
        active = self.active_count
        if active >= self._limit:
            raise RequestRefusedError(
                429, concurrent_limit(active, self._limit), why="too many concurrent streams"
            )
        session = Session(uuid.uuid4().hex)
        self._sessions[session.session_id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """The reservation with this ID, if it is still held."""
        self._forget_lapsed()
        return self._sessions.get(session_id)

    def release(self, session: Session) -> None:
        """Give the streamer back."""
        self._sessions.pop(session.session_id, None)

    def _forget_lapsed(self) -> None:
        oldest = time.monotonic() - UNCLAIMED_LIMIT_S
        for session in list(self._sessions.values()):
            if not session.is_connected and session.requested_at < oldest:
                self.release(session)


def concurrent_limit(active_count: int, limit: int) -> dict[str, object]:
    """The usage error CONCURRENT_LIMIT_REACHED (protocol page, "REST")."""
    return {
        "error": "CONCURRENT_LIMIT_REACHED",
        "message": f"You have {active_count} active streams; your plan allows {limit}.",
        "action": "End a stream, then try again.",
        "details": {"active_count": active_count, "limit": limit},
    }
