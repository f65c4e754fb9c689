"""The bot as systemd's service."""

import signal
from pathlib import Path

from tests.e2e.conftest import API_KEY, House, free_port
from tests.process.test_systemd import Listening
from tests.support.processes import python_m_bot


async def test_systemd_sees_a_broadcast_come_and_the_bot_go(house: House, tmp_path: Path) -> None:
    """Ready before Discord lets it in, then how it stands, and that it stops before it does."""
    systemd = Listening(str(tmp_path / "notify"))
    environment = {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(free_port()),
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "200000",
    }
    async with python_m_bot("run", cwd=tmp_path, **environment) as process:
        assert await systemd.next() == {"READY": "1", "STATUS": "not connected to Discord; broadcasts: 0"}
        while (await systemd.until("WATCHDOG"))["STATUS"] != "connected to Discord; broadcasts: 0":
            pass
        await house.live_broadcast()
        while (await systemd.until("WATCHDOG"))["STATUS"] != "connected to Discord; broadcasts: 1":
            pass
        process.send_signal(signal.SIGTERM)
        await systemd.until("STOPPING")
        _, log = await process.communicate()
    systemd.socket.close()
    assert process.returncode == 0, log.decode()
