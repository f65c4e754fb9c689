"""Interactions: each call gets its own acknowledgement, or an error, in time."""

import asyncio

import pytest

from bot.odyssey import Odyssey, OdysseyStreamError
from tests.odyssey.service import Service, Streamer


async def streaming(service: Service, client: Odyssey) -> Streamer:
    """A running stream whose interactions the test acknowledges by hand."""
    service.behaviour.acknowledges = False
    await client.connect()
    await client.start_stream("a cat")
    return await service.streamer()


@pytest.fixture(autouse=True)
def short_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits less for what an earlier one is owed, so that the tests are quick."""
    monkeypatch.setattr("bot.odyssey.live.replies.SETTLE_S", 0.15)


async def acknowledge(streamer: Streamer, prompt: str) -> None:
    await streamer.say({"type": "update_acknowledged", "prompt": prompt})


async def test_concurrent_calls_go_out_one_at_a_time(service: Service, client: Odyssey) -> None:
    """A second interaction is sent only when the first is acknowledged, and each returns its own prompt."""
    streamer = await streaming(service, client)
    calls = [asyncio.create_task(client.interact(f"prompt {n}")) for n in range(3)]
    for n in range(3):
        assert (await streamer.next("update"))["prompt"] == f"prompt {n}"
        await asyncio.sleep(0.03)
        assert streamer.received.empty()
        await acknowledge(streamer, f"prompt {n}, applied")
    assert await asyncio.gather(*calls) == [f"prompt {n}, applied" for n in range(3)]


async def test_a_cancelled_calls_late_answer_is_not_the_next_calls(service: Service, client: Odyssey) -> None:
    """The acknowledgement of a cancelled interaction answers nobody, even when prompts come back reworded."""
    streamer = await streaming(service, client)
    first = asyncio.create_task(client.interact("first"))
    await streamer.next("update")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(client.interact("second"))
    await asyncio.sleep(0.05)
    await acknowledge(streamer, "the first, reworded")
    await streamer.next("update")
    assert not second.done()
    await acknowledge(streamer, "the second, reworded")
    assert await second == "the second, reworded"


async def test_a_late_answer_that_comes_after_the_next_call_went_out(
    service: Service, client: Odyssey
) -> None:
    """A service that answers a cancelled call only when the next has come still cannot mix them up."""
    streamer = await streaming(service, client)
    first = asyncio.create_task(client.interact("first"))
    await streamer.next("update")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(client.interact("second"))
    await streamer.next("update")
    await acknowledge(streamer, "first")
    await acknowledge(streamer, "second")
    assert await second == "second"


@pytest.mark.parametrize("late", ["jump", "the first, reworded"])
async def test_the_same_prompt_twice(service: Service, client: Odyssey, late: str) -> None:
    """A late answer that tells nothing apart by its prompt goes to the call that went out first."""
    streamer = await streaming(service, client)
    first = asyncio.create_task(client.interact("jump"))
    await streamer.next("update")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(client.interact("jump"))
    await streamer.next("update")
    await acknowledge(streamer, late)
    await asyncio.sleep(0.05)
    assert not second.done()
    await acknowledge(streamer, "the second")
    assert await second == "the second"


async def test_a_timed_out_calls_late_answer_is_not_the_next_calls(service: Service, client: Odyssey) -> None:
    """The same, for a call that timed out; and the time-out is a retryable stream error."""
    streamer = await streaming(service, client)
    with pytest.raises(OdysseyStreamError) as timed_out:
        await client.interact("first", timeout_s=0.05)
    assert (timed_out.value.code, timed_out.value.retryable) == ("timeout", True)
    second = asyncio.create_task(client.interact("second"))
    await asyncio.sleep(0.05)
    await acknowledge(streamer, "first")
    await acknowledge(streamer, "second")
    assert await second == "second"


async def test_an_answer_that_never_comes_does_not_cost_the_next_call(
    service: Service, client: Odyssey
) -> None:
    """When a timed-out interaction is never acknowledged, the next one still gets its own answer."""
    streamer = await streaming(service, client)
    with pytest.raises(OdysseyStreamError):
        await client.interact("first", timeout_s=0.05)
    second = asyncio.create_task(client.interact("second"))
    await streamer.next("update")
    await streamer.next("update")
    await acknowledge(streamer, "the second, reworded")
    assert await second == "the second, reworded"


async def test_the_timeout_counts_the_wait_for_the_turn(service: Service, client: Odyssey) -> None:
    """A call behind one that is never answered fails in its own time, and not when the other one does."""
    streamer = await streaming(service, client)
    first = asyncio.create_task(client.interact("first", timeout_s=3600))
    await streamer.next("update")
    with pytest.raises(OdysseyStreamError) as timed_out:
        await client.interact("second", timeout_s=0.05)
    assert timed_out.value.code == "timeout"
    assert not first.done()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_a_stream_error_answers_a_waiting_interaction(service: Service, client: Odyssey) -> None:
    """A refused prompt raises the service's reason, and the stream goes on."""
    streamer = await streaming(service, client)
    call = asyncio.create_task(client.interact("something rude"))
    await streamer.next("update")
    await streamer.say({"type": "interactive_stream_error", "reason": "moderation_failed", "message": "No."})
    with pytest.raises(OdysseyStreamError) as refused:
        await call
    assert (refused.value.reason, refused.value.message) == ("moderation_failed", "No.")
    service.behaviour.acknowledges = True
    assert await client.interact("something nice") == "something nice"


async def test_a_call_without_a_stream_is_an_error(client: Odyssey) -> None:
    """Nothing waits for an answer that cannot come."""
    await client.connect()
    for call in (client.interact("hello"), client.end_stream()):
        with pytest.raises(OdysseyStreamError) as error:
            await call
        assert error.value.code == "no_stream"


async def test_a_prompt_too_long_for_the_channel_is_refused(service: Service, client: Odyssey) -> None:
    """An interaction over the channel's limit, which would break the connection, is never sent."""
    service.behaviour.max_message_size = 1000
    await streaming(service, client)
    with pytest.raises(OdysseyStreamError) as error:
        await client.interact("x" * 1000)
    assert error.value.code == "prompt_too_long"
    assert client.is_connected
