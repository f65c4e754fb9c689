"""Where a broadcast can be started, and where it is refused in a sentence."""

import pytest
from simcord.enums import ChannelType

from cogs.broadcasts.places import GRACE_S
from tests.cogs.broadcasts.test_departures import backend_of, ending, live_in, new_thread
from tests.cogs.conftest import HastyClock
from tests.e2e.conftest import WAIT_S, House
from tests.support.steering import set_


@pytest.mark.parametrize("kind", [ChannelType.VOICE, ChannelType.STAGE_VOICE, ChannelType.NEWS, None])
async def test_a_broadcast_takes_place_wherever_people_can_write(
    house: House, clock: HastyClock, kind: ChannelType | None
) -> None:
    """In the chat of a voice or stage channel, among announcements, in a forum's post: and it stays."""
    world, robin = house.discord.world, house.discord.user("robin")
    async with house.bot():
        await set_(house, gap_s=0)
        parent = world.backend.create_channel(world.guild_id, "elsewhere", type=kind or ChannelType.FORUM)
        channel = parent.id if kind else world.backend.create_thread(parent.id, "dragons", robin.id).id
        await live_in(house, channel)
        everyone = world.backend.get_role(world.guild_id, world.guild_id)
        world.backend.edit_role(world.guild_id, everyone.id, {"permissions": everyone.permissions})
        assert await house.goes_on()
        clock.forward(seconds=GRACE_S)
        await robin.send(channel, "!rain")
        await robin.wait_for_message(channel, lambda message: "> rain" in message.text, timeout_s=WAIT_S)
        assert ending(house) == ("live", None)


@pytest.mark.parametrize("change", [{"archived": True}, {"locked": True}])
async def test_a_broadcast_is_refused_where_it_could_not_be_kept(
    house: House, change: dict[str, bool]
) -> None:
    """With a next step, and before anything is paid for."""
    async with house.bot():
        thread = new_thread(house)
        backend_of(house).edit_channel(thread, {}, thread_metadata=change)
        answer = await house.discord.user("mika").slash(thread, "odyssey start", prompt="A cat")
        assert "cannot keep a broadcast here" in answer.text


async def test_a_private_thread_that_the_bot_is_taken_out_of_ends_its_broadcast(house: House) -> None:
    """It sees nothing there any more."""
    async with house.bot():
        thread = new_thread(house, ChannelType.PRIVATE_THREAD)
        backend_of(house).add_thread_member(thread, house.discord.world.application_id)
        await live_in(house, thread)
        backend_of(house).remove_thread_member(thread, house.discord.world.application_id)
        while ending(house) != ("ended", "channel_gone"):
            assert await house.goes_on()
