"""What the domain refuses, by code.

    BroadcastError     a request that cannot be met: a `Code`, or the facts for the user's sentence
      NotStoredError   the database is away
        DeposedError   another process has by now what was to be stored something of
    WorldError         the world, or the way to it, failed: a `Reason`, and whether trying again may help
    NotShownError      nobody could be shown something just now; it is to be shown again

The sentences that users read are not here: they live in `cogs/wording`, one for each of them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending, Refusal, Viewer
from bot.broadcast.states import Reason


class Code(StrEnum):
    """Why a request was not met, where there is nothing more to tell."""

    EMPTY_PROMPT = "empty_prompt"
    NOT_RUNNING = "not_running"
    BROADCAST_OVER = "broadcast_over"
    ALREADY_ENDING = "already_ending"
    MODERATORS_ONLY = "moderators_only"
    SERVER_MODERATORS_ONLY = "server_moderators_only"
    OUTRANKED = "outranked"
    BOTS_DO_NOT_STEER = "bots_do_not_steer"
    MODE_IS_SET = "mode_is_set"
    NOT_IN_SERVER = "not_in_server"
    NO_PLACE = "no_place"
    NOT_SAID = "not_said"
    NO_PICTURE = "no_picture"
    NO_PICTURE_THERE = "no_picture_there"
    PICTURES_ARE_OFF = "pictures_are_off"
    PICTURES_NOT_ALLOWED = "pictures_not_allowed"
    PICTURE_NOT_FETCHED = "picture_not_fetched"
    PICTURE_TAKES_TOO_LONG = "picture_takes_too_long"
    NOT_IN_LINE = "not_in_line"
    NOT_ON_BALLOT = "not_on_ballot"
    VOTES_DO_NOT_COUNT = "votes_do_not_count"
    ALREADY_DECIDED = "already_decided"
    WORDS_CHANGED = "words_changed"
    INTAKE_PAUSED = "intake_paused"
    CANNOT_JUDGE = "cannot_judge"
    STARTERS_ONLY = "starters_only"
    VOTES_NOT_ALLOWED = "votes_not_allowed"
    VOTE_IS_RUNNING = "vote_is_running"
    NO_VOTE_RUNNING = "no_vote_running"
    SHUTTING_DOWN = "shutting_down"
    UNKNOWN_BROADCAST = "unknown_broadcast"
    UNKNOWN_PERIOD = "unknown_period"
    NO_BROADCASTS_YET = "no_broadcasts_yet"
    NOTHING_TO_CLIP = "nothing_to_clip"
    CLIPS_FULL = "clips_full"
    NO_WATCH_PAGE = "no_watch_page"
    NOT_STORED = "not_stored"
    SERVER_MANAGERS_ONLY = "server_managers_only"
    ACCOUNTS_ARE_OFF = "accounts_are_off"
    NO_OWN_ACCOUNT = "no_own_account"
    KEY_WRONG_FORM = "key_wrong_form"
    KEY_REFUSED = "key_refused"
    KEY_NOT_CHECKED = "key_not_checked"
    KEY_GONE = "key_gone"
    WRONG_SLOTS = "wrong_slots"


@dataclass(frozen=True, slots=True)
class PromptTooLong:
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class AlreadyRunning:
    host: Viewer


@dataclass(frozen=True, slots=True)
class MayNotEnd:
    host: Viewer


@dataclass(frozen=True, slots=True)
class MissingPermissions:
    """The bot's own, as discord.py names them."""

    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Muted:
    until: datetime


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same was suggested a moment ago."""

    until: datetime


@dataclass(frozen=True, slots=True)
class CoolingDown:
    """One person's suggestions come too fast."""

    until: datetime


@dataclass(frozen=True, slots=True)
class SlowMode:
    """Everybody's suggestions together come too fast."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Filtered:
    """By the server's text rules, of which this one is broken."""

    rule: str


@dataclass(frozen=True, slots=True)
class LineFull:
    limit: int


@dataclass(frozen=True, slots=True)
class TooManyOfYours:
    limit: int


@dataclass(frozen=True, slots=True)
class TooManyBroadcasts:
    limit: int


@dataclass(frozen=True, slots=True)
class BroadcastTooLong:
    limit_minutes: int


@dataclass(frozen=True, slots=True)
class DayIsUsedUp:
    """The server's minutes of the day are used, or kept for what runs."""

    minutes: int
    until: datetime


class AccountTrouble(StrEnum):
    """Why a server has no account that it could stream with."""

    NONE = "none"  # it has none of its own, and the operator's is not for others
    SEALED = "sealed"  # the key of its own cannot be opened: the operator's secret is another one by now


@dataclass(frozen=True, slots=True)
class NoAccount:
    trouble: AccountTrouble


@dataclass(frozen=True, slots=True)
class PictureTooLarge:
    """For one of these two."""

    limit_mb: int
    limit_megapixels: int


@dataclass(frozen=True, slots=True)
class RecordingNotReady:
    stream_id: str


@dataclass(frozen=True, slots=True)
class RecordingUnreachable:
    """The service does not say whether it has one."""

    stream_id: str


Facts = (
    PromptTooLong
    | AlreadyRunning
    | MayNotEnd
    | MissingPermissions
    | Muted
    | Repeated
    | CoolingDown
    | SlowMode
    | Filtered
    | LineFull
    | TooManyOfYours
    | TooManyBroadcasts
    | BroadcastTooLong
    | DayIsUsedUp
    | NoAccount
    | PictureTooLarge
    | RecordingNotReady
    | RecordingUnreachable
)
"""Why a request was not met, with what its user is to be told of it."""
Kind = Code | type[Facts]
"""The same, whatever the facts."""


class BroadcastError(Exception):
    """A request that cannot be met: `why`, as the user is to be told."""

    def __init__(self, why: Code | Facts) -> None:
        super().__init__(why.value if isinstance(why, Code) else type(why).__name__)
        self.why = why

    @property
    def code(self) -> Kind:
        return self.why if isinstance(self.why, Code) else type(self.why)


class NotStoredError(BroadcastError):
    """The database is away: what was asked for could not be stored, and so it is not done."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(Code.NOT_STORED)
        self.__cause__ = cause


class DeposedError(NotStoredError):
    """What this would be stored under is not ours any more: it was not done, and is not done later either.

    Another process has it, and goes on with it; who asked is told what they are when the database is away.
    """

    def __init__(self, lease: str) -> None:
        super().__init__(RuntimeError(f"{lease} is not ours any more"))
        self.lease = lease


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


def ending_of(error: WorldError) -> Ending:
    """The end of what the world has failed."""
    return Ending(error.reason, detail=error.detail, limit=error.limit)


def refusal_of(error: WorldError) -> Refusal | None:
    """What a failed interaction means for its suggestion; None if the stream does not go on after it."""
    return _REFUSALS.get(error.reason)


_REFUSALS = {
    Reason.STREAM_ERROR: Refusal.SERVICE_REFUSED,
    Reason.USAGE_LIMIT: Refusal.SERVICE_REFUSED,
    Reason.UNREACHABLE: Refusal.NOT_ACKNOWLEDGED,
}
