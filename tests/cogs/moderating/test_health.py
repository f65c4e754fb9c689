"""`/odyssey health`, as moderators see it."""

import pytest

from bot.broadcast.answers import SLICE_S, Answer, Answers, Call
from bot.broadcast.findings import Finding, findings
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.states import Reason
from bot.worlds.errors import STREAM_REASONS
from cogs.wording.health import ADVICE, health
from cogs.wording.text import MESSAGE_LIMIT
from tests.broadcast.fakes import SteppedClock
from tests.e2e.conftest import CHANNEL, House


def shown(record: Answers, latency_s: float | None = 0.045) -> str:
    hour = record.last_hour()
    found = findings(hour, key_is_refused=record.key_is_refused)
    return "\n".join(health(hour, found, latency_s=latency_s))


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def record(clock: SteppedClock) -> Answers:
    return Answers(clock)


def test_an_hour_in_which_nobody_asked_says_so(record: Answers) -> None:
    """And not that all is well."""
    text = shown(record)
    assert "🟦" * 12 in text
    assert "Nobody has asked Odyssey for anything" in text
    assert "Nothing stands in the way" not in text


async def test_an_hour_is_one_picture_and_its_numbers(record: Answers, clock: SteppedClock) -> None:
    """Good and bad parts, why starts were refused, times, breaks, recordings, Discord."""
    for _ in range(2):
        record.hear(Answer(Call.CONNECT, 1.0, Reason.NO_STREAMER))
    record.hear(Answer(Call.CONNECT, 1.0, LimitKind.STREAMS))
    await clock.sleep(4 * SLICE_S)
    for took_s in (0.1, 0.2, 0.3):
        record.hear(Answer(Call.INTERACT, took_s))
    record.hear(Answer(Call.START, 2.0))
    record.hear(Answer(Call.BREAK, 60.0, Reason.SERVICE_GONE))
    record.hear(Answer(Call.BREAK, 150.0, Reason.TIME_LIMIT))
    await clock.sleep(SLICE_S)
    record.hear(Answer(Call.INTERACT, 10.0))
    record.hear(Answer(Call.RECORDING, 21.0))
    record.discord(is_there=False)
    await clock.sleep(30)
    record.discord(is_there=True)
    text = shown(record)
    assert "🟦🟦🟦🟦🟦🟦🟥🟦🟦🟦🟨🟩" in text
    assert "**Streams** 1 started, 3 did not: no streamer was free (2), all streams were in use (1)" in text
    assert "**Prompts** 4 applied; half of them within 250 ms, the slowest in 10 s\n" in text
    assert "`··········▂█`" in text
    assert "**Breaks** 1: the connection was lost" in text
    assert "**Recordings** 1; half of them were there 21 s after the stream's end" in text
    assert "**Discord** connected, answers in 45 ms; was away for 1 min" in text
    assert "Nothing stands in the way" in text


def test_each_finding_has_its_advice(record: Answers) -> None:
    """A sentence, and one to do."""
    assert ADVICE.keys() == set(Finding)
    hour = record.last_hour()
    everything = "\n".join(health(hour, list(Finding), latency_s=None))
    assert all(advice in everything for advice in ADVICE.values())
    assert len(everything) < MESSAGE_LIMIT


OF_THE_SERVICE = (
    *(Reason.NO_STREAMER, Reason.USAGE_LIMIT, Reason.BAD_KEY, Reason.REFUSED, Reason.UNREACHABLE),
    *(Reason.SERVICE_GONE, Reason.STREAM_ERROR, Reason.STREAM_ENDED, *STREAM_REASONS.values(), *LimitKind),
)


@pytest.mark.parametrize("failure", [*Reason, *LimitKind])
def test_every_failure_has_words(record: Answers, failure: Reason | LimitKind) -> None:
    """Its own, if the service ever fails of it."""
    record.hear(Answer(Call.START, 1.0, failure))
    text = shown(record)
    assert "0 started, 1 did not: " in text
    assert ("something else" in text) is (failure not in OF_THE_SERVICE)


async def test_a_moderator_sees_how_the_service_answers(house: House) -> None:
    """After a broadcast with a prompt; a viewer does not."""
    async with house.bot():
        mika = house.discord.user("mika")
        before = await mika.slash(CHANNEL, "odyssey health")
        assert "Nobody has asked Odyssey" in before.text
        await house.whole_broadcast("A cat")
        after = (await mika.slash(CHANNEL, "odyssey health")).text
        assert "🟩" in after
        assert "**Streams** 1 started\n" in after
        assert "**Breaks** none" in after
        assert "**Recordings** 1; " in after
        assert "**Discord** connected" in after
        assert "Nothing stands in the way of a broadcast." in after
        refused = await house.discord.user("robin").slash(CHANNEL, "odyssey health")
        assert "Only moderators" in refused.text
