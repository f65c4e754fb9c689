"""The post of a broadcast of many streams: made once, grown stream by stream, final at the end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.errors import NotShownError, WorldError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Broadcast, Channel, Recording, Stream, Viewer
from bot.broadcast.recordings.desk import POST_GAP_S
from bot.broadcast.states import Reason, State
from tests.broadcast.fakes import (
    FollowingDesk,
    MemoryHistory,
    MemoryJournal,
    PostingBoard,
    ScriptedRecordings,
    SteppedClock,
    desk_of,
)

NOW = datetime(2026, 8, 1, 20, tzinfo=UTC)
LIVE = Broadcast("b", Channel(1, 2), Viewer(3, "Mika"), "A cat", False, NOW, State.LIVE, live_at=NOW)
ALL = Recording(NOW, video_url="https://x/v", preview_url="https://x/p", thumbnail_url="https://x/t")


class Service(ScriptedRecordings):
    """Has the recordings `there`, by the streams' IDs at the service; `trouble` is raised instead."""

    def __init__(self, *there: str) -> None:
        super().__init__(None)
        self.there = set(there)
        self.trouble: WorldError | None = None
        self.asked_for: list[str] = []

    async def find(self, stream: Stream) -> Recording | None:
        stream_id = stream.shown_id
        self.asked += 1
        self.asked_for.append(stream_id)
        if self.trouble:
            raise self.trouble
        return replace(ALL, video_url=f"https://x/{stream_id}") if stream_id in self.there else None


class Show:
    """Stands in for whoever runs a broadcast: stores what happens."""

    def __init__(self, *there: str) -> None:
        self.service, self.board = Service(*there), PostingBoard()
        self.journal, self.clock = MemoryJournal(), SteppedClock()
        self.journal.broadcasts.append(LIVE)

    def desk(self) -> FollowingDesk:
        """A desk, as it is at each start."""
        return desk_of(self.service, self.board, self.journal, self.clock)

    def stream_ends(self, number: int, service_id: str | None = "") -> None:
        """A stream has ended; without a service ID it had never begun."""
        shown_id = f"s{number}" if service_id == "" else service_id
        at = self.clock.now()
        stream = Stream(f"own{number}", "b", "A cat", False, at, at, number, shown_id, at, Reason.TIME_LIMIT)
        self.journal.save_stream(stream)

    def ends(self) -> None:
        """The broadcast is over."""
        self.journal.save_broadcast(replace(LIVE, state=State.ENDED, ended_at=self.clock.now()))

    async def passes(self, seconds: float) -> None:
        """So much time passes."""
        until = self.clock.steady() + seconds
        while self.clock.steady() < until:
            await self.clock.sleep(0.5)
            for _ in range(20):
                await asyncio.sleep(0)

    @property
    def shown(self) -> list[tuple[list[int], bool]]:
        """Of each post and edit: the streams with recordings, and whether it was final."""
        return [(numbers(past), past.is_over) for past, _ in self.board.posts]


def numbers(past: PastBroadcast) -> list[int]:
    """Of the streams with recordings."""
    return [each.stream.number for each in past.recorded]


async def test_a_post_grows_while_the_broadcast_runs_and_is_final_at_its_end() -> None:
    """A change for each stream's recording, the newest one with its links; then that there is no more."""
    show = Show("s1", "s2", "s3")
    async with show.desk():
        for number in (1, 2, 3):
            show.stream_ends(number)
            await show.passes(60)
        show.ends()
        await show.passes(60)
    assert show.shown == [([1], False), ([1, 2], False), ([1, 2, 3], False), ([1, 2, 3], True)]
    links = [newest and newest.video_url for newest in show.board.recordings]
    assert links == ["https://x/s1", "https://x/s2", "https://x/s3", "https://x/s3"]


async def test_a_broadcast_of_one_stream_is_posted_once() -> None:
    """When it is over, and its recording there: whatever is said first."""
    show = Show("s1")
    async with show.desk() as desk:
        show.ends()
        show.stream_ends(1)
        await show.passes(60)
        desk.finish("b")
        await show.passes(60)
    assert show.shown == [([1], True)]


async def test_what_was_found_is_let_go_once_it_is_shown() -> None:
    """Also what was stored, and so shown, before it was told: else each stream left its links for ever."""
    show = Show("s1")
    async with show.desk() as desk:
        show.stream_ends(1)
        await show.passes(60)
        desk._posting.has_found(show.journal.streams[-1], ALL)
        assert desk._posting._found
        desk.look_at("b")
        await show.passes(60)
    assert show.shown == [([1], False)]
    assert not desk._posting._found


async def test_what_comes_together_is_shown_together() -> None:
    """Seventy-two recordings that are found at once, as after a long outage: a post, and few edits."""
    show = Show(*(f"s{number}" for number in range(1, 73)))
    began_at = show.clock.steady()
    async with show.desk():
        for number in range(1, 73):
            show.stream_ends(number)
        show.ends()
        while not show.shown or show.shown[-1] != (list(range(1, 73)), True):
            await asyncio.sleep(0)
        took_s = show.clock.steady() - began_at
        await show.passes(60)
    assert len(show.shown) <= 2 + took_s / POST_GAP_S
    assert len(show.shown) < 10


async def test_a_stream_that_never_began_leaves_no_trace() -> None:
    """Neither in the post nor as one of which there is no recording."""
    show = Show("s1", "s3")
    async with show.desk():
        show.stream_ends(1)
        show.stream_ends(2, service_id=None)
        show.stream_ends(3)
        show.ends()
        await show.passes(60)
    past, _ = show.board.posts[-1]
    assert [each.stream.number for each in past.streams] == [1, 3]
    assert set(show.service.asked_for) == {"s1", "s3"}


async def test_that_there_is_none_yet_is_said_of_the_whole_broadcast_only() -> None:
    """Not while it runs, and not while anything of it is there; then once, and what comes takes its place."""
    show = Show()
    async with show.desk():
        show.stream_ends(1)
        await show.passes(600)
        assert show.board.posts == []
        ended_at = show.clock.steady()
        show.stream_ends(2)
        show.ends()
        await show.board.posted.wait()
        assert show.clock.steady() - ended_at >= 60
        await show.passes(600)
        assert show.board.recordings == [None]
        show.service.there.add("s2")
        await show.passes(3600)
    assert show.shown == [([], True), ([2], True)]


async def test_one_missing_recording_holds_up_no_other() -> None:
    """The post is final without it, and has it when it comes."""
    show = Show("s1", "s3")
    async with show.desk():
        for number in (1, 2, 3):
            show.stream_ends(number)
        await show.passes(30)
        show.ends()
        await show.passes(900)
        assert show.shown[-1] == ([1, 3], True)
        count = len(show.shown)
        show.service.there.add("s2")
        await show.passes(3600)
    assert show.shown[count:] == [([1, 2, 3], True)]


@pytest.mark.parametrize("killed_before", ["the post", "its end"])
async def test_a_restart_goes_on_where_the_post_stands(killed_before: str) -> None:
    """What is recorded and not shown is shown then; what is shown is not posted again."""
    show = Show("s1", "s2")
    async with show.desk() as desk:
        if killed_before == "the post":
            show.board.failure = NotShownError("Forbidden")
        show.stream_ends(1)
        show.stream_ends(2)
        await show.passes(30)
        show.board.failure = None
    before = list(show.shown)
    async with show.desk() as desk:
        show.ends()
        await show.passes(30)
        assert show.shown == [*before, ([1, 2], True)]
    async with show.desk() as desk:
        desk.finish("b")
        await show.passes(30)
    assert show.shown == [*before, ([1, 2], True)]


async def test_links_that_may_have_died_are_asked_for_anew() -> None:
    """Discord was away for hours: the post has links of the moment in which it is made."""
    show = Show("s1")
    async with show.desk() as desk:
        show.board.failure = NotShownError("away")
        show.stream_ends(1)
        show.ends()
        await show.passes(4 * 3600)
        asked, show.board.failure = show.service.asked, None
        desk.outbox.hurry()
        await show.passes(30)
    assert show.service.asked == asked + 1
    assert show.shown == [([1], True)]


async def test_links_that_were_found_long_ago_are_asked_for_anew() -> None:
    """A stream that ends while Discord is away: by the next try its links are most of an hour old."""
    show = Show("s1", "s2")
    async with show.desk():
        show.board.failure = NotShownError("away")
        show.stream_ends(1)
        await show.passes(6 * 3600)
        show.stream_ends(2)
        while show.service.asked_for[-1] != "s2":
            await asyncio.sleep(0)
        show.board.failure = None
        await show.passes(2 * 3600)
    assert show.service.asked_for[-2:] == ["s2", "s2"]
    assert show.shown == [([1, 2], False)]


async def test_a_service_in_trouble_delays_a_post_and_loses_none() -> None:
    """Its links cannot be had just now, after a restart: they are, when it answers again."""
    show = Show("s1")
    async with show.desk() as desk:
        show.board.failure = NotShownError("away")
        show.stream_ends(1)
        show.ends()
        await show.passes(30)
    show.board.failure, show.service.trouble = None, WorldError(Reason.UNREACHABLE)
    async with show.desk() as desk:
        desk.finish("b")
        await show.passes(60)
        assert show.board.posts == []
        show.service.trouble = None
        await show.passes(120)
    assert show.shown == [([1], True)]


async def test_a_recording_that_the_service_has_no_more_is_posted_without_links() -> None:
    """It was found, and is gone when it is to be shown: what is known of it is."""
    show = Show("s1")
    async with show.desk():
        show.board.failure = NotShownError("away")
        show.stream_ends(1)
        show.ends()
        await show.passes(30)
        show.service.there = set()
        await show.passes(300)
        show.board.failure = None
        await show.passes(7200)
    [newest] = show.board.recordings
    assert newest
    assert not newest.has_video


@pytest.fixture
def slow_history(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What is read of a broadcast is read before, and given after, whatever happens meanwhile."""
    read, may_go_on = MemoryHistory.past_broadcast, asyncio.Event()

    async def read_slowly(history: MemoryHistory, broadcast_id: str) -> PastBroadcast | None:
        past = await read(history, broadcast_id)
        await may_go_on.wait()
        return past

    monkeypatch.setattr(MemoryHistory, "past_broadcast", read_slowly)
    return may_go_on.set


async def test_what_happens_while_a_post_is_looked_at_is_not_lost(slow_history: Callable[[], None]) -> None:
    """The last recording is found just when it was read that there is none: it is shown all the same."""
    show = Show("s1")
    async with show.desk():
        show.ends()
        for _ in range(20):
            await asyncio.sleep(0)
        show.stream_ends(1)
        while not show.journal.recordings:
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        slow_history()
        await show.passes(10)
    assert show.shown == [([1], True)]


async def test_an_hour_of_streams_leaves_one_post() -> None:
    """Twenty-four streams of 150 s, one after the other: one message, an edit for each."""
    show = Show(*(f"s{number}" for number in range(1, 25)))
    async with show.desk():
        for number in range(1, 25):
            await show.passes(150)
            show.stream_ends(number)
        show.ends()
        await show.passes(60)
    assert list(show.board.standing) == ["b"]
    assert show.shown[-1] == (list(range(1, 25)), True)
    assert len(show.shown) <= 26
    assert show.clock.now() - NOW > timedelta(hours=1)
