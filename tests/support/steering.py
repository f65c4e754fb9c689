"""What people of a whole broadcast do all the time: moderators set, viewers suggest."""

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House


async def set_(house: House, **settings: object) -> None:
    """Mika sets some of the server's settings."""
    for name, value in settings.items():
        answer = await house.discord.user("mika").slash(
            CHANNEL, "odyssey settings", name=name, value=str(value)
        )
        await answer.final(timeout_s=WAIT_S)


async def suggest(house: House, who: str, prompt: str) -> SeenMessage:
    """The private answer to somebody's suggestion, as far as it stands."""
    answer = await house.discord.user(who).slash(CHANNEL, "odyssey say", prompt=prompt)
    return await answer.final(timeout_s=WAIT_S)
