"""One bot on four shards: each has its servers, comes and goes by itself, and begins sessions in its turn."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from typing import Any

import aiohttp
import pytest

from bot.app.wiring import run_bot
from bot.broadcast.sharding import shard_of
from bot.discord import session_starts
from bot.discord.connection import Connection
from bot.discord.sharding import Sharding
from bot.local.discord.gateway import Gateway, GatewayCloseError
from bot.local.discord.shards import Shard
from bot.process.settings import Settings
from tests.e2e.conftest import WAIT_S, House, until_healthy

SHARDS = 4


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """We do not wait before a shard comes again."""
    monkeypatch.setattr("bot.discord.shard_connection.CONNECTING_AGAIN_S", (0.05, 0.05))
    monkeypatch.setattr("bot.discord.connection.CONNECTING_AGAIN_S", (0.05, 0.05))


@pytest.fixture
def servers(house: House) -> Mapping[int, int]:
    """Of each shard the #broadcasts of its server."""
    house.discord.starts.shards = SHARDS
    world = house.discord.world
    channels = {world.guild_id: house.discord.channel("broadcasts")}
    for number in range(1, SHARDS):
        channel = house.discord.add_server(f"Garden {number}")
        channels[world.guild_ids[-1]] = channel
    on = {shard_of(guild_id, SHARDS): channel for guild_id, channel in channels.items()}
    assert on.keys() == set(range(SHARDS))
    return on


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """Those of the bots that were started, to tell them what to hold."""
    started: list[Connection] = []
    stay = Connection.stay

    async def note_and_stay(connection: Connection, *args: Any) -> None:
        started.append(connection)
        await stay(connection, *args)

    monkeypatch.setattr(Connection, "stay", note_and_stay)
    return started


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await asyncio.sleep(0.01)


async def live_in(house: House, channel: int) -> None:
    """Mika's broadcast there, live."""
    mika = house.discord.user("mika")
    await mika.slash(channel, "odyssey start", prompt="A cat")
    await mika.wait_for_message(channel, lambda message: "Live" in message.text, timeout_s=WAIT_S)


async def said(house: House, channel: int, prompt: str) -> None:
    await house.discord.user("robin").send(channel, f"!{prompt}")


async def steered(house: House, channel: int, prompt: str) -> None:
    """The broadcast there follows the chat."""
    robin = house.discord.user("robin")
    await robin.wait_for_message(channel, lambda seen: f"> {prompt}" in seen.text, timeout_s=WAIT_S)


async def set_mode(house: House, channel: int, mode: str) -> None:
    await house.discord.user("mika").slash(channel, "odyssey mode", mode=mode)


async def ready(settings: Settings) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{settings.web_port}/readyz") as answer,
    ):
        return answer.status, await answer.json()


def stored(house: House, query: str) -> list[object]:
    """The only column of what is found in the database."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return [value for (value,) in database.execute(query)]


def taken(house: House) -> list[object]:
    """The prompts of all suggestions."""
    return stored(house, "SELECT prompt FROM suggestions ORDER BY prompt")


@asynccontextmanager
async def cut(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, shard_id: int) -> AsyncIterator[None]:
    """Discord cannot be reached by this shard, and forgets its session."""
    identify, may_come = gateway._identify, asyncio.Event()

    async def too_early(data: Mapping[str, Any]) -> Any:
        if data["shard"][0] == shard_id and not may_come.is_set():
            raise GatewayCloseError(4000, "not now")
        return await identify(data)

    monkeypatch.setattr(gateway, "_identify", too_early)
    await gateway.drop_sessions(shard_id)
    yield
    may_come.set()


async def test_servers_on_different_shards_are_served_by_one_bot(
    house: House, servers: Mapping[int, int]
) -> None:
    """As many shards as Discord recommends; each server's chat steers its own broadcast."""
    async with house.bot() as settings:
        assert {each.shard for each in house.discord._gateway._sessions} == {
            Shard(number, SHARDS) for number in range(SHARDS)
        }
        for number in (1, 2):
            await live_in(house, servers[number])
        await said(house, servers[1], "snow")
        await said(house, servers[2], "rain")
        await steered(house, servers[1], "snow")
        await steered(house, servers[2], "rain")
        assert await ready(settings) == (200, {"status": "ok"})
        assert house.discord.starts.begun == SHARDS


async def test_as_many_shards_as_are_set(house: House, servers: Mapping[int, int]) -> None:
    """Whatever Discord recommends."""
    async with house.bot(shards=2):
        assert {each.shard for each in house.discord._gateway._sessions} == {Shard(0, 2), Shard(1, 2)}
        for number in (1, 2):
            await live_in(house, servers[number])


@pytest.mark.outage("a shard's session lost")
async def test_a_shard_that_is_lost_does_not_stop_the_others(
    house: House,
    servers: Mapping[int, int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They go on. It comes back by itself, and hears what was said there meanwhile."""
    async with house.bot() as settings:
        for number in (1, 2):
            await live_in(house, servers[number])
        others = {each.id for each in house.discord._gateway._sessions if each.shard.id != 1}
        async with cut(house.discord._gateway, monkeypatch, 1):
            await said(house, servers[1], "snow")
            await said(house, servers[2], "rain")
            await steered(house, servers[2], "rain")
            status, answer = await ready(settings)
            assert (status, answer["why"]) == (503, {"discord": "1 of 4 shards are not connected to Discord"})
            assert taken(house) == ["rain"]
        await steered(house, servers[1], "snow")
        assert taken(house) == ["rain", "snow"]
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/readyz")
        assert others == {each.id for each in house.discord._gateway._sessions if each.shard.id != 1}
    assert "Traceback" not in caplog.text


async def test_a_shards_connection_that_breaks_is_resumed(house: House, servers: Mapping[int, int]) -> None:
    """No session is begun anew, and nothing that was said is lost or heard twice."""
    async with house.bot():
        await live_in(house, servers[1])
        await house.discord.drop_gateway(1)
        await said(house, servers[1], "snow")
        await steered(house, servers[1], "snow")
        assert taken(house) == ["snow"]
        assert house.discord.starts.begun == SHARDS


async def test_a_server_that_is_left_while_its_shard_was_away_is_missed(
    house: House,
    servers: Mapping[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The new session's servers are all that are there: its broadcast ends, and no other."""
    async with house.bot():
        for number in (1, 2):
            await live_in(house, servers[number])
        world = house.discord.world
        guild_id = next(each for each in world.guild_ids if shard_of(each, SHARDS) == 1)
        async with cut(house.discord._gateway, monkeypatch, 1):
            world.backend.remove_guild(guild_id)
        await until(lambda: stored(house, "SELECT guild_id FROM left_servers") == [guild_id])
        await until(
            lambda: stored(house, "SELECT reason FROM broadcasts WHERE state = 'ended'") == ["channel_gone"]
        )
        await said(house, servers[2], "rain")
        await steered(house, servers[2], "rain")


async def test_members_that_were_asked_for_when_the_session_was_lost_are_not_taken_for_gone(
    house: House, servers: Mapping[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is none: what they have in line stays there."""
    asked: list[object] = []

    def never(data: object) -> list[object]:
        asked.append(data)
        return []

    async with house.bot() as settings:
        await live_in(house, servers[1])
        await set_mode(house, servers[1], "vote")
        await said(house, servers[1], "snow")
        await until(lambda: stored(house, "SELECT outcome FROM suggestions") == ["queued"])
        monkeypatch.setattr(house.discord.world, "member_chunks", never)
        await house.discord.lose_session(1)
        await until(lambda: bool(asked))
        await house.discord.lose_session(1)
        await until(lambda: len(asked) > 1)
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz")
        await live_in(house, servers[2])
        assert stored(house, "SELECT outcome FROM suggestions") == ["queued"]


async def test_an_intent_that_is_taken_away_is_given_up_by_all_shards_at_once(
    house: House, servers: Mapping[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    """Each is refused by itself; the one thing that is switched off is told once, and commands go on."""
    async with house.bot() as settings:
        await live_in(house, servers[1])
        house.discord.world.message_content = False
        await house.discord.lose_session()
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz")
        robin = house.discord.user("robin")
        await robin.slash(servers[1], "odyssey say", prompt="snow")
        await steered(house, servers[1], "snow")
    assert caplog.text.count("The message content intent is switched off") == 1


async def test_a_bot_that_outgrows_its_shards_comes_again_with_more(house: House) -> None:
    """Discord refuses its one shard, and recommends four: broadcasts go on."""
    discord = house.discord
    async with house.bot() as settings:
        panel = await house.live_broadcast()
        for number in range(1, SHARDS):
            discord.add_server(f"Garden {number}")
        discord.starts.guilds_per_shard, discord.starts.shards = 1, SHARDS
        await discord.lose_session()
        await until(lambda: len({each.shard for each in discord._gateway._sessions}) == SHARDS)
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz")
        await said(house, panel.channel_id, "snow")
        await steered(house, panel.channel_id, "snow")


async def test_a_shard_that_discord_refuses_does_not_stop_the_others(
    house: House,
    servers: Mapping[int, int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As for having too many servers by now: it is tried again and again, and told."""
    async with house.bot() as settings:
        await live_in(house, servers[2])
        gateway, identify = house.discord._gateway, house.discord._gateway._identify

        async def refuse(data: Mapping[str, Any]) -> Any:
            if data["shard"][0] == 1:
                raise GatewayCloseError(4011, "Sharding required.")
            return await identify(data)

        with monkeypatch.context() as patched:
            patched.setattr(gateway, "_identify", refuse)
            await house.discord.lose_session(1)
            await until(lambda: "Discord refuses shard 1 (4011)" in caplog.text)
            await said(house, servers[2], "rain")
            await steered(house, servers[2], "rain")
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz")
        await live_in(house, servers[1])


async def test_shards_are_changed_while_the_bot_runs(
    house: House, servers: Mapping[int, int], connections: list[Connection]
) -> None:
    """What happens on one that was left is not heard, and nobody takes it for a removal from its servers."""
    async with house.bot() as settings:
        for number in (1, 2):
            await live_in(house, servers[number])
        [connection] = connections
        await connection.hold({0, 2}, of=SHARDS)
        await until(lambda: {each.shard.id for each in house.discord._gateway._sessions} == {0, 2})
        assert connection.sizes == {0: 1, 2: 1}
        await said(house, servers[1], "snow")
        await said(house, servers[2], "rain")
        await steered(house, servers[2], "rain")
        assert taken(house) == ["rain"]
        assert await ready(settings) == (200, {"status": "ok"})
        await connection.hold({1, 3}, of=SHARDS)
        await until(lambda: connection.is_up)
        await steered(house, servers[1], "snow")
        await said(house, servers[1], "hail")
        await steered(house, servers[1], "hail")
        assert connection.sizes == {1: 1, 3: 1}
        assert stored(house, "SELECT state FROM broadcasts") == ["live", "live"]
        assert stored(house, "SELECT guild_id FROM left_servers") == []
        with pytest.raises(ValueError, match="there are 4 shards"):
            await connection.hold({1}, of=2)
        await connection.hold(range(SHARDS), of=SHARDS)
        await until(lambda: connection.is_up)


async def test_nobody_identifies_out_of_turn(
    house: House, servers: Mapping[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord has each bucket wait: none of the shards is turned away."""
    house.discord.starts.max_concurrency = 2
    house.discord.starts.identify_every_s = 0.2
    monkeypatch.setattr("bot.discord.identifying.IDENTIFY_EVERY_S", 0.4)
    assert servers
    async with house.bot():
        assert house.discord.starts.begun == SHARDS


@pytest.mark.outage("a day's sessions used up")
async def test_the_token_outlives_a_day_of_lost_sessions(
    house: House,
    servers: Mapping[int, int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With what is left no session is begun: the shard waits, the others go on."""
    monkeypatch.setattr(session_starts, "LOOK_AGAIN_S", (0.02, 0.02))
    monkeypatch.setattr(session_starts, "TRUE_FOR_S", 0.0)
    starts = house.discord.starts
    async with house.bot() as settings:
        await live_in(house, servers[2])
        starts.remaining = 3
        await house.discord.lose_session(1)
        await until(lambda: "Discord allows 3 more sessions" in caplog.text)
        await said(house, servers[2], "rain")
        await steered(house, servers[2], "rain")
        assert starts.remaining == 3
        starts.remaining = 900
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz")
        await live_in(house, servers[1])


async def test_a_bot_may_be_on_no_shard(
    house: House, servers: Mapping[int, int], connections: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is told which ones to hold is ready at once, and hears of what it holds."""
    monkeypatch.setattr("bot.app.wiring.Sharding", lambda shards, **_: Sharding(shards, holds_all=False))
    settings, stop = house.settings_of(), asyncio.Event()
    running = asyncio.create_task(run_bot(settings, stop), name="the bot")
    try:
        await until_healthy(f"http://127.0.0.1:{settings.web_port}/readyz", running)
        [connection] = connections
        assert (await connection.sharding.known(), connection.up) == (SHARDS, frozenset())
        assert house.discord.starts.begun == 0
        await connection.hold({3}, of=SHARDS)
        await until(lambda: connection.is_up)
        await live_in(house, servers[3])
        assert connection.up == {3}
    finally:
        stop.set()
        await running
