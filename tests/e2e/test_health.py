"""What the bot says of itself while Discord goes away and comes back."""

import asyncio

import httpx

from tests.e2e.conftest import API_KEY, House, free_port, until_healthy
from tests.e2e.relay import relay_to
from tests.e2e.test_stop import urls_by
from tests.support.processes import python_m_bot


async def test_a_bot_that_loses_discord_is_alive_and_not_ready(house: House) -> None:
    """So it is not ended for that; and it is ready again when Discord is back."""
    port = free_port()
    async with relay_to(house.discord.port) as relay:
        environment = {
            "DISCORD_TOKEN": house.discord.token,
            **urls_by(relay),
            "ODYSSEY_API_KEY": API_KEY,
            "ODYSSEY_API_URL": house.standin.url,
            "WEB_PORT": str(port),
        }
        async with (
            python_m_bot("run", cwd=house.directory, **environment),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
        ):
            await until_healthy(f"http://127.0.0.1:{port}/readyz")
            relay.is_silent = True
            relay.close()
            while (answer := await http.get("/readyz")).status_code == httpx.codes.OK:
                await asyncio.sleep(0.05)
            assert answer.json() == {"status": "not ready", "why": {"discord": "not connected to Discord"}}
            assert (await http.get("/livez")).json() == {"status": "ok"}
            relay.is_silent = False
            relay.close()
            await until_healthy(f"http://127.0.0.1:{port}/readyz")
