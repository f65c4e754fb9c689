"""What the domain refuses, by code.

    BroadcastError     a request that cannot be met: a `Code`, and the facts for the user's sentence
    WorldError         the world, or the way to it, failed: a `Reason`, and whether trying again may help
    NotShownError      nobody could be shown something just now; it is to be shown again

The sentences that users read are not here: they live in `cogs/wording.py`, one for each code and reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.states import Reason


class Code(StrEnum):
    """Why a request was not met."""

    EMPTY_PROMPT = "empty_prompt"
    PROMPT_TOO_LONG = "prompt_too_long"  # facts: length, limit
    ALREADY_RUNNING = "already_running"  # facts: host
    NOT_RUNNING = "not_running"
    BROADCAST_OVER = "broadcast_over"
    ALREADY_ENDING = "already_ending"
    MAY_NOT_END = "may_not_end"  # facts: host
    MODERATORS_ONLY = "moderators_only"
    SERVER_MODERATORS_ONLY = "server_moderators_only"
    OUTRANKED = "outranked"
    BOTS_DO_NOT_STEER = "bots_do_not_steer"
    MODE_IS_SET = "mode_is_set"
    NOT_IN_SERVER = "not_in_server"
    MISSING_PERMISSIONS = "missing_permissions"  # facts: permissions
    NO_PLACE = "no_place"
    NOT_SAID = "not_said"
    NOT_IN_LINE = "not_in_line"
    NOT_ON_BALLOT = "not_on_ballot"
    VOTES_DO_NOT_COUNT = "votes_do_not_count"
    ALREADY_DECIDED = "already_decided"
    WORDS_CHANGED = "words_changed"
    WRONG_SETTING = "wrong_setting"  # facts: name, problem, perhaps entry
    INTAKE_PAUSED = "intake_paused"
    MUTED = "muted"  # facts: until
    FILTERED = "filtered"  # facts: rule
    CANNOT_JUDGE = "cannot_judge"
    REPEATED = "repeated"  # facts: until
    COOLING_DOWN = "cooling_down"  # facts: until
    SLOW_MODE = "slow_mode"  # facts: until
    STARTERS_ONLY = "starters_only"
    VOTES_NOT_ALLOWED = "votes_not_allowed"
    VOTE_IS_RUNNING = "vote_is_running"
    NO_VOTE_RUNNING = "no_vote_running"
    QUEUE_FULL = "queue_full"  # facts: limit
    TOO_MANY_OF_YOURS = "too_many_of_yours"  # facts: limit
    TOO_MANY_BROADCASTS = "too_many_broadcasts"  # facts: limit
    DAY_IS_USED_UP = "day_is_used_up"  # facts: limit, until
    SHUTTING_DOWN = "shutting_down"
    UNKNOWN_STREAM = "unknown_stream"
    NO_STREAMS_YET = "no_streams_yet"
    RECORDING_NOT_READY = "recording_not_ready"  # facts: stream_id
    RECORDING_UNREACHABLE = "recording_unreachable"  # facts: stream_id


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a setting's entries: its number, from 1 on, and how it was typed."""

    number: int
    text: str


class BroadcastError(Exception):
    """A request that cannot be met.

    `facts` are what the user's sentence for `code` needs, as listed beside each code.
    """

    def __init__(self, code: Code, **facts: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts


class NotShownError(Exception):
    """Who shows things is away, or is kept from it: trying again may help."""


class WorldError(Exception):
    """The world failed us.

    `detail` is the service's own sentence, if it gave one: text from outside, to be shown as text only.
    `retryable` says whether the same request may succeed later without anybody changing anything.
    `limit` is the usage limit that was reached, if the service says which.
    """

    def __init__(
        self,
        reason: Reason,
        detail: str | None = None,
        *,
        retryable: bool = True,
        limit: UsageLimit | None = None,
    ) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retryable = retryable
        self.limit = limit

    @property
    def is_for_want_of_a_slot(self) -> bool:
        """Whether all of the account's streams are in use: one of them may be free in a while."""
        return self.limit is not None and self.limit.kind is LimitKind.STREAMS
