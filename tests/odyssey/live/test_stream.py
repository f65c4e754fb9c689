"""A stream from start to end, over real sockets and real WebRTC."""

from __future__ import annotations

import asyncio

from bot.odyssey import BroadcastInfo, ConnectionStatus, Odyssey
from tests.odyssey.service import PATIENCE_S, Service


async def test_a_whole_stream(service: Service, client: Odyssey) -> None:
    """Connect, start, interact, end and disconnect each do what they say, and tell their callbacks."""
    told: list[object] = []
    await client.connect(
        on_connected=lambda: told.append("connected"),
        on_disconnected=lambda: told.append("disconnected"),
        on_stream_started=lambda stream_id: told.append(("started", stream_id)),
        on_stream_ended=lambda: told.append("ended"),
        on_interact_acknowledged=lambda prompt: told.append(("acknowledged", prompt)),
        on_status_change=lambda status, message: told.append(status),
    )
    assert client.current_status == "connected"
    stream_id = await client.start_stream("a cat", portrait=False)
    assert stream_id == client.current_stream_id
    assert await client.interact("the cat jumps") == "the cat jumps"
    assert client.last_applied_prompt == "the cat jumps"
    await client.end_stream()
    assert not client.current_stream_id
    await client.disconnect()
    streamer = await service.streamer()
    await asyncio.wait_for(streamer.goodbye.wait(), PATIENCE_S)
    assert client.current_status is ConnectionStatus.DISCONNECTED
    assert told == [
        "authenticating",
        "connecting",
        "connected",
        "connected",
        ("started", stream_id),
        ("acknowledged", "the cat jumps"),
        "ended",
        "disconnected",
        "disconnected",
    ]


async def test_broadcast(client: Odyssey) -> None:
    """A broadcast start is answered with where to watch."""
    ready: asyncio.Future[BroadcastInfo] = asyncio.get_running_loop().create_future()
    await client.connect(on_broadcast_ready=ready.set_result)
    await client.start_stream("a cat", broadcast=True)
    info = await asyncio.wait_for(ready, PATIENCE_S)
    assert info.spectator_token == "spectator-secret"
    assert info.webrtc_url.endswith("/webrtc/live")
    assert "secret" not in repr(info)
