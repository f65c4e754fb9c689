"""The page's connection to the local Discord: lost, private, and closed to others."""

import aiohttp
import pytest
from playwright.async_api import expect

from bot.local.demo.page_server import add_page
from bot.local.discord.server import LocalDiscord
from tests.local.demo.test_page import local_discord, ready
from tests.local.sample_bot import SampleBot
from tests.support.browser import LocalBrowser

__all__ = ["local_discord"]  # the fixture


async def test_the_page_comes_back_after_a_restart(browser: LocalBrowser) -> None:
    """When the server goes, the page says so; when it is back, the page goes on by itself."""
    async with LocalDiscord(add_routes=add_page) as first:
        page = await browser.open(f"{first.url}/?as=robin")
        await ready(page)
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    async with LocalDiscord(add_routes=add_page, port=first.port) as second:
        await expect(page.get_by_text("Connection lost")).to_be_hidden()
        await second.user("sasha").send("broadcasts", "welcome back")
        await expect(page.locator(".message")).to_contain_text("welcome back")


async def test_private_answers_reach_one_tab(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Of a private answer nothing goes to other people's tabs, not even that it exists."""
    origin = {"Origin": local_discord.url}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{local_discord.url}/live?as=sasha", headers=origin) as sasha,
    ):
        assert (await sasha.receive_json())["type"] == "welcome"
        await local_discord.user("robin").slash("lounge", "odyssey status")
        await local_discord.user("robin").wait_for_message(
            "lounge", lambda message: "Start one" in message.text
        )
        await local_discord.user("robin").send("lounge", "public")
        assert (await sasha.receive_json())["message"]["content"] == "public"


async def test_other_websites_cannot_act(local_discord: LocalDiscord) -> None:
    """The websocket answers only to the demo's own page: not to other origins, nor under a foreign name."""
    url = f"{local_discord.url}/live?as=mika"
    port = local_discord.port
    foreign = [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ]
    async with aiohttp.ClientSession() as http:
        for headers in foreign:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await http.ws_connect(url, headers=headers)
        async with http.ws_connect(url, headers={"Origin": f"http://127.0.0.1:{port}"}) as ws:
            assert (await ws.receive_json())["type"] == "welcome"
            await ws.send_str("not JSON")
            assert (await ws.receive_json())["failed"]
