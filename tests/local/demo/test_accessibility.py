"""axe-core finds nothing on the demo's page, in any state that people bring it into."""

import io
from collections.abc import AsyncIterator

import av
import discord
import pytest
from discord import app_commands
from playwright.async_api import Page, expect

from bot.local.discord.server import LocalDiscord
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import SampleBot
from tests.local.showcase import greet, showcase
from tests.support.browser import LocalBrowser, violations


@app_commands.command(name="film", description="Posts a recording")
async def film(interaction: discord.Interaction) -> None:
    files = [discord.File(io.BytesIO(_film()), f"{name}.mp4") for name in "ab"]
    await interaction.response.send_message("## A quiet harbour\n-# 42 s", files=files)


@pytest.fixture
async def local_discord(watched_discord: LocalDiscord) -> LocalDiscord:
    return watched_discord


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    point_discord_py_at(local_discord, monkeypatch)
    async with running(SampleBot(showcase, greet, film), local_discord.token) as connected:
        yield connected


async def test_before_anything_is_on_air(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """The empty page, its lists of commands and of people, a command's fields, and a lost connection."""
    page = await _open(browser, local_discord)
    await _is_clean(page, "empty")
    composer = page.get_by_label("Message #broadcasts")
    await composer.press_sequentially("/odyssey")
    await expect(page.get_by_role("option").first).to_be_visible()
    await _is_clean(page, "commands offered")
    await composer.press_sequentially(" nonsense")
    await expect(page.get_by_text("No command fits")).to_be_visible()
    await _is_clean(page, "no command offered")
    await composer.fill("@")
    await expect(page.get_by_role("option").first).to_be_visible()
    await _is_clean(page, "people offered")
    await composer.fill("")
    await composer.press_sequentially("/odyssey start ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".option.wrong")).to_be_visible()
    await _is_clean(page, "a command's fields")
    await page.locator("#connection").evaluate("node => { node.hidden = false; }")
    await _is_clean(page, "no connection")


@pytest.mark.parametrize("response_timeout_s", [3.0])
async def test_while_something_is_on_air(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """The panel, a dialogue, private answers, an answer under way and one that failed, and people's menus."""
    page = await _open(browser, local_discord)
    await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")
    await expect(page.locator("iframe.player")).to_be_visible()
    await local_discord.user("robin").send("broadcasts", "!a **whale** passes, <@1> and `code`")
    await expect(page.locator(".reaction")).to_be_visible()
    await _is_clean(page, "live")
    await page.locator(".container").get_by_role("button", name="Suggest").click()
    dialogue = page.get_by_role("dialog", name="Suggest a change")
    await _is_clean(page, "dialogue")
    await dialogue.get_by_label("What should happen?").fill("It snows")
    await dialogue.get_by_role("button", name="Submit").click()
    await expect(page.locator(".message.private")).to_be_visible()
    await _is_clean(page, "private answer")
    message = page.locator(".message", has_text="a whale passes").first
    await message.get_by_role("button", name="Robin").click()
    await expect(page.get_by_role("dialog", name="Robin")).to_be_visible()
    await _is_clean(page, "a person's card")
    await page.keyboard.press("Escape")
    await message.hover()
    await message.get_by_label("More").click()
    await _is_clean(page, "a message's menu")
    await message.get_by_role("button", name="Suggest this").click()
    await page.get_by_label("Message #broadcasts").press_sequentially("/odyssey slow ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice")).to_be_visible()
    await _is_clean(page, "an answer under way")
    await expect(page.locator(".notice.failed")).to_be_visible()
    await _is_clean(page, "no answer")


async def test_everything_that_a_message_can_hold(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Menus, sections, pictures, files, settings in a dialogue, embeds; a recording's films have names."""
    page = await _open(browser, local_discord)
    robin = local_discord.user("robin")
    await robin.slash("broadcasts", "showcase")
    await robin.slash("broadcasts", "odyssey recording", stream="paper city in rain")
    await expect(page.locator(".embed")).to_be_visible()
    await _is_clean(page, "every component")
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("dialog", name="Settings of this server")).to_be_visible()
    await _is_clean(page, "settings")
    await page.keyboard.press("Escape")
    await robin.slash("broadcasts", "film")
    names = [await page.locator("video").nth(number).get_attribute("aria-label") or "" for number in range(2)]
    assert names == ["Video, A quiet harbour, a.mp4", "Video, A quiet harbour, b.mp4"]
    await _is_clean(page, "recording")


async def test_on_a_phone(bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """Both tabs, chosen by arrow keys, with nothing and with something on air; they are the tabs' panels."""
    page = await _open(browser, local_discord, width=390, height=844)
    chat, video = page.get_by_role("tab", name="Chat"), page.get_by_role("tab", name="Video")
    await expect(page.get_by_role("tabpanel", name="Chat")).to_be_visible()
    await _is_clean(page, "phone, chat")
    await chat.focus()
    await page.keyboard.press("ArrowRight")
    await expect(video).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="Video")).to_be_visible()
    await expect(page.get_by_role("tabpanel", name="Chat")).to_be_hidden()
    await _is_clean(page, "phone, video")
    await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")
    await expect(page.locator("iframe.player")).to_be_visible()
    await _is_clean(page, "phone, video, live")
    await page.keyboard.press("ArrowRight")
    await expect(chat).to_be_focused()
    await expect(page.locator(".container")).to_be_visible()
    await _is_clean(page, "phone, chat, live")


async def test_the_skip_link(bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """The first Tab offers to skip all that is above, and leads to where one writes, from either tab."""
    page = await _open(browser, local_discord, width=390, height=844)
    await page.get_by_role("tab", name="Video").click()
    skip = page.get_by_role("link", name="Skip to writing")
    await expect(skip).not_to_be_in_viewport()
    await skip.focus()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message #broadcasts")).to_be_focused()


async def test_the_video_at_200_percent(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """On a screen of 1440 by 900, zoomed to double, the video keeps more than half of the height."""
    page = await _open(browser, local_discord, width=720, height=450)
    await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")
    await page.get_by_role("tab", name="Video").click()
    player = await page.locator("iframe.player").bounding_box()
    assert player is not None
    assert player["height"] > 225
    assert player["width"] > 700


async def _open(
    browser: LocalBrowser, local_discord: LocalDiscord, *, width: int = 1440, height: int = 900
) -> Page:
    page = await browser.open(f"{local_discord.url}/?as=mika", width=width, height=height)
    await expect(page.locator(".welcome")).to_be_visible()
    return page


def _film() -> bytes:
    """Two frames: what is no film would be replaced by a word on that."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return out.getvalue()


async def _is_clean(page: Page, state: str) -> None:
    assert await violations(page) == [], state
