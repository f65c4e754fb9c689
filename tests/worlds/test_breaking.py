"""An interaction that fails: alone, so it was turned down, or with its stream: then the next one gets it."""

import asyncio
from typing import Any, cast

import pytest

from bot.broadcast.answers import Answers
from bot.broadcast.errors import WorldError, refusal_of
from bot.broadcast.model import Ending, Refusal
from bot.broadcast.states import Reason
from bot.broadcast.world import StreamEvents
from bot.odyssey import Odyssey, VideoStats
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.options import ConnectOptions
from bot.odyssey.live.stream import Stream
from bot.odyssey.wire.messages import StreamEnded, StreamerMessage, StreamFailed, StreamStarted
from bot.worlds.odyssey import BREAKS_WITHIN_S, OdysseyWorld
from tests.broadcast.fakes import SteppedClock

LOST, CLOSED = "the connection is lost", "and all of it closed"
"""In the place of messages."""
BROKEN = StreamFailed("model_error", "It broke.")


class Breaking:
    """The client's own stream, at a service that answers an interaction with one message a turn."""

    capabilities = current_credentials = None
    video_stats = VideoStats()

    def __init__(self, *answers: object) -> None:
        self.is_connected = True
        self._answers = list(answers)
        self.last_applied_prompt = "A cat."

    async def connect(self, **options: Any) -> None:
        self._options = cast("ConnectOptions", options)
        self._stream = Stream(lambda _: self._next(), self._options, Notifier())

    async def start_stream(self, prompt: str, **_: Any) -> str:
        async def started() -> None:
            self._stream.on_message(StreamStarted("stream-1", prompt))

        return await self._stream.start(started, 5)

    async def interact(self, prompt: str) -> str:
        return await self._stream.interact(prompt, 5)

    def _next(self) -> None:
        if self._answers:
            asyncio.get_running_loop().call_soon(self._say, self._answers.pop(0))

    def _say(self, answer: object) -> None:
        if answer is LOST:
            self.is_connected = False
        elif answer is CLOSED:
            told = self._options["on_disconnected"]
            assert told
            told()
        else:
            self._stream.on_message(cast("StreamerMessage", answer))
        self._next()


async def failed(*answers: object) -> tuple[Refusal | None, list[Ending], float]:
    """What that means for the idea, with what the stream ended, and how long it took to know."""
    service, clock, endings = Breaking(*answers), SteppedClock(), list[Ending]()
    world = OdysseyWorld(cast("Odyssey", service), clock, Answers(clock))
    await world.connect()
    await world.start("A cat", StreamEvents(endings.append, lambda _: None, lambda *_: None), portrait=False)
    with pytest.raises(WorldError) as error:
        await world.interact("make it snow")
    took_s = clock.steady()
    for _ in range(10):
        await asyncio.sleep(0)
    return refusal_of(error.value), endings, took_s


@pytest.mark.parametrize(
    ("answers", "ending"),
    [
        ((BROKEN, StreamEnded()), Ending(Reason.STREAM_ERROR, detail="It broke.")),
        ((BROKEN, LOST, CLOSED), Ending(Reason.STREAM_ERROR, detail="It broke.")),
        (
            (StreamFailed("no_active_stream", "There is none."), BROKEN, LOST, CLOSED),
            Ending(Reason.STREAM_ERROR, detail="It broke."),
        ),
        ((StreamEnded(),), Ending(Reason.STREAM_ENDED)),
        ((StreamFailed("session_timeout", "Time."),), Ending(Reason.TIME_LIMIT, detail="Time.")),
    ],
)
async def test_an_idea_that_a_stream_breaks_with_was_not_turned_down(
    answers: tuple[object, ...], ending: Ending
) -> None:
    """So it is sent to the next one; and the stream's end is told once, with what the service said of it."""
    refusal, endings, took_s = await failed(*answers)
    assert refusal is None
    assert endings == [ending]
    assert took_s < BREAKS_WITHIN_S


async def test_an_error_after_which_the_stream_goes_on_was_of_the_idea_alone() -> None:
    """Which is known after a moment; of what is turned down for what it says, at once."""
    for said, known_after_s in ((BROKEN, BREAKS_WITHIN_S), (StreamFailed("moderation_failed", "No."), 0.0)):
        refusal, endings, took_s = await failed(said)
        assert (refusal, endings) == (Refusal.SERVICE_REFUSED, [])
        assert took_s == pytest.approx(known_after_s)


async def test_what_failed_before_is_no_reason_of_a_later_end() -> None:
    """A stream that ends by itself after it turned something down has not failed."""
    service, clock, endings = Breaking(BROKEN), SteppedClock(), list[Ending]()
    world = OdysseyWorld(cast("Odyssey", service), clock, Answers(clock))
    await world.connect()
    await world.start("A cat", StreamEvents(endings.append, lambda _: None, lambda *_: None), portrait=False)
    with pytest.raises(WorldError):
        await world.interact("make it snow")
    service._say(StreamEnded())
    assert endings == [Ending(Reason.STREAM_ENDED)]
