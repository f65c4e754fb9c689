"""Notices to authors, and what the bot need not keep in mind for ever."""

from functools import partial

from cogs.kit.dialogue import OPEN_LIMIT, Dialogues
from cogs.panel.buttons import SuggestDialogue
from tests.cogs.conftest import HastyClock, refusing, until
from tests.e2e.conftest import CHANNEL, House
from tests.support.steering import set_

STANDING = "I cannot say why in front of everyone"


def stands(house: House, count: int) -> bool:
    """Whether so many replies without a reason stand in the channel."""
    return sum(STANDING in message.text for message in house.discord.messages(CHANNEL)) == count


async def test_who_opens_their_direct_messages_is_told_there_again(house: House, clock: HastyClock) -> None:
    """Whoever takes none is not asked again for an hour; then they may have changed their mind."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host", blocked_words="heck")
        await house.live_broadcast()
        with refusing(house.discord, "POST", f"/channels/{robin.direct_channel}/", status=403) as refused:
            for number in range(1, 3):
                await robin.send(CHANNEL, "!what the heck")
                await until(house, partial(stands, house, number))
            assert len(refused) == 1
        await robin.send(CHANNEL, "!heck again")
        await until(house, lambda: stands(house, 3))
        clock.forward(minutes=60)
        await until(house, lambda: stands(house, 0), meanwhile=lambda: clock.skip(at_most_s=20))
        await robin.send(CHANNEL, "!heck for the last time")
        await house.told("breaks a rule of this server", to="robin")


async def test_what_stands_is_taken_down_at_an_orderly_stop(house: House) -> None:
    """Nothing would take it down later."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, blocked_words="heck")
        await house.live_broadcast()
        with refusing(house.discord, "POST", f"/channels/{robin.direct_channel}/", status=403):
            await robin.send(CHANNEL, "!what the heck")
            await until(house, lambda: stands(house, 1))
    assert stands(house, 0)


async def test_dismissed_dialogues_are_forgotten_in_the_end() -> None:
    """Nobody says that a dialogue was dismissed: the newest are kept in mind, so many and no more."""
    dialogues = Dialogues()
    for number in range(OPEN_LIMIT + 5):
        newest = SuggestDialogue(f"b{number}")
        dialogues.remember(newest)
    assert len(dialogues._open) == OPEN_LIMIT
    assert newest.custom_id in dialogues._open
