"""The local Discord's shards: who hears of what, and how many sessions may be begun."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.local.discord.server import LocalDiscord
from bot.local.discord.shards import DAY_S, SessionStarts, Shard
from bot.local.discord.state import Memory
from tests.local.discord.gateway_client import DISPATCH, INVALID_SESSION, Connect, GatewayClient, connecting

SHARDS = 4


class Now:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
async def discord(now: Now) -> AsyncIterator[LocalDiscord]:
    """Four servers, each on a shard of its own."""
    async with LocalDiscord(starts=SessionStarts(shards=SHARDS, now=now)) as server:
        for number in range(1, SHARDS):
            server.add_server(f"Server {number}")
        yield server


@pytest.fixture
async def connect(discord: LocalDiscord) -> AsyncIterator[Connect]:
    async with connecting(discord) as connect:
        yield connect


def channel_on(discord: LocalDiscord, shard: Shard) -> int:
    """#broadcasts of the server on that shard."""
    world = discord.world
    (guild_id,) = (guild_id for guild_id in world.guild_ids if shard.has(guild_id))
    return next(int(each["id"]) for each in world.channels(guild_id) if each["name"] == "broadcasts")


async def on_all_shards(connect: Connect) -> list[GatewayClient]:
    clients = [await connect() for _ in range(SHARDS)]
    for number, client in enumerate(clients):
        assert (await client.identify([number, SHARDS]))["d"]["shard"] == [number, SHARDS]
    return clients


async def asked(discord: LocalDiscord) -> dict[str, Any]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bot {discord.token}"}) as http:
        told: dict[str, Any] = (await http.get(f"{discord.api_url}/gateway/bot")).json()
        return told


async def test_a_shard_hears_of_its_servers_and_of_no_other(discord: LocalDiscord, connect: Connect) -> None:
    """Its servers when it begins, what is said and done in them later; shard 0 hears direct messages."""
    clients, robin = await on_all_shards(connect), discord.user("robin")
    channels = [channel_on(discord, Shard(number, SHARDS)) for number in range(SHARDS)]
    for channel in channels:
        await robin.send(channel, "hello")
    discord.world.interact(3, channels[2], robin.id, {"custom_id": "x", "component_type": 2}).cancel()
    await robin.send(robin.direct_channel, "to you alone")
    for channel in channels:
        await robin.send(channel, "good night")
    for number, client in enumerate(clients):
        events = await client.until("good night")
        (guild,) = [each["d"] for each in events if each["t"] == "GUILD_CREATE"]
        assert Shard(number, SHARDS).has(int(guild["id"]))
        said = [each["d"] for each in events if each["t"] == "MESSAGE_CREATE"]
        assert [each["content"] for each in said if "guild_id" in each] == ["hello", "good night"]
        assert [each["content"] for each in said if "guild_id" not in each] == (
            ["to you alone"] if number == 0 else []
        )
        assert [each["t"] for each in events].count("INTERACTION_CREATE") == (number == 2)


async def test_a_shard_may_be_had_twice(discord: LocalDiscord, connect: Connect) -> None:
    """Both hear of everything, and so does one that counts the shards otherwise: numbers only route."""
    clients = [await connect() for _ in range(3)]
    channel = channel_on(discord, Shard(1, SHARDS))
    guild_id = discord.world.guild_of(channel)
    assert guild_id
    for client, shard in zip(clients, ([1, SHARDS], [1, SHARDS], [(guild_id >> 22) % 3, 3]), strict=True):
        await client.identify(shard)
    await discord.user("robin").send(channel, "hello")
    for client in clients:
        await client.until("hello")


@pytest.mark.parametrize("shard", [[4, 4], [-1, 4], [0, 0], [1], [0, 1, 2], "0", [0.0, 1], [True, 2], {}])
async def test_a_shard_that_there_is_not_is_refused(connect: Connect, shard: object) -> None:
    client = await connect()
    with pytest.raises(TypeError):
        await client.identify(shard)
    assert client.ws.close_code == 4010


async def test_too_many_servers_for_a_shard_are_refused(discord: LocalDiscord, connect: Connect) -> None:
    """Who has more servers than one shard may hold has to have several."""
    discord.starts.guilds_per_shard = 1
    for shard in (None, [0, 2]):
        client = await connect()
        with pytest.raises(TypeError):
            await client.identify(shard)
        assert client.ws.close_code == 4011
    await on_all_shards(connect)


async def test_sessions_are_begun_bucket_by_bucket(discord: LocalDiscord, connect: Connect, now: Now) -> None:
    """Two shards of different buckets at once; the next of a bucket when its seconds are over."""
    discord.starts.identify_every_s, discord.starts.max_concurrency = 5.0, 2
    clients = [await connect() for _ in range(SHARDS)]
    ops = [(await client.identify([number, SHARDS]))["op"] for number, client in enumerate(clients)]
    assert ops == [DISPATCH, DISPATCH, INVALID_SESSION, INVALID_SESSION]
    now.s += 4.9
    assert (await clients[2].identify([2, SHARDS]))["op"] == INVALID_SESSION
    now.s += 0.1
    for number in (2, 3):
        assert (await clients[number].identify([number, SHARDS]))["op"] == DISPATCH


async def test_what_may_be_begun_is_told(discord: LocalDiscord, connect: Connect, now: Now) -> None:
    """The day begins with its first session, and a session that is resumed is not counted."""
    fresh = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    assert await asked(discord) == {
        "url": discord.gateway_url,
        "shards": SHARDS,
        "session_start_limit": fresh,
    }
    clients = await on_all_shards(connect)
    await discord.drop_gateway(1)
    again = await connect()
    await again.resume(clients[1].session_id, 1)
    await discord.user("robin").send(channel_on(discord, Shard(1, SHARDS)), "hello")
    await again.until("hello")
    now.s += 3600
    assert (await asked(discord))["session_start_limit"] == {
        "total": 1000,
        "remaining": 1000 - SHARDS,
        "reset_after": (DAY_S - 3600) * 1000,
        "max_concurrency": 1,
    }
    now.s += DAY_S - 3600
    assert (await asked(discord))["session_start_limit"] == fresh


async def test_a_day_that_is_used_up_costs_everything(discord: LocalDiscord, connect: Connect) -> None:
    """All sessions end, and the token is another one."""
    token = discord.token
    clients = await on_all_shards(connect)
    discord.starts.remaining = 0
    late = await connect()
    with pytest.raises(TypeError):
        await late.identify()
    assert late.ws.close_code == 4004
    for client in clients:
        with pytest.raises(TypeError):
            await client.until("never said")
        assert client.ws.close_code == 4004
    assert discord.token != token
    assert (await asked(discord))["session_start_limit"]["remaining"] == 0
    again = await connect()
    await again.resume(clients[1].session_id, 1)
    assert (await again.next())["op"] == INVALID_SESSION


async def test_one_shard_is_cut_off_and_the_others_stay(discord: LocalDiscord, connect: Connect) -> None:
    """It resumes with what it missed, of its servers alone."""
    clients, robin = await on_all_shards(connect), discord.user("robin")
    channels = [channel_on(discord, Shard(number, SHARDS)) for number in range(SHARDS)]
    await robin.send(channels[1], "before")
    await clients[1].until("before")
    await discord.drop_gateway(1)
    assert await clients[1].closed() == 4000
    for channel in channels:
        await robin.send(channel, "meanwhile")
    again = await connect()
    await again.resume(clients[1].session_id, clients[1].sequence)
    assert [each["t"] for each in await again.until("meanwhile")] == ["MESSAGE_CREATE"]
    assert (await again.next())["t"] == "RESUMED"
    for number in (0, 2, 3):
        await clients[number].until("meanwhile")


async def test_who_leaves_ends_the_session(discord: LocalDiscord, connect: Connect) -> None:
    """After a close with 1000 nothing is kept; a lost session of one shard is lost to that shard alone."""
    clients = await on_all_shards(connect)
    await clients[0].ws.close(code=1000)
    await discord.lose_session(1)
    for number, is_kept in enumerate((False, False, True, True)):
        again = await connect()
        await again.resume(clients[number].session_id, 0)
        assert ((await again.next())["op"] == DISPATCH) == is_kept


async def test_a_thousand_servers_fall_evenly_on_shards(discord: LocalDiscord, connect: Connect) -> None:
    """On any number of shards; and a connection is told of its part of them."""
    for number in range(1_000 - SHARDS):
        discord.add_server(f"Server {number}")
    for count in (1, 3, 16):
        held = [sum(map(Shard(number, count).has, discord.world.guild_ids)) for number in range(count)]
        assert max(held) - min(held) <= 1
    client = await connect()
    ready = await client.identify([5, 16])
    expected = [guild["id"] for guild in ready["d"]["guilds"]]
    assert len(expected) in (62, 63)
    assert [(await client.next())["d"]["id"] for _ in expected] == expected


async def test_servers_are_remembered(tmp_path: Path) -> None:
    """The next run has all of them, with their people; the one at home is the same."""
    memory = Memory(tmp_path)
    async with LocalDiscord(memory=memory) as first:
        channel = first.add_server("Another")
        await first.user("robin").send(channel, "hello")
        memory.keep(first.world.backend)
        known = (first.world.guild_id, first.world.guild_ids, first.world.guild_of(channel))
    async with LocalDiscord(memory=Memory(tmp_path)) as second:
        assert (second.world.guild_id, second.world.guild_ids, second.world.guild_of(channel)) == known
        assert [message.content for message in second.messages(channel)] == ["hello"]
        assert [user.is_moderator for user in second.world.users(known[2])].count(True) == 1
