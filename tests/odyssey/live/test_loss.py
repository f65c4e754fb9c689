"""However a connection is lost, every waiting call fails with the truth, and nothing is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from bot.odyssey import Odyssey, OdysseyConnectionError, Timeouts
from tests.odyssey.service import API_KEY, PATIENCE_S, Service, Streamer


async def reset(streamer: Streamer) -> None:
    streamer.reset_socket()


async def close_1000(streamer: Streamer) -> None:
    await streamer.socket.close(code=1000)


async def close_4000(streamer: Streamer) -> None:
    await streamer.socket.close(code=4000)


async def close_peer(streamer: Streamer) -> None:
    await streamer.pc.close()


async def close_channel(streamer: Streamer) -> None:
    assert streamer.channel is not None
    for channel in streamer.channels.values():
        channel.close()


async def go_silent(streamer: Streamer) -> None:
    streamer.go_silent()


async def give_up(streamer: Streamer) -> None:
    await streamer.signal({"type": "error", "reason": "duration_limit_reached"})


LOSSES = [
    (reset, "failed"),
    (close_1000, "disconnected"),
    (close_4000, "failed"),
    (close_peer, "failed"),
    (close_channel, "failed"),
    (go_silent, "failed"),
    (give_up, "failed"),
]


@pytest.mark.parametrize(("lose", "status"), LOSSES, ids=lambda value: getattr(value, "__name__", value))
@pytest.mark.parametrize("call", ["start", "interact", "end"])
async def test_waiting_calls_fail_at_once(
    service: Service, call: str, lose: Callable[[Streamer], Awaitable[None]], status: str
) -> None:
    """A call that waits raises `OdysseyConnectionError`; `on_disconnected` comes once; the status is true."""
    ended: list[str] = []
    silence_s = 0.8 if lose is go_silent else 30.0
    async with Odyssey(API_KEY, service.url, timeouts=Timeouts(silence_s=silence_s)) as client:
        await client.connect(on_disconnected=lambda: ended.append(client.current_status))
        streamer = await service.streamer()
        service.behaviour.starts = call != "start"
        service.behaviour.acknowledges = service.behaviour.ends = False
        if call != "start":
            await client.start_stream("a cat")
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "start": lambda: client.start_stream("a cat"),
            "interact": lambda: client.interact("jump"),
            "end": client.end_stream,
        }
        waiting = asyncio.create_task(calls[call]())
        await asyncio.sleep(0.05)
        await lose(streamer)
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(OdysseyConnectionError):
                await waiting
            while not ended:
                await asyncio.sleep(0.01)
        assert not client.is_connected
        assert client.current_stream_id is None
        with pytest.raises(OdysseyConnectionError):
            await client.interact("too late")
    assert ended == [status]


async def test_an_idle_connection_is_not_taken_for_silent(service: Service) -> None:
    """Without a stream hardly anything comes over UDP, and the connection is still good."""
    async with Odyssey(API_KEY, service.url, timeouts=Timeouts(silence_s=0.4)) as client:
        await client.connect()
        await asyncio.sleep(0.45)
        await asyncio.sleep(0.45)
        assert client.is_connected
        await client.start_stream("a cat")


async def test_silence_is_told_before_it_is_final(service: Service) -> None:
    """While nothing comes the status is `reconnecting`; when something comes again it is `connected`."""
    statuses: list[str] = []
    async with Odyssey(API_KEY, service.url, timeouts=Timeouts(silence_s=2.0)) as client:
        await client.connect(on_status_change=lambda status, message: statuses.append(status))
        streamer = await service.streamer()
        speak = streamer.go_silent()
        async with asyncio.timeout(PATIENCE_S):
            while client.current_status != "reconnecting":
                await asyncio.sleep(0.01)
            speak()
            while client.current_status != "connected":
                await asyncio.sleep(0.01)
    assert statuses[-3:] == ["reconnecting", "connected", "disconnected"]


async def test_the_limit_of_a_connection(service: Service, client: Odyssey) -> None:
    """`duration_limit_reached` closes everything and is told as a fatal error with its reason."""
    errors: list[tuple[Exception, bool]] = []
    gone = asyncio.Event()
    await client.connect(on_error=lambda *told: errors.append(told), on_disconnected=gone.set)
    streamer = await service.streamer()
    await give_up(streamer)
    await asyncio.wait_for(gone.wait(), PATIENCE_S)
    await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)
    [(error, fatal)] = errors
    assert isinstance(error, OdysseyConnectionError)
    assert (error.code, fatal) == ("duration_limit_reached", True)
