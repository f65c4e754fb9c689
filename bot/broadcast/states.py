"""A broadcast's life: its states, the ways between them, and the reasons for its end."""

from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"
    CONNECTING = "connecting"
    LIVE = "live"
    ENDING = "ending"
    ENDED = "ended"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen to the broadcast."""
        return not TRANSITIONS[self]


TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.CONNECTING, State.ENDING, State.FAILED}),
    State.CONNECTING: frozenset({State.LIVE, State.ENDING, State.FAILED}),
    State.LIVE: frozenset({State.ENDING, State.FAILED}),
    State.ENDING: frozenset({State.ENDED, State.FAILED}),
    State.ENDED: frozenset(),
    State.FAILED: frozenset(),
}


class Reason(StrEnum):
    HOST_ENDED = "host_ended"
    MODERATOR_ENDED = "moderator_ended"
    TIME_LIMIT = "time_limit"
    LENGTH_REACHED = "length_reached"  # it was to be so long
    BROADCAST_LIMIT = "broadcast_limit"  # the server's own
    DAY_LIMIT = "day_limit"  # the server's minutes of the day are used up
    STREAM_ENDED = "stream_ended"  # by the service, without an error
    CONTINUED = "continued"  # of a stream: another one followed it
    CHANNEL_GONE = "channel_gone"  # nobody can see or steer it any more
    SHUTDOWN = "shutdown"

    NO_STREAMER = "no_streamer"
    USAGE_LIMIT = "usage_limit"
    BAD_KEY = "bad_key"
    BAD_OWN_KEY = "bad_own_key"  # the same, of a server's own account
    KEY_GONE = "key_gone"  # the account's key was removed, or cannot be opened
    NO_ACCOUNT = "no_account"  # there is none that the server could stream with
    NO_PICTURES = "no_pictures"  # it was to start from one, and streams start from none now
    REFUSED = "refused"  # by the service, for a reason that only it knows
    UNREACHABLE = "unreachable"
    SERVICE_GONE = "service_gone"
    STREAM_ERROR = "stream_error"
    INTERRUPTED = "interrupted"  # the bot stopped before it could end the broadcast
    NOT_STORED = "not_stored"  # the database was away, so nothing could be done
    INTERNAL = "internal"
    UNKNOWN = "unknown"  # stored by a version that knows more

    @property
    def is_failure(self) -> bool:
        """Whether a broadcast that closes for this reason has failed, rather than ended."""
        return self not in _ORDERLY


_ORDERLY = frozenset(
    {
        Reason.HOST_ENDED,
        Reason.MODERATOR_ENDED,
        Reason.TIME_LIMIT,
        Reason.LENGTH_REACHED,
        Reason.BROADCAST_LIMIT,
        Reason.DAY_LIMIT,
        Reason.STREAM_ENDED,
        Reason.CONTINUED,
        Reason.CHANNEL_GONE,
        Reason.SHUTDOWN,
        Reason.UNKNOWN,
    }
)


class IllegalTransitionError(Exception):
    """Code asked for a way that the transition table does not have: a bug, never a user's mistake."""

    def __init__(self, origin: State, target: State) -> None:
        super().__init__(f"a broadcast cannot go from {origin.value} to {target.value}")
