"""The things that the domain speaks of. All are immutable: a change makes a new one.

Times are aware datetimes in UTC. IDs of guilds, channels and people are Discord's, as whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.states import TRANSITIONS, IllegalTransitionError, Reason, State


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person: one who watches, suggests or hosts."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a broadcast takes place."""

    guild_id: int
    id: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a broadcast is closing, who asked for it, and what the service said of it.

    `reference` is what a user can quote and an operator can find in the log; failures have one.
    `limit` is the usage limit that was reached; it is not stored.
    """

    reason: Reason
    by: Viewer | None = None
    detail: str | None = None
    reference: str | None = None
    limit: UsageLimit | None = None

    def without(self, person_id: int, nobody: Viewer) -> Ending:
        """By nobody, if it was by them."""
        return replace(self, by=nobody) if self.by and self.by.id == person_id else self

    @property
    def is_final(self) -> bool:
        """Whether no other stream can follow one that ended so."""
        if self.reason is Reason.USAGE_LIMIT:
            return self.limit is None or self.limit.kind in (LimitKind.MONTH, LimitKind.SUSPENDED)
        return self.reason in (Reason.BAD_KEY, Reason.NO_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Stream:
    """One Odyssey stream, from when it is meant. `ended_at` and `end_reason` are None while it runs.

    Its ID is ours; `service_id` is the service's, None until it has begun, and for good if it never has.
    `started_at` is when it was meant until it has begun. `number` is its place in its broadcast, from 1.
    """

    id: str
    broadcast_id: str
    prompt: str
    portrait: bool
    intended_at: datetime
    started_at: datetime
    number: int = 1
    service_id: str | None = None
    ended_at: datetime | None = None
    end_reason: Reason | None = None
    session: str | None = None
    """The connection that it runs on: see `World.session`."""
    account_id: str | None = None
    """The account that it is streamed with: see `Account.id`."""

    @property
    def state(self) -> State:
        """CONNECTING until it has begun, LIVE while it runs, then ENDED or FAILED."""
        if self.end_reason is None:
            return State.LIVE if self.has_begun else State.CONNECTING
        return State.FAILED if self.end_reason.is_failure else State.ENDED

    @property
    def has_begun(self) -> bool:
        """Whether the service has begun it: there is a recording of it then, or will be."""
        return self.service_id is not None

    @property
    def shown_id(self) -> str:
        """What people and the log know it by: the service's ID."""
        return self.service_id or self.id


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a host starts in a channel. Its ID cannot be guessed, so that it can stand in a watch link."""

    id: str
    channel: Channel
    host: Viewer
    prompt: str
    portrait: bool
    requested_at: datetime
    state: State = State.REQUESTED
    live_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    length: timedelta | None = None
    """How long it is to be live; None where an earlier version stored none."""
    off_air: timedelta = timedelta()
    """For how long the bot was not there, since it was live first."""

    @property
    def on_air_s(self) -> float | None:
        """How long it was on air, however many streams that took; None if it is, or nobody knows."""
        if self.live_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.live_at - self.off_air).total_seconds())

    def without(self, person_id: int, nobody: Viewer) -> Broadcast:
        """With nobody for its host, if that was they, or for who ended it."""
        host = nobody if self.host.id == person_id else self.host
        return replace(self, host=host, ending=self.ending and self.ending.without(person_id, nobody))

    def moved(self, state: State, at: datetime, ending: Ending | None = None) -> Broadcast:
        """The broadcast in its next state: the only way in which a state changes.

        Raises `IllegalTransitionError` when the transition table does not have this way.
        """
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransitionError(self.state, state)
        return replace(
            self,
            state=state,
            live_at=at if state is State.LIVE else self.live_at,
            ended_at=at if state.is_over else self.ended_at,
            ending=ending or self.ending,
        )


class TimeOnAir(NamedTuple):
    """For how long a broadcast was live, as it is stored; as if that had been without a break."""

    broadcast_id: str
    began_at: datetime
    ended_at: datetime


class Outcome(StrEnum):
    """What became of a suggestion."""

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"

    @property
    def is_settled(self) -> bool:
        return self is Outcome.ACKNOWLEDGED or self is Outcome.REFUSED


class Refusal(StrEnum):
    """Why a suggestion was not applied."""

    BROADCAST_ENDED = "broadcast_ended"
    SERVICE_REFUSED = "service_refused"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    CONNECTION_LOST = "connection_lost"
    INTERRUPTED = "interrupted"  # the bot stopped before its turn came
    NOT_KNOWN = "not_known"  # it was sent, and the bot stopped before it was confirmed
    STALE = "stale"  # it waited for too long
    WITHDRAWN = "withdrawn"  # by its author
    MODERATOR_REFUSED = "moderator_refused"
    MUTED = "muted"  # its author was, while it waited
    PANIC = "panic"  # a moderator stopped everything


class Origin(NamedTuple):
    """Where a suggestion came from: a channel, and the message or the interaction that it was made by.

    The IDs are Discord's. `is_marked`: the message may bear a mark that says how it fares.
    """

    channel_id: int
    message_id: int | None = None
    is_marked: bool = False
    interaction_id: int | None = None


class Suggestion(NamedTuple):
    """What a viewer proposes, and what has become of it.

    `applied` is the prompt as the service acknowledged it; `detail` is the service's own word on a refusal.
    `in_others_words`: what was sent in place of its own words was somebody else's, which say the same.
    A named tuple, since three are made of every idea, and that in a fifth of a frozen dataclass's time.
    """

    id: str
    broadcast_id: str
    viewer: Viewer
    prompt: str
    suggested_at: datetime
    origin: Origin | None = None  # the fields up to here are the proposal, the rest is what became of it
    outcome: Outcome = Outcome.QUEUED
    stream_id: str | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    applied: str | None = None
    refusal: Refusal | None = None
    detail: str | None = None
    in_others_words: bool = False

    def without(self, person_id: int, nobody: Viewer) -> Suggestion:
        """Nobody's, if it was theirs."""
        return self._replace(viewer=nobody) if self.viewer.id == person_id else self

    def revised(self, prompt: str) -> Suggestion:
        """In other words, with nothing else changed."""
        return self._replace(prompt=prompt)

    def sent(self, stream_id: str, at: datetime, prompt: str | None = None) -> Suggestion:
        """On its way to the world as an interaction, in its own words or in these."""
        others = prompt is not None and prompt != self.prompt
        return Suggestion(*self[:6], Outcome.SENT, stream_id, at, in_others_words=others)

    def acknowledged(self, applied: str, at: datetime) -> Suggestion:
        taken = Suggestion(*self[:6], Outcome.ACKNOWLEDGED, self.stream_id, self.sent_at, at, applied)
        return taken._replace(in_others_words=True) if self.in_others_words else taken

    def refused(self, refusal: Refusal, at: datetime, detail: str | None = None) -> Suggestion:
        return Suggestion(*self[:6], Outcome.REFUSED, self.stream_id, self.sent_at, at, None, refusal, detail)


@dataclass(frozen=True, slots=True, repr=False)
class Spectating:
    """How a browser watches a stream: WHEP first, HLS as fallback. In memory only; repr shows nothing."""

    webrtc_url: str
    spectator_token: str
    hls_url: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Recording:
    """The artifacts of a stream. The links expire about an hour after they were made; repr shows nothing.

    A link is None when the artifact does not exist, or not yet.
    """

    fetched_at: datetime
    video_url: str | None = None
    preview_url: str | None = None
    thumbnail_url: str | None = None
    events_url: str | None = None
    frame_count: int | None = None
    duration_s: float | None = None

    @property
    def has_video(self) -> bool:
        return self.video_url is not None

    @property
    def is_complete(self) -> bool:
        """Whether everything that is posted is there."""
        return None not in (self.video_url, self.preview_url, self.thumbnail_url)
