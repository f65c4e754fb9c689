"""Waiting for recordings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.recordings import RecordingDesk
from bot.broadcast.states import Reason
from tests.broadcast.fakes import MemoryJournal, PostingBoard, ScriptedRecordings, SteppedClock

NOW = datetime(2026, 8, 1, tzinfo=UTC)
STREAM = Stream("s", "b", "A cat", False, NOW)
EMPTY = Recording("s", NOW)
FILM = Recording("s", NOW, video_url="https://x/v")
ALL = Recording("s", NOW, video_url="https://x/v", preview_url="https://x/p", thumbnail_url="https://x/t")


async def post_of(*answers: Recording | WorldError | None) -> tuple[Recording | None, MemoryJournal]:
    """What is posted when the service answers so."""
    board, journal = PostingBoard(), MemoryJournal()
    desk = RecordingDesk(ScriptedRecordings(*answers), board, journal, SteppedClock(), timeout_s=60)
    async with desk:
        desk.follow(STREAM)
        await board.posted.wait()
    assert len(board.posts) == 1
    return board.posts[0][1], journal


async def test_a_recording_is_posted_when_it_is_complete() -> None:
    """Not there, then empty, then the film, then all: it is the last that is posted and stored."""
    recording, journal = await post_of(None, None, EMPTY, FILM, ALL)
    assert recording is ALL
    assert journal.recordings == [ALL]


async def test_a_film_without_its_preview_is_posted_in_the_end() -> None:
    """Preview and thumbnail may never come: the film is worth posting without them."""
    recording, _ = await post_of(None, FILM)
    assert recording is FILM


@pytest.mark.parametrize("answer", [None, EMPTY, WorldError(Reason.UNREACHABLE)])
async def test_a_recording_that_never_comes_is_said_so(answer: Recording | WorldError | None) -> None:
    """After the timeout the board is told that there is none."""
    recording, journal = await post_of(answer)
    assert recording is None
    assert journal.recordings == []


async def test_a_service_in_trouble_is_asked_again() -> None:
    """An error while polling is no answer."""
    recording, _ = await post_of(WorldError(Reason.UNREACHABLE), None, ALL)
    assert recording is ALL


async def test_one_stream_is_followed_once() -> None:
    """Following twice posts once."""
    board = PostingBoard()
    source = ScriptedRecordings(ALL)
    async with RecordingDesk(source, board, MemoryJournal(), SteppedClock(), timeout_s=60) as desk:
        desk.follow(STREAM)
        desk.follow(STREAM)
        await board.posted.wait()
    assert (len(board.posts), source.asked) == (1, 1)
