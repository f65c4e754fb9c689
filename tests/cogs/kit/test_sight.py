"""What belongs to a channel is seen by those who may view it: elsewhere it does not exist."""

import sqlite3
from contextlib import closing

import pytest
from simcord.enums import ChannelType

from tests.cogs.people import (
    ADMINISTRATOR,
    MANAGE_MESSAGES,
    VIEW,
    Visitor,
    backend_of,
    give,
    new_channel,
    new_role,
    overwrite,
    take,
)
from tests.e2e.conftest import House
from tests.support.database import entered_anew

UNKNOWN = "There is no such broadcast in this server"
FOUND = "is not there (yet)"
"""What is said of a stream that may be seen: the service does not know those of these tests."""


def remember(house: House, channel: int, *names: str) -> None:
    """Puts streams that have ended into the archive; the first is the newest."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        for age, name in enumerate(names):
            at = f"2026-01-{28 - age:02} 12:00:00.000000"
            database.execute(
                "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, prompt, portrait,"
                " requested_at, state) VALUES (?, ?, ?, 1, ?, 0, ?, 'ended')",
                (f"b-{name}", house.discord.world.guild_id, channel, name, at),
            )
            database.execute(
                "INSERT INTO streams (id, service_id, broadcast_id, prompt, portrait, state, intended_at,"
                " started_at, ended_at, end_reason) VALUES (?, ?, ?, ?, 0, 'ended', ?, ?, ?, 'host_ended')",
                (f"own-{name}", name, f"b-{name}", name, at, at, at),
            )
    entered_anew(house.directory / "odyssey.sqlite3")


async def seen(house: House, who: Visitor, stream: str) -> bool:
    """Whether somebody finds a stream from the lounge: by its ID and by typing, or by neither."""
    lounge = house.discord.channel("lounge")
    answer = await who.command(lounge, "recording", broadcast=stream)
    is_offered = bool(await who.completion(lounge, "recording", "broadcast", stream))
    assert is_offered is (UNKNOWN not in answer)
    assert is_offered is (FOUND in answer)
    return is_offered


async def test_a_private_channels_streams_do_not_exist_for_others(house: House) -> None:
    """By ID, by typing, in lists and their counts; what is open to people fills the choices all the same."""
    mika, robin = Visitor(house, house.discord.user("mika")), Visitor(house, house.discord.user("robin"))
    admin = Visitor(house, house.discord.add_user("ada"))
    give(house, admin.user, new_role(house, "Admins", ADMINISTRATOR))
    lounge, secret = house.discord.channel("lounge"), new_channel(house, "secret")
    overwrite(house, secret, None, deny=VIEW)
    async with house.bot():
        remember(house, secret, *(f"secret-{number}" for number in range(27)))
        remember(house, lounge, *(f"open-{number}" for number in range(9)))
        assert not await seen(house, robin, "secret-3")
        nobody = await robin.command(lounge, "recording", broadcast="no-such-stream")
        assert await robin.command(lounge, "recording", broadcast="secret-3") == nobody
        assert await seen(house, robin, "open-3")
        assert len(await robin.completion(lounge, "recording", "broadcast", "")) == 9
        assert "1 to 8 of 9, newest first" in (listed := await mika.command(lounge, "list"))
        assert "secret" not in listed
        assert "9 to 9 of 9" in await mika.press(lounge, "odyssey:list:older:22:::::")
        assert "1 to 8 of 9" in await mika.press(lounge, "odyssey:list:older:20:::::"), "nothing is behind it"
        assert "1 to 8 of 9" in await mika.press(lounge, "odyssey:list:older:8"), "of an earlier version"
        assert "1 to 8 of 36" in await admin.command(lounge, "list")
        assert len(await admin.completion(lounge, "recording", "broadcast", "")) == 25
        overwrite(house, secret, robin.user, allow=VIEW)
        assert await seen(house, robin, "secret-3")


async def test_who_loses_sight_of_a_channel_loses_its_recordings(house: House) -> None:
    """By a role that is taken away, and by a channel that is gone: then administrators alone have them."""
    robin, admin = Visitor(house, house.discord.user("robin")), Visitor(house, house.discord.add_user("ada"))
    crew = new_role(house, "Crew", VIEW)
    give(house, admin.user, new_role(house, "Admins", ADMINISTRATOR))
    secret, doomed = new_channel(house, "secret"), new_channel(house, "doomed")
    overwrite(house, secret, None, deny=VIEW)
    async with house.bot():
        remember(house, secret, "premiere")
        remember(house, doomed, "finale")
        assert not await seen(house, robin, "premiere")
        overwrite(house, secret, robin.user, allow=VIEW)
        give(house, robin.user, crew)
        assert await seen(house, robin, "premiere")
        take(house, robin.user, crew)
        overwrite(house, secret, robin.user, deny=VIEW)
        assert not await seen(house, robin, "premiere")
        assert "No stream has ended in this channel" in await robin.command(secret, "recording")
        assert await seen(house, robin, "finale")
        backend_of(house).delete_channel(doomed)
        assert not await seen(house, robin, "finale")
        assert await seen(house, admin, "finale")


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("kind", [ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD])
async def test_a_threads_streams_go_by_its_parent_and_its_members(
    house: House, kind: int, is_archived: bool
) -> None:
    """Of a private one, members and those who manage threads see them; of all, who views the parent."""
    mika, robin = Visitor(house, house.discord.user("mika")), Visitor(house, house.discord.user("robin"))
    sasha, lounge = Visitor(house, house.discord.user("sasha")), house.discord.channel("lounge")
    backend = backend_of(house)
    thread = backend.create_thread(lounge, "dragons", sasha.user.id, type=kind)
    async with house.bot():
        if is_archived:
            backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
        remember(house, thread.id, "dragon")
        assert await seen(house, mika, "dragon")
        assert await seen(house, sasha, "dragon")
        assert await seen(house, robin, "dragon") is (kind == ChannelType.PUBLIC_THREAD)
        overwrite(house, lounge, sasha.user, deny=VIEW)
        assert UNKNOWN in await sasha.command(
            house.discord.channel("broadcasts"), "recording", broadcast="dragon"
        )


async def test_more_archived_threads_than_are_asked_for_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest come first; what Discord said is kept in mind, so the rest comes when it is asked again."""
    monkeypatch.setattr("cogs.kit.sight.LOOK_UP_LIMIT", 2)
    robin, lounge = Visitor(house, house.discord.user("robin")), house.discord.channel("lounge")
    backend = backend_of(house)
    async with house.bot():
        for number in range(4):
            thread = backend.create_thread(lounge, f"thread {number}", robin.user.id)
            backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
            remember(house, thread.id, f"stream-{number}")
        assert len(await robin.completion(lounge, "recording", "broadcast", "")) == 2
        assert len(await robin.completion(lounge, "recording", "broadcast", "")) == 4


async def test_no_channel_makes_anybody_a_moderator_of_the_server(house: House) -> None:
    """Who may manage messages in one channel rules its broadcast; what holds for the server is refused."""
    bob = Visitor(house, house.discord.add_user("bob"))
    room, lounge = new_channel(house, "bobs-room"), house.discord.channel("lounge")
    overwrite(house, room, bob.user, allow=MANAGE_MESSAGES)
    async with house.bot():
        remember(house, lounge, "public")
        for name, options in (
            ("settings", {"name": "blocked_words", "value": "none"}),
            ("settings", {}),
            ("mute", {"person": house.discord.user("robin").id}),
            ("unmute", {"person": house.discord.user("robin").id}),
            ("list", {}),
            ("audit", {}),
        ):
            assert "Only moderators of the whole server" in await bob.command(room, name, **options), name
        assert "Only moderators of the whole server" in await bob.press(room, "odyssey:list:newer:0")
        await bob.command(room, "start", prompt="A cat", mode="host")
        assert "Suggestions are paused" in await bob.command(room, "pause")


async def test_what_is_another_servers_does_not_exist(house: House) -> None:
    """On each door that takes an ID of a broadcast or of a stream, whoever asks."""
    mika, lounge = Visitor(house, house.discord.user("mika")), house.discord.channel("lounge")
    remember(house, lounge, "ours", "theirs")
    async with house.bot():
        with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
            database.execute("UPDATE broadcasts SET guild_id = guild_id + 1 WHERE id = 'b-theirs'")
        for name in ("b-ours", "ours"):
            assert FOUND in await mika.command(lounge, "recording", broadcast=name)
        assert await mika.completion(lounge, "recording", "broadcast", "theirs") == []
        for name in ("b-theirs", "theirs", "no-such-thing"):
            told = [await mika.command(lounge, "recording", broadcast=name)]
            for button in (f"fresh:{name}", f"timeline:{name}:0", f"link:revoke:{name}", f"link:new:{name}"):
                told += [await mika.press(lounge, f"odyssey:recording:{button}")]
            told.append(await mika.choose(lounge, f"odyssey:stream:{name}:1", "1"))
            assert all(UNKNOWN in each for each in told), told
