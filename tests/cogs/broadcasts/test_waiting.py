"""A broadcast for which no stream is free, as its channel sees it."""

import asyncio

from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey
from tests.cogs.conftest import HastyClock, until
from tests.e2e.conftest import API_KEY, CHANNEL, House


async def test_a_start_waits_while_others_have_the_accounts_streams(house: House, clock: HastyClock) -> None:
    """Another program has the only one: the panel says so, and the broadcast starts when it is free."""
    async with (
        Standin(StandinSettings(api_key=API_KEY, concurrent_streams=1)) as service,
        house.bot(odyssey_api_url=service.url),
    ):
        async with Odyssey(api_key=API_KEY, api_url=service.url) as other:
            await other.connect()
            await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
            waiting = await house.shown("Waiting for a free stream")
            assert "number **1** in line, and starts by itself" in waiting.text
        live = asyncio.create_task(house.shown("Live"), name="the panel that says so")
        await until(house, live.done, meanwhile=lambda: clock.skip(at_most_s=60))
        assert "in line, and starts" not in (await live).text
