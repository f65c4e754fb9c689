"""The worlds to try, on the demo's page: one click each, whatever the broadcast does just then."""

import io
from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands
from playwright.async_api import Page, expect

from bot.local.discord.server import LocalDiscord
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import PNG, Panel, SampleBot
from tests.support.browser import LocalBrowser


class Steered(app_commands.Group):
    """Remembers what it is asked for, refuses a second broadcast, and takes suggestions."""

    def __init__(self) -> None:
        super().__init__(name="odyssey", description="Broadcasts")
        self.started: list[str] = []
        self.said: list[str] = []

    @app_commands.command(name="start")
    async def start(self, interaction: discord.Interaction, prompt: str) -> None:
        self.started.append(prompt)
        if len(self.started) > 1:
            await interaction.response.send_message("A broadcast is still ending here.", ephemeral=True)
        else:
            snapshot = discord.File(io.BytesIO(PNG), "snapshot.png")
            await interaction.response.send_message(view=Panel("live", prompt), file=snapshot)

    @app_commands.command(name="say")
    async def say(self, interaction: discord.Interaction, prompt: str) -> None:
        self.said.append(prompt)
        await interaction.response.send_message("**Next** in line", ephemeral=True)


class SteeredBot(SampleBot):
    async def setup_hook(self) -> None:
        self.broadcasts = Steered()
        self.tree.add_command(self.broadcasts)
        self.add_view(Panel("restored", ""))
        await self.tree.sync()


@pytest.fixture
async def local_discord(watched_discord: LocalDiscord) -> LocalDiscord:
    return watched_discord


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SteeredBot]:
    point_discord_py_at(local_discord, monkeypatch)
    steered = SteeredBot()
    async with running(steered, local_discord.token):
        yield steered


async def test_a_click_starts_and_then_suggests(
    bot: SteeredBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """On a phone too, under the video's tab: first it starts, then it suggests and says what was answered."""
    page = await browser.open(f"{local_discord.url}/?as=robin", width=390, height=844)
    await page.get_by_role("tab", name="Video").click()
    await page.get_by_role("button", name="Try it A night train").click()
    await expect(page.locator("iframe.player")).to_be_visible()
    assert [prompt[:13] for prompt in bot.broadcasts.started] == ["A night train"]
    await page.get_by_role("button", name="Suggest A garden of glass flowers").click()
    await expect(page.get_by_role("status").filter(has_text="Next in line")).to_be_visible()
    assert [prompt[:8] for prompt in bot.broadcasts.said] == ["A garden"]
    await expect(page.get_by_role("button", name="Suggest A garden")).to_be_enabled()
    assert browser.errors == []


async def test_pressed_twice_at_once(
    bot: SteeredBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Two clicks in the same moment start one broadcast, and suggest nothing."""
    page = await browser.open(f"{local_discord.url}/?as=robin")
    await expect(page.get_by_role("button", name="Robin", pressed=True)).to_be_visible()
    await page.evaluate("""() => {
        const [first, second] = document.querySelectorAll("button.idea");
        first.click(); first.click(); second.click();
    }""")
    await expect(page.locator("iframe.player")).to_be_visible()
    await expect(page.get_by_role("button", name="Suggest A garden")).to_be_enabled()
    assert (len(bot.broadcasts.started), bot.broadcasts.said) == (1, [])


async def test_pressed_while_a_broadcast_is_ending(
    bot: SteeredBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """What the bot refuses is read where it was pressed, and it can be pressed again."""
    page = await browser.open(f"{local_discord.url}/?as=robin", width=390, height=844)
    bot.broadcasts.started.append("one that is ending")
    await page.get_by_role("tab", name="Video").click()
    await _settled(page)
    await page.get_by_role("button", name="Try it").first.click()
    await expect(page.get_by_role("status").filter(has_text="still ending")).to_be_visible()
    await expect(page.get_by_role("button", name="Try it").first).to_be_enabled()


async def test_pressed_before_the_bot_is_there(local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """While the bot still starts, it is told that it does."""
    page = await browser.open(f"{local_discord.url}/?as=robin", width=390, height=844)
    await page.get_by_role("tab", name="Video").click()
    await _settled(page)
    await page.get_by_role("button", name="Try it").first.click()
    await expect(page.get_by_role("status").filter(has_text="still starting")).to_be_visible()


async def test_the_page_says_whose_pictures_they_are(
    local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """In both tabs of a phone, and beside the chat where there is room: drawn here, not by Odyssey."""
    for width in (390, 1440):
        page = await browser.open(f"{local_discord.url}/?as=robin", width=width, height=844)
        await _settled(page)
        for tab in ("Chat", "Video") if width == 390 else ():
            await page.get_by_role("tab", name=tab).click()
            await expect(page.get_by_text("Drawn here, not by Odyssey")).to_be_in_viewport()
        await expect(page.get_by_text("Drawn here, not by Odyssey")).to_be_in_viewport()


async def _settled(page: Page) -> None:
    """Connected: the page knows whom it acts as."""
    await expect(page.locator("#guild-name")).to_have_text("Night Garden")
