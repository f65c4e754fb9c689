"""A stream that is over as soon as it has begun: its ID is stored, and then its end is told."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.broadcast.accounts import Account, OneAccount
from bot.broadcast.answers import Answers
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.states import Reason, State
from bot.odyssey import Odyssey, VideoStats
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.options import ConnectOptions
from bot.odyssey.live.stream import Stream
from bot.odyssey.wire.messages import StreamEnded, StreamerMessage, StreamFailed, StreamStarted
from bot.worlds.odyssey import odyssey_worlds
from tests.broadcast.conftest import reach, start
from tests.broadcast.fakes import (
    ListeningAudience,
    MemoryJournal,
    PostingBoard,
    ScriptedRecordings,
    ScriptedWorld,
    SteppedClock,
    desk_of,
    ports,
)

LOST = object()
"""The connection is, in place of a message."""


class BriefService:
    """The client's own stream, at a service that answers a start with all of `answers` in one turn."""

    def __init__(self, *answers: object) -> None:
        self._answers = answers
        self.asked_to_end = False

    async def connect(self, **options: Any) -> None:
        self._options = cast("ConnectOptions", options)
        self._stream = Stream(self._take, self._options, Notifier())

    async def start_stream(self, prompt: str, **_: Any) -> str:
        return await self._stream.start(self._answer, 5)

    async def end_stream(self) -> None:
        await self._stream.end(5)

    async def disconnect(self) -> None:
        """There is nothing to free."""

    capabilities = current_credentials = None
    video_stats = VideoStats()

    @property
    def last_applied_prompt(self) -> str | None:
        return self._stream.last_applied_prompt

    def _take(self, message: str) -> None:
        self.asked_to_end = True
        asyncio.get_running_loop().call_soon(self._stream.on_message, StreamEnded())

    async def _answer(self) -> None:
        asyncio.get_running_loop().call_soon(self._say_all)

    def _say_all(self) -> None:
        for answer in self._answers:
            if answer is LOST:
                lost = self._options["on_disconnected"]
                assert lost
                lost()
            else:
                self._stream.on_message(cast("StreamerMessage", answer))


STARTED = StreamStarted("stream-1", "A cat.")


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        ((StreamEnded(),), Reason.STREAM_ENDED),
        ((StreamFailed("session_timeout", "It is over."),), Reason.TIME_LIMIT),
        ((StreamFailed("model_error", "It broke."), StreamEnded()), Reason.STREAM_ERROR),
        ((StreamFailed("concurrent_limit_exceeded", "Too many."),), Reason.USAGE_LIMIT),
        ((LOST,), Reason.SERVICE_GONE),
    ],
)
async def test_a_stream_that_ends_as_it_begins_is_told(then: tuple[object, ...], reason: Reason) -> None:
    """In the very turn of the loop in which it starts: the broadcast is over, and its recording followed."""
    service, journal, clock, board = (
        BriefService(STARTED, *then),
        MemoryJournal(),
        SteppedClock(),
        PostingBoard(),
    )
    surroundings = replace(
        ports(ScriptedWorld(), journal, ListeningAudience(journal), clock),
        accounts=OneAccount(
            Account(
                odyssey_worlds(lambda: cast("Odyssey", service), clock, Answers(clock)),
                ScriptedWorld().leave,
                StreamPool(5, clock),
                StreamLimit(),
            )
        ),
    )
    desk = desk_of(ScriptedRecordings(None), board, journal, clock, timeout_s=1)
    async with desk, Broadcasts(surroundings) as broadcasts, asyncio.timeout(5):
        session = await start(broadcasts)
        await board.posted.wait()
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is reason
    assert [(stream.service_id, stream.end_reason) for stream in journal.streams] == [
        (None, None),
        ("stream-1", None),
        ("stream-1", reason),
    ]
    [(past, _)] = board.posts
    assert [each.stream.service_id for each in past.streams] == ["stream-1"]
    assert not service.asked_to_end, "it is over already"


async def test_a_stream_refused_for_want_of_a_slot_is_tried_again() -> None:
    """The connection was to be had, the stream not: it waits in line and begins by itself."""
    refusal = StreamFailed("concurrent_limit_exceeded", "Too many.")
    services = iter([BriefService(refusal), BriefService(refusal), BriefService(STARTED)])
    journal, clock = MemoryJournal(), SteppedClock()
    surroundings = replace(
        ports(ScriptedWorld(), journal, ListeningAudience(journal), clock),
        accounts=OneAccount(
            Account(
                odyssey_worlds(lambda: cast("Odyssey", next(services)), clock, Answers(clock)),
                ScriptedWorld().leave,
                StreamPool(5, clock),
                StreamLimit(),
            )
        ),
    )
    desk = desk_of(ScriptedRecordings(None), PostingBoard(), journal, clock, timeout_s=1)
    async with desk, Broadcasts(surroundings) as broadcasts, asyncio.timeout(5):
        session = await start(broadcasts)
        await reach(session, State.LIVE)
        assert clock.steady() == 15
