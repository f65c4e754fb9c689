"""Settings that moderators change while a broadcast runs."""

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House


async def say(house: House, who: str, prompt: str) -> SeenMessage:
    """The private answer to somebody's suggestion."""
    answer = await house.discord.user(who).slash(CHANNEL, "odyssey say", prompt=prompt)
    return await answer.final(timeout_s=WAIT_S)


async def set_(house: House, name: str, value: str) -> str:
    """What Mika is answered who sets one of the server's settings."""
    answer = await house.discord.user("mika").slash(CHANNEL, "odyssey settings", name=name, value=value)
    return (await answer.final(timeout_s=WAIT_S)).text.replace("*", "")


async def test_settings_hold_at_once_in_a_broadcast_that_runs(house: House) -> None:
    """Limit and gap change under a waiting suggestion: it is sent; the answers say what holds when."""
    async with house.bot():
        await set_(house, "gap_s", "60")
        await house.live_broadcast()
        await say(house, "robin", "A dog barks")
        await house.shown("Applied: A dog barks", as_user="robin")
        assert "Taken" in (await say(house, "robin", "A whale leaps")).text
        assert "(`line_limit_per_viewer`): 1, from now on" in await set_(house, "line_limit_per_viewer", "1")
        assert "Taken" not in (await say(house, "robin", "An owl flies")).text
        assert "(`gap_s`): 0, from now on, also in a broadcast that runs" in await set_(house, "gap_s", "0")
        await house.shown("Applied: A whale leaps", as_user="robin")
        assert "(`minutes_limit`): 5, from now on" in await set_(house, "minutes_limit", "5")
        assert "/odyssey mode" in await set_(house, "mode", "vote")
        await house.shown("your idea would be the next")
