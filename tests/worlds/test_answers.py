"""What is heard of a service that answers, refuses and breaks off: of the stand-in, over the real wire."""

import asyncio

import pytest

from bot.broadcast.answers import Answers, Call, together
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Ending, Stream
from bot.broadcast.states import Reason
from bot.broadcast.world import StreamEvents
from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey
from bot.process.clock import SystemClock
from bot.worlds.looking_up import Key, of_the_operator
from bot.worlds.odyssey import OdysseyRecordings, odyssey_worlds

API_KEY = "ody_answers"
NOW = SystemClock().now()
STREAM = Stream("own", "b", "A cat", False, NOW, NOW, service_id="x")


def heard(answers: Answers) -> dict[tuple[str, str], int]:
    """All that was counted, by words."""
    counts = together(answers.last_hour()).counts
    return {(call.value, failure.value if failure else "good"): n for (call, failure), n in counts.items()}


async def test_a_stream_that_breaks_off_is_heard_from_its_beginning() -> None:
    """Connected, begun, an interaction, and a limit that the service ends it for."""
    clock = SystemClock()
    answers = Answers(clock)
    over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
    events = StreamEvents(closed=over.set_result, spectating=lambda _: None, pictured=lambda *_: None)
    settings = StandinSettings(api_key=API_KEY, stream_limit_s=1.0)
    async with Standin(settings) as standin, asyncio.timeout(30):
        open_world = odyssey_worlds(lambda: Odyssey(API_KEY, standin.url), clock, answers)
        async with open_world() as world:
            await world.start("A cat", events, portrait=False)
            await world.interact("a red hat")
            await over
    assert heard(answers) == {
        ("connect", "good"): 1,
        ("start", "good"): 1,
        ("interact", "good"): 1,
        ("break", "time_limit"): 1,
    }
    hour = together(answers.last_hour())
    assert 0 < hour.times_s[Call.INTERACT][0] < hour.times_s[Call.START][0] + 30


def recordings_of(key: str, standin: Standin, answers: Answers) -> OdysseyRecordings:
    return OdysseyRecordings(of_the_operator(Key(None, Odyssey(key, standin.url), answers)), SystemClock())


async def test_a_key_that_is_refused_is_heard_of_whoever_asks() -> None:
    """Who wants a stream, and who wants a recording."""
    clock = SystemClock()
    answers = Answers(clock)
    async with Standin(StandinSettings(api_key=API_KEY)) as standin, asyncio.timeout(30):
        with pytest.raises(WorldError):
            async with odyssey_worlds(lambda: Odyssey("ody_wrong", standin.url), clock, answers)():
                pass
        refused = [answers.key_is_refused]
        with pytest.raises(WorldError):
            await recordings_of("ody_wrong", standin, answers).find(STREAM)
        assert heard(answers) == {("connect", "bad_key"): 1, ("look_up", "bad_key"): 1}
        # That there is no such recording is an answer.
        assert await recordings_of(API_KEY, standin, answers).find(STREAM) is None
        refused.append(answers.key_is_refused)
    assert refused == [True, False]
    assert Reason.BAD_KEY in together(answers.last_hour()).failures(Call.LOOK_UP)
