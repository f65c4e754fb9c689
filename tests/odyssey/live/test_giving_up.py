"""Giving up a connection while it is made: at no moment does that leave a streamer taken at the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey, OdysseyConnectionError
from bot.odyssey.live.peer import Peer
from tests.odyssey.service import PATIENCE_S

LONGER_S = 0.1
"""What an answer takes that is being waited for."""
CALLS = (
    "/auth/token",
    "/regions",
    "/sessions/request",
    "/sessions/token",
    "/signalling/config",
    "/signalling/client",
)
"""In their order: the last one opens the websocket."""

GiveUp = Callable[[Odyssey, "asyncio.Task[None]"], Awaitable[None]]


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """One that takes faults."""
    async with Standin(StandinSettings(faults=True)) as running:
        yield running


async def cancelled(client: Odyssey, connecting: asyncio.Task[None]) -> None:
    """As a broadcast's end, or a stop of the bot, does it."""
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting


async def disconnected(client: Odyssey, connecting: asyncio.Task[None]) -> None:
    """By a call."""
    await client.disconnect()
    with pytest.raises(OdysseyConnectionError, match="Disconnected"):
        await connecting


async def timed_out(client: Odyssey, connecting: asyncio.Task[None]) -> None:
    """The time for connecting is over just then."""
    assert client._link._attempt
    assert client._link._attempt._limit
    client._link._attempt._limit.reschedule(asyncio.get_running_loop().time())
    with pytest.raises(OdysseyConnectionError) as error:
        await connecting
    assert error.value.code == "timeout"


WAYS = pytest.mark.parametrize("give_up", [cancelled, disconnected, timed_out])


async def left_nothing(
    standin: Standin, give_up: GiveUp, client: Odyssey, is_there: asyncio.Event | None = None
) -> None:
    """Connects up to that moment, or until a fault has struck, and gives up; then no slot is taken."""
    told = is_there or asyncio.Event()
    connecting = asyncio.create_task(client.connect(on_queue_wait=lambda _: told.set()))
    async with asyncio.timeout(PATIENCE_S):
        while standin.faults.armed if is_there is None else not is_there.is_set():
            await asyncio.sleep(0)
        assert not connecting.done()
        await give_up(client, connecting)
    assert not standin.slots_taken
    assert not client.is_connected


@WAYS
async def test_while_it_waits_for_an_answer(standin: Standin, give_up: GiveUp) -> None:
    """Of each call on the way: what the service reserves all the same is told goodbye."""
    for call in CALLS:
        standin.faults.arm("rest_slow", path=call, delay_s=LONGER_S)
        await left_nothing(standin, give_up, Odyssey(standin.settings.api_key, standin.url))


@WAYS
async def test_while_no_streamer_is_free(standin: Standin, give_up: GiveUp) -> None:
    """It asks no more."""
    standin.faults.arm("no_streamers")
    client = Odyssey(standin.settings.api_key, standin.url)
    await left_nothing(standin, give_up, client, asyncio.Event())


@WAYS
@pytest.mark.parametrize("moment", ["no offer", "the offer", "the answer", "no UDP"])
async def test_while_it_negotiates(
    standin: Standin, give_up: GiveUp, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the offer comes, as it comes, once it is answered, and while ICE finds no way."""
    is_there, answer = asyncio.Event(), Peer.answer

    async def told(peer: Peer, sdp: str) -> str:
        if moment == "the offer":
            is_there.set()
        answered = await answer(peer, sdp)
        is_there.set()
        return answered

    monkeypatch.setattr(Peer, "answer", told)
    if moment == "no offer":
        standin.faults.arm("no_offer")
    elif moment == "no UDP":
        standin.faults.arm("udp_silent", since="connection")
    client = Odyssey(standin.settings.api_key, standin.url)
    await left_nothing(standin, give_up, client, None if moment == "no offer" else is_there)


async def test_in_the_moment_in_which_it_is_made(standin: Standin) -> None:
    """Whoever is cancelled just when the connection is there has none."""
    client = Odyssey(standin.settings.api_key, standin.url)
    connecting = asyncio.create_task(client.connect(on_connected=lambda: connecting.cancel()))
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert not client.is_connected
    assert not standin.slots_taken


async def test_credentials_that_nobody_gets(standin: Standin) -> None:
    """A reservation for another client is let go of in the same way."""
    for call in CALLS[1:4]:
        standin.faults.arm("rest_slow", path=call, delay_s=LONGER_S)
        client = Odyssey(standin.settings.api_key, standin.url)
        asking = asyncio.create_task(client.create_client_credentials())
        async with asyncio.timeout(PATIENCE_S):
            while standin.faults.armed:
                await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        assert not standin.slots_taken
