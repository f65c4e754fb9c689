"""Stand-ins at the domain's ports: the only fakes in these tests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.broadcast.accounts import Account, OneAccount
from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import Action
from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.history import AppliedIdea, PastBroadcast, PastStream
from bot.broadcast.intake.intake import Intake
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.limits.budget import Budget
from bot.broadcast.limits.continuation import RelayRules, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Broadcast, Ending, Outcome, Recording, Stream, Suggestion, TimeOnAir
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports, RecordingKeeper, RecordingSource
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.desk import JournalKeeper, RecordingDesk
from bot.broadcast.sharding import Shard
from bot.broadcast.states import Reason
from bot.broadcast.telling.errand import (
    Errand,
    Kind,
    owed_for_broadcast,
    owed_for_recording,
    owed_for_stream,
    owed_for_suggestion,
)
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.broadcast.world import StartedStream, StreamEvents
from tests.support.rules import arbitration_settings, budget, intake_rules

Thing = TypeVar("Thing")


TURNS = 10
"""Of the event loop, in which all that can happen without time has happened."""
NOBODY_MINDS_WHEN = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
A_YEAR = timedelta(days=365)
AN_ENDLESS_EVENING = budget(usual=2 * A_YEAR, longest=2 * A_YEAR)


class SteppedClock:
    """Time that passes only while somebody sleeps, or waits for what is less than a year away.

    What the wall shows, a test may step by itself.
    """

    def __init__(self) -> None:
        self.wall_at_zero = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
        self._steady = 0.0

    def now(self) -> datetime:
        return self.date_of(self._steady)

    def steady(self) -> float:
        return self._steady

    def date_of(self, steady: float) -> datetime:
        return self.wall_at_zero + timedelta(seconds=steady)

    def step_the_wall(self, **by: float) -> None:
        """Sets the wall to another time, as by `hours=-1`."""
        self.wall_at_zero += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self._steady += seconds
        await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        if until is None or until - self._steady > A_YEAR.total_seconds():
            await event.wait()
            return
        for _ in range(TURNS):  # whatever is under way comes first
            await asyncio.sleep(0)
            if event.is_set():
                return
        self._steady = max(self._steady, until)


class WaitingClock(SteppedClock):
    """Whoever waits is woken by the event alone."""

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        await event.wait()


class MemoryJournal:
    """Keeps every version of everything, in order, from the call on, as `Journal` asks for.

    What it `refuses` fails. In `slow`, what is saved of suggestions is done only afterwards; in `broken` it
    fails.
    """

    def __init__(self, outbox: Outbox | None = None) -> None:
        self.outbox = outbox
        self.refuses: Callable[[object], bool] = lambda _: False
        self._is_broken = False
        self._late: list[asyncio.Future[None]] | None = None
        self.broadcasts: list[Broadcast] = []
        self.signs_of_life: list[tuple[list[str], datetime]] = []
        self.streams: list[Stream] = []
        self.moments: dict[str, LastMoment] = {}
        self.suggestions: list[Suggestion] = []
        self.recordings: list[tuple[str, Recording]] = []
        self.floors: dict[str, tuple[Mode, bool]] = {}
        self.endings: dict[str, Ending] = {}
        self.approvals: dict[str, datetime] = {}
        self.votes: dict[int, str | None] = {}
        self.places: dict[str, int] = {}
        self.ballots: dict[str, datetime | None] = {}
        self.motions: dict[str, MotionLeft | None] = {}
        self.handed_in: dict[str, Picture] = {}

    def save_broadcast(self, broadcast: Broadcast) -> asyncio.Future[None]:
        return self._keep(self.broadcasts, broadcast, *owed_for_broadcast(broadcast))

    def save_signs_of_life(self, broadcast_ids: Collection[str], at: datetime) -> asyncio.Future[None]:
        return self._keep(self.signs_of_life, (sorted(broadcast_ids), at))

    async def save_last_moment(self, broadcast_id: str, moment: LastMoment, at: datetime) -> None:
        if self.refuses(moment):
            raise OSError("disk full")
        self.moments[broadcast_id] = moment

    async def save_handed_in(self, broadcast_id: str, picture: Picture) -> None:
        self.handed_in[broadcast_id] = picture

    def save_stream(self, stream: Stream) -> asyncio.Future[None]:
        return self._keep(self.streams, stream, *owed_for_stream(stream))

    def save_suggestion(
        self, suggestion: Suggestion, *, is_new: bool = False, is_urgent: bool = False
    ) -> asyncio.Future[None]:
        if self._is_broken:
            return _stored(OSError("disk full"))
        if self._late is None:
            return self._keep(self.suggestions, suggestion, *owed_for_suggestion(suggestion))
        self.suggestions.append(suggestion)
        self._late.append(asyncio.get_running_loop().create_future())
        return self._late[-1]

    def note_floor(self, broadcast_id: str, mode: Mode, *, is_paused: bool) -> None:
        self.floors[broadcast_id] = mode, is_paused

    def note_ending(self, broadcast_id: str, ending: Ending) -> None:
        self.endings[broadcast_id] = ending

    def note_approval(self, broadcast_id: str, suggestion_id: str, at: datetime | None) -> None:
        self.approvals.pop(suggestion_id, None)
        if at:
            self.approvals[suggestion_id] = at

    def note_place(self, broadcast_id: str, suggestion_id: str, place: int | None) -> None:
        self.places.pop(suggestion_id, None)
        if place:
            self.places[suggestion_id] = place

    def note_vote(self, broadcast_id: str, viewer_id: int, suggestion_id: str | None) -> None:
        self.votes[viewer_id] = suggestion_id

    def note_ballot(self, broadcast_id: str, closes_at: datetime | None) -> None:
        self.ballots[broadcast_id] = closes_at

    def note_motion(self, broadcast_id: str, motion: MotionLeft | None) -> None:
        self.motions[broadcast_id] = motion

    def note_vote_on_mode(self, broadcast_id: str, viewer_id: int, is_for: bool | None) -> None:
        if motion := self.motions.get(broadcast_id):  # else it was put to the vote in an earlier run
            votes = {**motion.votes, viewer_id: is_for}
            kept = {who: each for who, each in votes.items() if each is not None}
            self.motions[broadcast_id] = motion._replace(votes=kept)

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Whatever is saved in here, fails."""
        self._is_broken = True
        yield
        self._is_broken = False

    @contextmanager
    def slow(self, failure: Exception | None = None) -> Iterator[None]:
        """Whatever is saved in here, is done, or fails, when this is left."""
        late: list[asyncio.Future[None]] = []
        self._late = late
        yield
        self._late = None
        for stored in late:
            _answer(stored, failure)

    async def times_on_air(self, guild_id: int, *, since: datetime) -> list[TimeOnAir]:
        """By what was saved last of each."""
        await asyncio.sleep(0)
        latest = {broadcast.id: broadcast for broadcast in self.broadcasts}
        return [
            TimeOnAir(each.id, each.live_at, each.ended_at or each.live_at)
            for each in latest.values()
            if each.live_at and each.channel.guild_id == guild_id and (each.ended_at or each.live_at) > since
        ]

    async def last_moment(self, broadcast_id: str) -> LastMoment | None:
        return self.moments.get(broadcast_id)

    async def applied_ideas(self, broadcast_id: str) -> list[AppliedIdea]:
        latest = {each.id: each for each in self.suggestions if each.broadcast_id == broadcast_id}
        ideas: dict[datetime | None, AppliedIdea] = {}
        for each in latest.values():
            if each.outcome is Outcome.ACKNOWLEDGED:
                others = ideas[each.sent_at].viewer_ids if each.sent_at in ideas else frozenset[int]()
                ideas[each.sent_at] = AppliedIdea(each.applied or "", others | {each.viewer.id})
        return list(ideas.values())

    def save_recording(self, stream: Stream, recording: Recording) -> asyncio.Future[None]:
        return self._keep(self.recordings, (stream.id, recording), *owed_for_recording(stream, recording))

    def _keep(self, kept: list[Thing], thing: Thing, *errands: Errand) -> asyncio.Future[None]:
        is_refused = self.refuses(thing)
        if not is_refused:
            kept.append(thing)
        stored = _stored(OSError("disk full") if is_refused else None)
        if self.outbox:
            self.outbox.owe(stored, *errands)
        return stored


def _stored(failure: Exception | None = None) -> asyncio.Future[None]:
    """Done, or failed, a turn of the loop later."""
    stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(_answer, stored, failure)
    return stored


def _answer(stored: asyncio.Future[None], failure: Exception | None = None) -> None:
    if stored.done():  # whoever waited was cancelled
        return
    if failure:
        stored.set_exception(failure)
    else:
        stored.set_result(None)


class MemoryActions:
    """Keeps the audit list in memory."""

    def __init__(self) -> None:
        self.actions: list[Action] = []

    async def save_action(self, action: Action) -> None:
        self.actions.append(action)

    async def latest_actions(self, guild_id: int, limit: int) -> list[Action]:
        return [action for action in self.actions[::-1] if action.guild_id == guild_id][:limit]


class ListeningAudience:
    """Hears every change, and how many streams had been stored with their IDs by then."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self.heard: list[tuple[Broadcast, int]] = []

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        known = [stream for stream in self._journal.streams if stream.has_begun]
        self.heard.append((broadcast, len(known)))


class ScriptedWorld:
    """A world that answers as the test says.

    `failing_at` maps "connect", "start", "interact" or "end" to the error raised there, once; an interaction
    waits for `may_answer` while it is cleared. `full_at` is where no stream is free, "connect" or "start".
    `started_from` has the picture of each start, `looks` is what `latest_picture` gives.
    """

    def __init__(self) -> None:
        self.failing_at: dict[str, WorldError] = {}
        self.full_at: str | None = None
        self.may_connect = asyncio.Event()
        self.may_connect.set()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.calls: list[str] = []
        self.session: str | None = "a session"
        self.starts_from_pictures = True
        self.started_from: list[Picture | None] = []
        self.looks: Picture | None = None
        self.in_flight = 0
        self.most_in_flight = 0
        self.events: StreamEvents | None = None
        self.interacting = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ScriptedWorld]:
        self.calls.append("connect")
        try:
            await self.may_connect.wait()
            self._fail("connect")
            yield self
        finally:
            self.calls.append("disconnect")

    async def leave(self, session: str) -> bool:
        self.calls.append(f"leave {session}")
        return True

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        self.events = events
        self.calls.append(f"start {prompt}")
        self._fail("start")
        if picture and not self.starts_from_pictures:
            raise WorldError(Reason.NO_PICTURES, retryable=False)
        self.started_from.append(picture)
        return StartedStream("stream-1", f"{prompt}, in soft light")

    async def interact(self, prompt: str) -> str:
        self.calls.append(f"interact {prompt}")
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.interacting.set()
        try:
            await self.may_answer.wait()
            await asyncio.sleep(0)
            self._fail("interact")
        finally:
            self.in_flight -= 1
        return prompt

    async def end(self) -> None:
        self.calls.append("end")
        self._fail("end")

    async def shows_portrait(self) -> bool:
        return self.looks is not None and self.looks.portrait

    async def latest_picture(self) -> Picture | None:
        return self.looks

    def _fail(self, where: str) -> None:
        if error := self.failing_at.pop(where, None):
            raise error
        if where == self.full_at:
            raise WorldError(Reason.USAGE_LIMIT, limit=UsageLimit(LimitKind.STREAMS, 5, 5))


class ScriptedRecordings:
    """Answers `find` with one entry of `answers` after the other, and then with the last for ever."""

    def __init__(self, *answers: Recording | WorldError | None) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def find(self, stream: Stream) -> Recording | None:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, WorldError):
            raise answer
        return answer


class PostingBoard:
    """Takes every post, unless `failure` is set; `standing` is what is there by broadcast, once edited."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.tried = 0
        self.posts: list[tuple[PastBroadcast, Recording | None]] = []
        self.posted = asyncio.Event()
        self.standing: dict[str, Post] = {}

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        self.tried += 1
        if self.failure:
            raise self.failure
        broadcast, kind = past.broadcast, PostKind.RECORDING if newest else PostKind.NO_RECORDING
        closed_at = broadcast.requested_at if newest and past.is_over else None
        self.standing[broadcast.id] = Post(
            f"post of {broadcast.id}",
            1,
            broadcast.channel.id,
            kind,
            broadcast.id,
            broadcast.requested_at,
            len(past.recorded),
            closed_at,
        )
        self.posts.append((past, newest))
        self.posted.set()

    @property
    def recordings(self) -> list[Recording | None]:
        """The newest one of each post and of each edit."""
        return [newest for _, newest in self.posts]


class MemoryHistory:
    """What the journal and the board know of recordings."""

    def __init__(self, journal: MemoryJournal, board: PostingBoard) -> None:
        self._journal = journal
        self._board = board

    async def past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        broadcast = {each.id: each for each in self._journal.broadcasts}.get(broadcast_id)
        streams = {each.id: each for each in self._journal.streams}.values()
        recordings = dict(self._journal.recordings)
        theirs = [
            PastStream(each, each.id in recordings)
            for each in sorted(streams, key=lambda each: each.number)
            if each.broadcast_id == broadcast_id and each.has_begun
        ]
        return PastBroadcast(broadcast, tuple(theirs)) if broadcast else None

    async def stream(self, stream_id: str) -> Stream | None:
        return {each.id: each for each in self._journal.streams}.get(stream_id)

    async def recording_post(self, broadcast_id: str) -> Post | None:
        return self._board.standing.get(broadcast_id)


class MemoryOutbox:
    """An outbox's store that keeps its rows in memory, from the call on."""

    def __init__(self, *errands: Errand) -> None:
        self.rows = {errand.key: errand for errand in errands}

    async def errands(self, of: Shard | None = None) -> list[Errand]:
        return [each for each in self.rows.values() if of is None or of.has(each.guild_id or 0)]

    def add(self, errand: Errand) -> asyncio.Future[None]:
        self.rows.setdefault(errand.key, errand)
        return _stored()

    def change(self, errand: Errand) -> asyncio.Future[None]:
        if errand.key in self.rows:
            self.rows[errand.key] = errand
        return _stored()

    def drop(self, keys: Iterable[str]) -> asyncio.Future[None]:
        for key in keys:
            self.rows.pop(key, None)
        return _stored()


class FollowingDesk(RecordingDesk):
    """A desk with an outbox of its own, to which the journal owes what it stores."""

    def __init__(
        self,
        source: RecordingSource,
        board: PostingBoard,
        journal: MemoryJournal,
        clock: Clock,
        *,
        timeout_s: float,
        keeper: RecordingKeeper,
    ) -> None:
        self.outbox = journal.outbox = Outbox(MemoryOutbox(), clock)
        history = MemoryHistory(journal, board)
        super().__init__(self.outbox, source, keeper, board, history, clock, timeout_s=timeout_s)

    def follow(self, stream: Stream) -> None:
        """A stream has ended just now, unless it says when."""
        ended_at = stream.ended_at or self._clock.now()
        self.outbox.add(*owed_for_stream(replace(stream, ended_at=ended_at)))

    def finish(self, broadcast_id: str) -> None:
        """A broadcast that is stored is over."""
        self.outbox.add(Errand(Kind.RECORDINGS, broadcast_id, NOBODY_MINDS_WHEN, broadcast_id))


def desk_of(
    source: RecordingSource,
    board: PostingBoard,
    journal: MemoryJournal,
    clock: Clock,
    *,
    timeout_s: float = 60,
    keeper: RecordingKeeper | None = None,
) -> FollowingDesk:
    """A desk with these behind it, and no archive unless one is given."""
    keeper = keeper or JournalKeeper(journal)
    return FollowingDesk(source, board, journal, clock, timeout_s=timeout_s, keeper=keeper)


def account_of(pool: StreamPool, account_id: str | None = None) -> Account:
    """An account with these slots."""
    world = ScriptedWorld()
    return Account(world.open, world.leave, pool, StreamLimit(), account_id)


def ports(
    world: ScriptedWorld,
    journal: MemoryJournal,
    audience: ListeningAudience,
    clock: Clock | None = None,
    budgets: Mapping[int, Budget] | None = None,
    arbitrations: Mapping[int, ArbitrationSettings] | None = None,
) -> Ports:
    """The ports with these behind them; IDs and references are numbered. Rules are by the server's ID.

    Streams have no limit, and with one that breaks off its broadcast is over.
    """
    clock = clock or SteppedClock()
    intake = Intake(intake_rules(), lambda _: None, clock)
    ids, references, listeners = itertools.count(1), itertools.count(1), Listeners[Broadcast]()
    listeners.listen(audience.broadcast_changed)
    return Ports(
        accounts=OneAccount(Account(world.open, world.leave, StreamPool(5, clock), StreamLimit())),
        journal=journal,
        history=journal,
        listeners=listeners,
        clock=clock,
        relay_rules=RelayRules(tries=0),
        intake_of=lambda _: intake,
        budget_of=lambda guild_id: (budgets or {}).get(guild_id, AN_ENDLESS_EVENING),
        arbitration_of=lambda guild_id: (arbitrations or {}).get(guild_id, arbitration_settings()),
        new_id=lambda: f"id-{next(ids)}",
        new_reference=lambda: f"ref-{next(references)}",
    )
