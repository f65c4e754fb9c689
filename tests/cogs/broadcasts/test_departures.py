"""What is deleted, closed or taken away on Discord: channels, threads, permissions, people."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import discord
import pytest
from simcord.backend import Backend
from simcord.backend.models import Overwrite
from simcord.enums import ChannelType, OverwriteType

from cogs.broadcasts.places import GRACE_S
from tests.cogs.chat.test_chat import outcomes
from tests.cogs.conftest import HastyClock, overhearing, until
from tests.e2e.conftest import CHANNEL, WAIT_S, House, id_of
from tests.support.steering import set_, suggest

SEND = discord.Permissions(send_messages=True, send_messages_in_threads=True).value
VIEW = discord.Permissions(view_channel=True).value


def ending(house: House) -> tuple[str, str | None]:
    """The state and the reason of the latest broadcast, as they are stored."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        query = "SELECT state, reason FROM broadcasts ORDER BY requested_at DESC"
        state, reason = database.execute(query).fetchone()
        return state, reason


def open_panels(house: House) -> int:
    """How many panels are stored as not showing an end yet."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        query = "SELECT count(*) FROM posts WHERE kind = 'panel' AND closed_at IS NULL"
        return int(database.execute(query).fetchone()[0])


def is_lost(house: House) -> bool:
    """Whether the broadcast ended for want of a place."""
    return ending(house) == ("ended", "channel_gone")


def backend_of(house: House) -> Backend:
    """The local Discord's insides."""
    return house.discord.world.backend


def deny(house: House, bits: int) -> None:
    """Takes permissions in the channel from the bot, or gives all back with 0."""
    world = house.discord.world
    overwrite = Overwrite(world.application_id, OverwriteType.MEMBER, deny=bits)
    world.backend.set_overwrite(house.discord.channel(CHANNEL), overwrite)
    world.backend.announce_channel_update(house.discord.channel(CHANNEL))


def new_thread(house: House, kind: int = ChannelType.PUBLIC_THREAD) -> int:
    """A thread of Mika's in the channel, which the bot has been told of."""
    parent, owner = house.discord.channel(CHANNEL), house.discord.user("mika").id
    return backend_of(house).create_thread(parent, "dragons", owner, type=kind).id


async def live_in(house: House, channel: int) -> None:
    """Mika's broadcast there, live."""
    mika = house.discord.user("mika")
    await mika.slash(channel, "odyssey start", prompt="A cat")
    await mika.wait_for_message(channel, lambda message: "Live" in message.text, timeout_s=WAIT_S)


async def test_a_purge_withdraws_what_it_swept_away(house: House) -> None:
    """As a single deletion does: nothing of it reaches the world."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        swept = [await robin.send(CHANNEL, f"!vile thing {number}") for number in range(3)]
        await suggest(house, "sasha", "rain")
        await house.shown("4 wait for a moderator")
        backend_of(house).bulk_delete_messages(house.discord.channel(CHANNEL), [m.id for m in swept])
        await house.shown("1 waits for a moderator")
        # A command overtakes what others say in the chat.
        stored = {("rain", "queued"), *((f"vile thing {n}", "withdrawn") for n in range(3))}
        await until(house, lambda: set(outcomes(house)) == stored)


def kicked(backend: Backend, guild: int, person: int) -> None:
    """Or gone by themselves: that is the same."""
    backend.remove_member(guild, person)


def banned(backend: Backend, guild: int, person: int) -> None:
    """Banned, by word of the ban alone."""
    user = {"id": str(person), "username": "robin", "discriminator": "0", "avatar": None}
    backend.emit("GUILD_BAN_ADD", {"guild_id": str(guild), "user": user})


@pytest.mark.parametrize("how", [kicked, banned])
async def test_who_is_gone_steers_no_more(house: House, how: Callable[[Backend, int, int], None]) -> None:
    """What they have in line is withdrawn, their votes too; the others' stays."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="vote", vote_window_s=60)
        await house.live_broadcast()
        await suggest(house, "sasha", "rain")
        await suggest(house, "robin", "something vile")
        ballot = await house.shown("something vile — Robin · 1 vote")
        await robin.click(ballot, custom_id=id_of(ballot, "1.*"))
        await house.shown("rain — Sasha · 2 votes")
        how(backend_of(house), house.discord.world.guild_id, robin.id)
        await house.shown("rain — Sasha · 1 vote")
        await until(house, lambda: outcomes(house) == [("rain", "queued"), ("something vile", "withdrawn")])


@pytest.mark.outage("channel deleted")
async def test_a_deleted_channel_ends_its_broadcast_at_once(house: House) -> None:
    """Nobody could see, steer or end it any more; and its panel is not tried on and on."""
    async with house.bot():
        await house.live_broadcast()
        channel = house.discord.channel(CHANNEL)
        with overhearing(house.discord, "(PATCH|POST)", rf"/channels/{channel}/messages") as tried_at_s:
            backend_of(house).delete_channel(channel)
            await until(house, lambda: is_lost(house) and not open_panels(house))
            tried = len(tried_at_s)
            for _ in range(10):
                assert await house.goes_on()
            assert len(tried_at_s) == tried


@pytest.mark.outage("thread deleted")
async def test_a_deleted_thread_ends_its_broadcast_at_once(house: House) -> None:
    """Threads say so by an event of their own."""
    async with house.bot():
        thread = new_thread(house)
        await live_in(house, thread)
        backend_of(house).delete_channel(thread)
        await until(house, lambda: is_lost(house))


async def test_a_thread_goes_with_its_channel(house: House) -> None:
    """Discord then tells of the channel alone."""
    async with house.bot():
        await live_in(house, new_thread(house))
        backend_of(house).delete_channel(house.discord.channel(CHANNEL))
        await until(house, lambda: is_lost(house))


@pytest.mark.outage("kicked in mid-broadcast")
async def test_a_kick_ends_the_servers_broadcasts_and_an_outage_does_not(house: House) -> None:
    """A server that Discord cannot reach comes back."""
    world = house.discord.world
    async with house.bot():
        await house.live_broadcast()
        world.backend.emit("GUILD_DELETE", {"id": str(world.guild_id), "unavailable": True})
        await suggest(house, "robin", "rain")
        await house.shown("> rain")
        world.backend.remove_guild(world.guild_id)
        async with asyncio.timeout(WAIT_S):
            while not is_lost(house):
                await asyncio.sleep(0.05)  # nobody is left to ask the bot something


def the_bots_role(house: House) -> int:
    """The one role that lets the bot write: everyone else's lets nobody."""
    world = house.discord.world
    everyone = world.backend.get_role(world.guild_id, world.guild_id)
    everyone.permissions &= ~SEND
    world.backend.edit_role(world.guild_id, everyone.id, {"permissions": everyone.permissions})
    return world.backend.get_member(world.guild_id, world.application_id).role_ids[0]


def sight_in_the_channel(house: House) -> None:
    """The channel is made private, without the bot."""
    deny(house, VIEW)


def words_in_the_channel(house: House) -> None:
    """The bot may not write in the channel."""
    deny(house, SEND)


def words_of_the_role(house: House) -> None:
    """The bot's role may not write."""
    guild, role = house.discord.world.guild_id, the_bots_role(house)
    backend_of(house).edit_role(guild, role, {"permissions": VIEW})


def the_role_itself(house: House) -> None:
    """The bot's role is deleted."""
    backend_of(house).delete_role(house.discord.world.guild_id, the_bots_role(house))


def the_role_of_the_bot(house: House) -> None:
    """The bot does not have its role any more."""
    world = house.discord.world
    world.backend.remove_member_role(world.guild_id, world.application_id, the_bots_role(house))


def all_words_for_a_while(house: House) -> None:
    """The bot is timed out."""
    world, until = house.discord.world, datetime.now(UTC) + timedelta(minutes=10)
    changes = {"timed_out_until": until.isoformat()}
    world.backend.edit_member(world.guild_id, world.application_id, changes)


@pytest.mark.outage("permission taken", "role deleted")
@pytest.mark.parametrize(
    "take",
    [
        sight_in_the_channel,
        words_in_the_channel,
        words_of_the_role,
        the_role_itself,
        the_role_of_the_bot,
        all_words_for_a_while,
    ],
)
async def test_a_permission_that_is_taken_for_long_ends_the_broadcast(
    house: House, clock: HastyClock, take: Callable[[House], None]
) -> None:
    """Whichever event says so: the channel's, the role's, or the bot's own."""
    async with house.bot():
        await house.live_broadcast()
        take(house)
        await until(house, lambda: is_lost(house), meanwhile=lambda: clock.skip(at_most_s=GRACE_S))


async def test_a_permission_that_is_given_back_in_time_ends_nothing(house: House, clock: HastyClock) -> None:
    """Who sets permissions needs several steps; and a later loss has its own time of grace."""
    async with house.bot():
        await house.live_broadcast()
        deny(house, SEND)
        assert await house.goes_on()
        clock.forward(seconds=GRACE_S - 1)
        deny(house, 0)
        assert await house.goes_on()
        clock.forward(seconds=2)
        deny(house, VIEW)
        assert await house.goes_on()
        clock.forward(seconds=GRACE_S - 2)
        assert await house.goes_on()
        assert ending(house) == ("live", None)
        deny(house, 0)
        await suggest(house, "robin", "rain")
        await house.shown("> rain")


@pytest.mark.outage("thread closed")
@pytest.mark.parametrize("change", [{"archived": True}, {"locked": True}])
async def test_a_closed_thread_ends_its_broadcast(
    house: House, clock: HastyClock, change: dict[str, bool]
) -> None:
    """Nobody can write there; reopened in time, it goes on."""
    async with house.bot():
        thread = new_thread(house)
        await live_in(house, thread)
        backend_of(house).edit_channel(thread, {}, thread_metadata=change)
        assert await house.goes_on()
        backend_of(house).edit_channel(thread, {}, thread_metadata=dict.fromkeys(change, False))
        assert await house.goes_on()
        clock.forward(seconds=GRACE_S)
        assert await house.goes_on()
        assert ending(house) == ("live", None)
        backend_of(house).edit_channel(thread, {}, thread_metadata=change)
        await until(house, lambda: is_lost(house), meanwhile=lambda: clock.skip(at_most_s=GRACE_S))


@pytest.mark.outage("gateway session lost")
async def test_what_happened_while_the_session_was_lost_is_looked_for(
    house: House, clock: HastyClock
) -> None:
    """A new session tells nothing of it: messages, people and places are looked at again."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    world = house.discord.world
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        await house.discord.user("mika").slash("lounge", "odyssey start", prompt="A dog")
        deleted, edited = await robin.send(CHANNEL, "!a dragon"), await robin.send(CHANNEL, "!a kitten")
        await house.discord.user("mika").send(CHANNEL, "!a whale")
        await sasha.send(CHANNEL, "!something vile")
        await house.shown("4 wait for a moderator")
        await house.discord.lose_session()
        await robin.delete(deleted)
        await robin.edit(edited, "!a lion")
        world.backend.remove_member(world.guild_id, sasha.id)
        world.backend.delete_channel(house.discord.channel("lounge"))
        await house.shown("2 wait for a moderator")
        expected = [("a dragon", "withdrawn"), ("a lion", "queued"), ("a whale", "queued")]
        async with asyncio.timeout(WAIT_S):
            while outcomes(house) != [*expected, ("something vile", "withdrawn")]:
                await asyncio.sleep(0.05)
            while not is_lost(house):
                clock.skip(at_most_s=GRACE_S)
                await asyncio.sleep(0.05)  # to ask the bot something takes a place that it still has
