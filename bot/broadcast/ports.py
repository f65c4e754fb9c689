"""What the domain asks of the outside. `bot/app/wiring.py` says who answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.broadcast.accounts import Accounts
from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.clock import Clock
from bot.broadcast.going_on import GoingOn
from bot.broadcast.history import AppliedIdea, PastBroadcast
from bot.broadcast.intake.intake import Intake
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.limits.budget import Budget
from bot.broadcast.limits.continuation import RelayRules
from bot.broadcast.model import (
    Broadcast,
    Channel,
    Recording,
    Stream,
    Suggestion,
    TimeOnAir,
)
from bot.broadcast.outage import Outage
from bot.broadcast.picture import Picture
from bot.broadcast.posts import Post
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.wanted import Catalogue


class PictureReader(Protocol):
    """Makes pictures of what people hand in: anything that they may call one."""

    def check_size(self, size_bytes: int) -> None:
        """Raises PictureTooLarge for a file that need not even be fetched."""

    async def read(self, raw: bytes, *, portrait: bool | None = None) -> Picture:
        """What is in a file, cut to a stream's shape: that which is nearer its own, if none is named.

        Of one that moves, its first picture. Raises PictureTooLarge, NO_PICTURE or PICTURE_TAKES_TOO_LONG.
        """
        ...


class RecordingSource(Protocol):
    """Where recordings come from."""

    async def find(self, stream: Stream) -> Recording | None:
        """A stream's recording as it stands now, None when there is none (yet). Raises `WorldError`.

        With the reason KEY_GONE where nobody can ask any more.
        """


class RecordingKeeper(Protocol):
    """Whoever keeps of recordings what is to outlast the service's links: the place of an archive."""

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        """Keeps what is to be kept of a stream's recording, and gives it as it is to be shown.

        From then on the history knows of it. Called again for a recording that is kept already. Whatever it
        raises, it is asked again later.
        """

    async def give_up(self, stream: Stream) -> None:
        """The recording of a stream never came. Whatever it raises, it is told again later."""


class Journal(GoingOn, Protocol):
    """The memory of the domain. What a method returns is awaited until its fact is stored.

    Calls take effect in their order, whenever what they return is awaited, and if it never is. What cannot be
    stored raises `NotStoredError`; what is only asked for, soon, and is not stored later. What has to be told
    of a fact (`telling/errand.py`) is owed by the outbox with it: both are stored, or neither.
    """

    def save_broadcast(self, broadcast: Broadcast) -> Awaitable[None]: ...

    def save_stream(self, stream: Stream) -> Awaitable[None]: ...

    def save_suggestion(
        self, suggestion: Suggestion, *, is_new: bool = False, is_urgent: bool = False
    ) -> asyncio.Future[None]:
        """Stores it as it stands. One that is new is only asked for.

        One that was urgent, to be sent before anything else, always was.
        """

    def save_recording(self, stream: Stream, recording: Recording) -> Awaitable[None]:
        """Stores what is known of a stream's recording, but not its links: they expire, and are secrets."""


class PostJournal(Journal, Protocol):
    """The memory of what was posted too, and of what has not to be posted any more."""

    def save_post(self, post: Post) -> Awaitable[None]:
        """Stores a post as it stands. Raises for a second one of a broadcast's recordings."""

    def add_post(self, post: Post) -> Awaitable[None]:
        """Stores a post, unless its message is remembered already: one that is found again, say."""

    def close_panel(self, message_id: int, at: datetime) -> Awaitable[None]:
        """Remembers that a panel looks live no more: it shows its broadcast's end, or is gone or closed."""

    def forget_post(self, message_id: int) -> Awaitable[None]:
        """Remembers a message no more: it is gone, and another one stands for it."""

    def panels_sought(self, broadcast_id: str, at: datetime) -> Awaitable[None]:
        """Remembers that a broadcast has no more panels that are not remembered."""

    def drop_recordings(self, broadcast_id: str, at: datetime) -> Awaitable[None]:
        """Remembers that a broadcast's recordings can never be posted: there is nowhere left to."""


class History(Protocol):
    """What the journal knows of the past."""

    async def times_on_air(self, guild_id: int, *, since: datetime) -> Iterable[TimeOnAir]:
        """When a server's broadcasts were live that ended later than `since`, as far as is known."""

    async def last_moment(self, broadcast_id: str) -> LastMoment | None:
        """How a broadcast was last known to stand; None if that is not kept."""

    async def applied_ideas(self, broadcast_id: str) -> Sequence[AppliedIdea]:
        """All that was applied in a broadcast, in its order."""


class RecordingHistory(Protocol):
    """What is known of recordings, and of the posts that show them."""

    async def stream(self, stream_id: str) -> Stream | None:
        """A stream, by its own ID."""

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        """A broadcast, by its ID, with its streams that have begun."""

    async def recording_post(self, broadcast_id: str) -> Post | None:
        """The message that shows a broadcast's recordings, or that there is none yet."""


class FullHistory(History, RecordingHistory, Catalogue, Protocol):
    """All that is found again: of streams those that have begun, of posts those that are there."""

    async def latest_broadcast(self, channel: Channel) -> PastBroadcast | None:
        """The newest broadcast in a channel of which a stream has ended."""

    async def last_broadcast(self, channel: Channel) -> PastBroadcast | None:
        """The newest broadcast in a channel that is over, of those that had streams."""

    async def broadcast(self, broadcast_id: str) -> Broadcast | None: ...

    async def suggestion(self, suggestion_id: str) -> Suggestion | None: ...

    async def suggestion_of(self, interaction_id: int) -> Suggestion | None:
        """What was suggested by an interaction."""

    async def sent_suggestions(self, broadcast_id: str) -> list[Suggestion]:
        """A broadcast's that were sent into its world, with what became of them; the newest of very many."""

    async def broadcasts_to_search(self) -> list[Broadcast]:
        """Broadcasts that are over and may have a panel that nobody remembers: the bot was cut off."""

    async def open_panels(self, broadcast_id: str) -> list[Post]:
        """A broadcast's panels that do not show its end yet, oldest first."""

    async def open_panels_of_the_past(self) -> list[Post]:
        """Panels that do not show yet that their broadcasts are over, oldest first."""

    async def newest_panel(self, broadcast_id: str) -> int | None:
        """The message ID of the panel of a broadcast that stands furthest down."""

    async def newest_suggestion_said(self, broadcast_id: str) -> int | None:
        """The highest ID of the messages by which something was suggested for a broadcast."""


class RecordingPoster(Protocol):
    """Whoever shows recordings."""

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        """Has the post of a broadcast's recordings show them as they stand, where the broadcast was.

        `newest` is that of `past.newest`, with its links; None, as there is none yet, has that said. Posts
        once for a broadcast, however often it is called, and whatever failed in between: later the post is
        edited. Returns when that is settled, also because there is nowhere left to post it. Raises
        `NotShownError`.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a broadcast needs of the outside, in one bundle."""

    accounts: Accounts
    journal: Journal
    history: History
    listeners: Listeners[Broadcast]
    clock: Clock
    relay_rules: RelayRules
    intake_of: Callable[[int], Intake]
    """The gate for suggestions of the guild with this ID."""
    budget_of: Callable[[int], Budget]
    """What the guild with this ID may use, as it is set now."""
    arbitration_of: Callable[[int], ArbitrationSettings]
    """How the guild with this ID decides, as it is set now."""
    new_id: Callable[[], str]
    """An ID that cannot be guessed."""
    new_reference: Callable[[], str]
    """A short word that a user can quote and an operator can find in the log."""
    outage: Outage = field(default_factory=Outage)
    """Whether what happens can be stored."""
