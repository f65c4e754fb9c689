"""Reserved streamers: who holds one, and how many may be held at once."""

import time
import uuid
from dataclasses import dataclass

from bot.local.odyssey.refusals import RequestRefusedError

UNCLAIMED_LIMIT_S = 60.0  # a reservation that nobody connects to lapses


@dataclass(slots=True)
class Session:
    """One reservation. It counts against the limit until it is released or lapses."""

    session_id: str
    account: str
    lapses_at_s: float | None  # in monotonic time; None while its client is connected
    is_taken: bool = False  # by a client, now or before

    @property
    def is_abandoned(self) -> bool:
        """Whether its client is gone without a word."""
        return self.is_taken and self.lapses_at_s is not None


class Sessions:
    """All reservations of the service, for each account `limit` at most."""

    def __init__(self, limit: int, unclean_hold_s: float) -> None:
        self._limit = limit
        self._unclean_hold_s = unclean_hold_s
        self._sessions: dict[str, Session] = {}

    @property
    def active_count(self) -> int:
        """How many reservations are held now."""
        self._forget_lapsed()
        return len(self._sessions)

    def reserve(self, account: str) -> Session:
        """A new reservation; refused with the protocol's usage error when too many are held."""
        self._forget_lapsed()
        active = sum(session.account == account for session in self._sessions.values())
        if active >= self._limit:
            raise RequestRefusedError(
                429, concurrent_limit(active, self._limit), why="too many concurrent streams"
            )
        session = Session(uuid.uuid4().hex, account, time.monotonic() + UNCLAIMED_LIMIT_S)
        self._sessions[session.session_id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """The reservation with this ID, if it is still held."""
        self._forget_lapsed()
        return self._sessions.get(session_id)

    def claim(self, session: Session) -> None:
        """Its client is connected."""
        session.is_taken, session.lapses_at_s = True, None

    def release(self, session: Session) -> None:
        """Give the streamer back."""
        self._sessions.pop(session.session_id, None)

    def abandon(self, session: Session) -> None:
        """Its client is gone without a word: the place stays taken for a while (protocol page, "Limits")."""
        session.lapses_at_s = time.monotonic() + self._unclean_hold_s

    def _forget_lapsed(self) -> None:
        now_s = time.monotonic()
        for session in list(self._sessions.values()):
            if session.lapses_at_s is not None and session.lapses_at_s <= now_s:
                self.release(session)


def concurrent_limit(active_count: int, limit: int) -> dict[str, object]:
    """The usage error CONCURRENT_LIMIT_REACHED (protocol page, "REST")."""
    return {
        "error": "CONCURRENT_LIMIT_REACHED",
        "message": f"You have {active_count} active streams; your plan allows {limit}.",
        "action": "End a stream, then try again.",
        "details": {"active_count": active_count, "limit": limit},
    }
