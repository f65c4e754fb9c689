"""Who may mute whom, and what is left to those who are muted; who acts where the bot is not."""

import pytest

from bot.broadcast.rights import Rank
from tests.cogs.people import (
    ADMINISTRATOR,
    MANAGE_MESSAGES,
    Visitor,
    backend_of,
    give,
    new_role,
    overwrite,
    take,
)
from tests.e2e.conftest import CHANNEL, House, id_of
from tests.support.steering import suggest

ABOVE = "Only somebody who stands above that person"


def test_ranks() -> None:
    """Owner, administrators, roles by their position, and of one position the older."""
    everyone, low, high = (0, 0), (1, -20), (3, -10)
    ranks = [
        Rank(is_owner=False, is_administrator=False, highest_role=everyone),
        Rank(is_owner=False, is_administrator=False, highest_role=low),
        Rank(is_owner=False, is_administrator=False, highest_role=(1, -10)),
        Rank(is_owner=False, is_administrator=False, highest_role=high),
        Rank(is_owner=False, is_administrator=True, highest_role=low),
        Rank(is_owner=False, is_administrator=True, highest_role=high),
        Rank(is_owner=True, is_administrator=False, highest_role=everyone),
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize("deed", ["mute", "unmute"])
async def test_nobody_mutes_or_unmutes_equals_or_those_above(house: House, deed: str) -> None:
    """Nor themselves, nor bots; administrators stand above moderators, and their roles need not be higher."""
    mika = Visitor(house, house.discord.user("mika"))
    admin, chief = (
        Visitor(house, house.discord.add_user("ada")),
        Visitor(house, house.discord.add_user("chief")),
    )
    equal = house.discord.add_user("equal", moderator=True)
    give(house, admin.user, new_role(house, "Admins", ADMINISTRATOR))
    world = house.discord.world
    top = backend_of(house).create_role(world.guild_id, "Chiefs", position=50, permissions=ADMINISTRATOR).id
    give(house, chief.user, top)
    channel = house.discord.channel(CHANNEL)
    async with house.bot():
        for who, other, may in (
            (mika, house.discord.user("robin"), True),
            (mika, equal, False),
            (mika, mika.user, False),
            (mika, admin.user, False),
            (admin, admin.user, False),
            (admin, equal, True),
            (admin, chief.user, False),
            (chief, admin.user, True),
        ):
            answer = await who.command(channel, deed, person=other.id)
            assert (ABOVE not in answer) is may, (who.user.name, other.name)
        bot = await chief.command(channel, deed, person=world.application_id)
        assert "bots do not steer" in bot or ABOVE in bot


async def test_a_muted_moderator_looks_on(house: House) -> None:
    """They neither suggest nor moderate nor unmute; a muted host still ends their own broadcast."""
    deputy = Visitor(house, house.discord.add_user("deputy"))
    role = new_role(house, "Deputies", MANAGE_MESSAGES)
    give(house, deputy.user, role)
    channel, mika = house.discord.channel(CHANNEL), Visitor(house, house.discord.user("mika"))
    async with house.bot():
        await deputy.command(channel, "start", prompt="A cat")
        await house.shown("🔴 Live")
        assert "cannot steer" in await mika.command(channel, "mute", person=deputy.user.id)
        for name, options in (
            ("say", {"prompt": "an owl hoots"}),
            ("callvote", {"mode": "vote"}),
            ("mode", {"mode": "vote"}),
            ("pause", {}),
            ("panic", {}),
            ("settings", {"name": "safe_prompt", "value": "my words"}),
            ("mute", {"person": house.discord.user("robin").id}),
            ("start", {"prompt": "A dog"}),
        ):
            assert "has muted you" in await deputy.command(channel, name, **options), name
        assert ABOVE in await deputy.command(channel, "unmute", person=deputy.user.id)
        assert "Live" in await deputy.command(channel, "status")
        assert "The broadcast is ending" in await deputy.command(channel, "end")
        await house.shown("Ended by its host")


async def test_who_lost_a_right_meanwhile_is_refused_at_the_press(house: House) -> None:
    """A dialogue that was opened with it, and a button that was seen with it, are worth nothing without."""
    bob, mika = Visitor(house, house.discord.add_user("bob")), house.discord.user("mika")
    channel = house.discord.channel(CHANNEL)
    role = new_role(house, "Night watch", MANAGE_MESSAGES)
    give(house, bob.user, role)
    async with house.bot():
        await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
        await house.shown("🔴 Live")
        await mika.slash(CHANNEL, "odyssey mode", mode="host")
        panel = await house.shown("the moderators choose")
        await suggest(house, "robin", "an owl hoots")
        review = await house.review(panel, by="bob")
        dialogue = await bob.user.click(review, label="Edit")
        take(house, bob.user, role)
        assert "Only moderators" in (await bob.user.submit_modal(dialogue, {"What is sent": "fire"})).text
        assert "Only moderators" in (await bob.user.click(review, label="Approve")).text
        assert "Only moderators" in (await bob.user.click(panel, custom_id=id_of(panel, "Moderate"))).text
        overwrite(house, channel, bob.user, allow=MANAGE_MESSAGES)
        assert "Suggestions are paused" in await bob.command(channel, "pause")


async def test_where_the_bot_is_not_every_door_is_shut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may have brought its commands along, into a server that it is no member of."""
    mika, channel = Visitor(house, house.discord.user("mika")), house.discord.channel(CHANNEL)
    async with house.bot():
        await house.live_broadcast()
        monkeypatch.setattr("discord.Client.get_guild", lambda *_: None)
        for name, options in (
            ("start", {"prompt": "A cat"}),
            ("say", {"prompt": "A cat"}),
            ("status", {}),
            ("pause", {}),
            ("end", {}),
            ("recording", {}),
            ("list", {}),
            ("settings", {}),
            ("mute", {"person": house.discord.user("robin").id}),
        ):
            assert "The bot is not in this server" in await mika.command(channel, name, **options), name
        for button in ("list:older:0", "pause:gone", "withdraw:gone:gone", "vote:1:gone:gone"):
            assert "The bot is not in this server" in await mika.press(channel, f"odyssey:{button}"), button
        assert await mika.completion(channel, "recording", "broadcast") == []
        assert await mika.completion(channel, "settings", "name") == []
