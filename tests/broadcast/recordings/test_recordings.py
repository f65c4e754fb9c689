"""Waiting for recordings."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.errors import NotShownError, WorldError
from bot.broadcast.model import Broadcast, Channel, Recording, Stream, Viewer
from bot.broadcast.recordings.desk import AT_ONCE, JournalKeeper
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import Kind
from tests.broadcast.fakes import MemoryJournal, PostingBoard, ScriptedRecordings, SteppedClock, desk_of

NOW = datetime(2026, 8, 1, tzinfo=UTC)
OVER = Broadcast("b", Channel(1, 2), Viewer(3, "Mika"), "A cat", False, NOW, State.ENDED, ended_at=NOW)
STREAM = Stream("own", "b", "A cat", False, NOW, NOW, service_id="s")
EMPTY = Recording(NOW)
FILM = Recording(NOW, video_url="https://x/v")
ALL = Recording(NOW, video_url="https://x/v", preview_url="https://x/p", thumbnail_url="https://x/t")
UNREACHABLE = WorldError(Reason.UNREACHABLE)


class Service(ScriptedRecordings):
    """Answers with `answer`, which a test may change; counts what is asked, and how much at once."""

    def __init__(self, answer: Recording | Exception | None) -> None:
        super().__init__(None)
        self.answer = answer
        self.asked_for: list[str] = []
        self.at_once = self.most_at_once = 0

    async def find(self, stream: Stream) -> Recording | None:
        self.asked_for.append(stream.shown_id)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def journal_of(*streams: Stream) -> MemoryJournal:
    """What is stored of these streams, each the only one of a broadcast that is over."""
    journal = MemoryJournal()
    for stream in streams or (STREAM,):
        journal.broadcasts.append(replace(OVER, id=stream.broadcast_id))
        journal.streams.append(stream)
    return journal


async def posts_of(*answers: Recording | WorldError | None) -> tuple[list[Recording | None], MemoryJournal]:
    """What is posted, up to the recording itself, when the service answers so."""
    board, journal = PostingBoard(), journal_of()
    async with desk_of(ScriptedRecordings(*answers), board, journal, SteppedClock()) as desk:
        desk.follow(STREAM)
        while not any(board.recordings):
            await asyncio.sleep(0)
    return board.recordings, journal


async def passed(clock: SteppedClock, seconds: float) -> None:
    """Returns when so much time has passed."""
    until = clock.steady() + seconds
    while clock.steady() < until:
        await asyncio.sleep(0)


async def test_a_recording_is_posted_when_it_is_complete() -> None:
    """Not there, then empty, then the film, then all: it is the last that is posted and stored."""
    posts, journal = await posts_of(None, None, EMPTY, FILM, ALL)
    assert posts == [ALL]
    assert journal.recordings == [(STREAM.id, ALL)]


async def test_a_film_without_its_preview_is_posted_in_the_end() -> None:
    """Preview and thumbnail may never come: the film is worth posting without them."""
    assert (await posts_of(None, FILM))[0] == [FILM]


@pytest.mark.outage("recording late")
@pytest.mark.parametrize("answer", [None, EMPTY])
async def test_a_recording_that_does_not_come_is_said_so_once_and_still_awaited(
    answer: Recording | None,
) -> None:
    """After the timeout the board is told, and when the recording comes late, even by days, it is posted."""
    board, journal, clock, service = PostingBoard(), journal_of(), SteppedClock(), Service(answer)
    async with desk_of(service, board, journal, clock) as desk:
        desk.follow(STREAM)
        await board.posted.wait()
        assert 60 <= clock.steady() < 70
        await passed(clock, 3 * 24 * 3600)
        assert board.recordings == [None]
        service.answer = ALL
        while len(board.posts) < 2:
            await asyncio.sleep(0)
    assert clock.steady() < 5 * 24 * 3600
    assert board.recordings == [None, ALL]
    assert journal.recordings == [(STREAM.id, ALL)]


@pytest.mark.outage("API slow or down after the end")
@pytest.mark.parametrize(
    "reason", [Reason.UNREACHABLE, Reason.BAD_KEY, Reason.USAGE_LIMIT, Reason.NO_STREAMER]
)
async def test_trouble_is_never_taken_for_there_is_none(reason: Reason) -> None:
    """However long the service does not say: nothing is posted, and the recording is as soon as it does."""
    board, clock, service = PostingBoard(), SteppedClock(), Service(WorldError(reason, retryable=False))
    async with desk_of(service, board, journal_of(), clock) as desk:
        desk.follow(STREAM)
        await passed(clock, 24 * 3600)
        assert board.posts == []
        assert len(service.asked_for) < 24 * 6 + 20  # in the long run every ten minutes at most
        service.answer = ALL
        await board.posted.wait()
    assert board.recordings == [ALL]


async def test_the_time_of_trouble_is_no_time_of_waiting() -> None:
    """A long outage, then "not there": the service has the whole time from then on."""
    board, clock, service = PostingBoard(), SteppedClock(), Service(UNREACHABLE)
    async with desk_of(service, board, journal_of(), clock) as desk:
        desk.follow(STREAM)
        await passed(clock, 100)
        service.answer = None
        asked = len(service.asked_for)
        while len(service.asked_for) == asked:
            await asyncio.sleep(0)
        began_at = clock.steady()
        await board.posted.wait()
        assert clock.steady() - began_at >= 60 - 1


async def test_what_nobody_foresaw_is_tried_again() -> None:
    """An error that is none of the domain's neither ends the desk nor the waiting for this recording."""
    board, service = PostingBoard(), Service(ValueError("unknown scheme"))
    async with desk_of(service, board, journal_of(), SteppedClock()) as desk:
        desk.follow(STREAM)
        while len(service.asked_for) < 3:
            await asyncio.sleep(0)
        service.answer = ALL
        await board.posted.wait()
    assert board.recordings == [ALL]


async def test_one_stream_is_followed_once() -> None:
    """Following twice posts once."""
    board = PostingBoard()
    source = ScriptedRecordings(ALL)
    async with desk_of(source, board, journal_of(), SteppedClock()) as desk:
        desk.follow(STREAM)
        desk.follow(STREAM)
        await board.posted.wait()
    assert (len(board.posts), source.asked) == (1, 1)


@pytest.mark.parametrize("answer", [ALL, UNREACHABLE, None])
async def test_a_thousand_streams_are_asked_for_a_few_at_a_time(
    answer: Recording | WorldError | None,
) -> None:
    """After a restart; and while the service is in trouble, hardly at all."""
    board, clock, service = PostingBoard(), SteppedClock(), Service(answer)
    streams = [
        replace(
            STREAM, id=f"s{number}", broadcast_id=f"b{number}", ended_at=NOW - timedelta(days=number / 50)
        )
        for number in range(1000)
    ]
    async with desk_of(service, board, journal_of(*streams), clock) as desk:
        for stream in streams:
            desk.follow(stream)
        if answer is ALL:
            while len(board.posts) < 1000:
                await asyncio.sleep(0)
        else:
            await passed(clock, 60)
    assert service.most_at_once <= AT_ONCE
    if answer is UNREACHABLE:
        assert len(service.asked_for) < 10 * AT_ONCE


@pytest.mark.parametrize("after_s", [0.0, 2.0, 17.0, 60.0, 175.0])
async def test_in_the_first_minutes_a_recording_is_posted_soon_after_it_is_there(after_s: float) -> None:
    """Within a second, whenever that is."""
    board, clock, service = PostingBoard(), SteppedClock(), Service(None)
    async with desk_of(service, board, journal_of(), clock) as desk:
        desk.follow(STREAM)
        await passed(clock, after_s)
        service.answer, there_at = ALL, clock.steady()
        await board.posted.wait()
    assert clock.steady() - there_at <= 1.0


@pytest.mark.parametrize(
    ("age", "least", "most"),
    [(timedelta(), 200, 320), (timedelta(days=1), 12, 30), (timedelta(days=3.9), 5, 12)],
    ids=["just now", "a day", "four days"],
)
async def test_the_older_a_stream_is_the_rarer_it_is_asked_for(age: timedelta, least: int, most: int) -> None:
    """In three days: one that has just ended at first several times a second, an old one once a day."""
    clock, service = SteppedClock(), Service(None)
    async with desk_of(service, PostingBoard(), journal_of(), clock) as desk:
        desk.follow(replace(STREAM, ended_at=clock.now() - age))
        await passed(clock, 3 * 24 * 3600)
    assert least <= len(service.asked_for) <= most


async def test_what_never_comes_is_given_up_after_a_week(caplog: pytest.LogCaptureFixture) -> None:
    """By the service's word: while it does not answer, nothing is given up. The log says so."""
    clock, service = SteppedClock(), Service(UNREACHABLE)
    with caplog.at_level(logging.INFO):
        async with desk_of(service, PostingBoard(), journal_of(), clock) as desk:
            desk.follow(replace(STREAM, ended_at=clock.now() - timedelta(days=8)))
            await passed(clock, 24 * 3600)
            assert desk.outbox.get(Kind.RECORDING, STREAM.id)
            assert "given up" not in caplog.text
            service.answer = None
            while desk.outbox.waiting:
                await asyncio.sleep(0)
    assert f"the recording of stream {STREAM.shown_id} never came" in caplog.text


async def test_a_wall_clock_that_steps_changes_nothing() -> None:
    """Set back by hours in mid-wait: the word that there is none comes after the same minute."""
    board, clock, service = PostingBoard(), SteppedClock(), Service(None)
    async with desk_of(service, board, journal_of(), clock) as desk:
        desk.follow(replace(STREAM, ended_at=clock.now() + timedelta(hours=5)))
        await passed(clock, 5)
        clock.step_the_wall(hours=-7)
        await board.posted.wait()
    assert 60 <= clock.steady() < 70
    assert len(service.asked_for) < 100


async def test_what_cannot_be_shown_is_tried_again_and_again() -> None:
    """For days, with pauses that grow to an hour; and at once when somebody says that it may go well now."""
    board, clock, source = PostingBoard(), SteppedClock(), ScriptedRecordings(ALL)
    board.failure = NotShownError("Forbidden")
    async with desk_of(source, board, journal_of(), clock) as desk:
        desk.follow(STREAM)
        await passed(clock, 2 * 24 * 3600)
        assert board.posts == []
        assert 48 <= board.tried < 80
        board.failure = None
        desk.outbox.hurry()
        began_at = clock.steady()
        await board.posted.wait()
        assert clock.steady() - began_at < 10
    assert board.recordings == [ALL]


async def test_a_database_that_fails_delays_a_recording_and_loses_none() -> None:
    """What is known of it cannot be stored: it is not posted yet, and later it is."""
    board, journal = PostingBoard(), journal_of()
    async with desk_of(ScriptedRecordings(ALL), board, journal, SteppedClock()) as desk:
        failures = iter([True, True])
        journal.refuses = lambda _: next(failures, False)
        desk.follow(STREAM)
        await board.posted.wait()
    assert journal.recordings == [(STREAM.id, ALL)]
    assert len(board.posts) == 1


class Archive(JournalKeeper):
    """Keeps recordings under links of its own. Its disk is full for the first `refusals` times."""

    def __init__(self, journal: MemoryJournal, refusals: int = 0) -> None:
        super().__init__(journal)
        self.refusals = refusals

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        if self.refusals:
            self.refusals -= 1
            raise OSError("disk full")
        await super().keep(stream, recording)
        return replace(recording, video_url=f"https://kept/{stream.id}")


async def test_what_is_posted_is_what_was_kept() -> None:
    """Between waiting and posting: who keeps it says how it is shown, and is asked again if it fails."""
    board, source, journal = PostingBoard(), ScriptedRecordings(ALL), journal_of()
    async with desk_of(source, board, journal, SteppedClock(), keeper=Archive(journal, refusals=2)) as desk:
        desk.follow(STREAM)
        await board.posted.wait()
    assert [recording and recording.video_url for recording in board.recordings] == ["https://kept/own"]
    assert source.asked == 3, "the links of an earlier answer may have died meanwhile"


async def test_what_is_fetched_by_hand_is_kept_too() -> None:
    """With the links of who keeps it; without a video there is nothing to keep."""
    source, journal = ScriptedRecordings(None, EMPTY, ALL), journal_of()
    async with desk_of(source, PostingBoard(), journal, SteppedClock(), keeper=Archive(journal)) as desk:
        fetched = [await desk.fetch(STREAM) for _ in range(3)]
    assert [recording and recording.video_url for recording in fetched] == [None, None, "https://kept/own"]
