"""The playlist of a watch link, as any player of HLS asks for it."""

import asyncio

import httpx

from tests.e2e.conftest import CHANNEL, WAIT_S, House


async def test_a_link_can_be_played_from_the_first_segment_to_the_last(house: House) -> None:
    """The service's segments by their own addresses, and an end when all was
    listed. What a viewer gets holds no token but the spectator's."""
    async with house.bot() as settings, httpx.AsyncClient() as http, asyncio.timeout(WAIT_S):
        panel = await house.live_broadcast()
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        playlist = await http.get(f"{link}/live.m3u8")
        assert playlist.headers["content-type"].startswith("application/vnd.apple.mpegurl")
        assert playlist.headers["x-content-type-options"] == "nosniff"
        addresses = [line for line in playlist.text.splitlines() if not line.startswith("#")]
        assert addresses
        assert all(address.startswith(f"{house.standin.url}/broadcasts/") for address in addresses)
        assert (await http.get(addresses[0])).headers["access-control-allow-origin"] == "*"
        for secret in (settings.odyssey_api_key, settings.discord_token):
            assert secret.get_secret_value() not in playlist.text
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        while "#EXT-X-ENDLIST" not in playlist.text:
            await asyncio.sleep(0.2)
            playlist = await http.get(f"{link}/live.m3u8")
            assert playlist.status_code == 200
        assert (await http.get(f"{link}x/live.m3u8")).status_code == 404
