"""Every kind of component, used by people and shown by the page."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from bot.local.demo.page_server import add_page
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import SampleBot
from tests.local.showcase import RULES, greet, showcase
from tests.support.browser import LocalBrowser


@pytest.fixture
async def local_discord(response_timeout_s: float) -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(add_routes=add_page, response_timeout_s=response_timeout_s) as server:
        yield server


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    point_discord_py_at(local_discord, monkeypatch)
    async with running(SampleBot(showcase, greet), local_discord.token) as connected:
        yield connected


async def test_selects(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Choices reach the bot as values; what is not offered, or too much of it, cannot be chosen."""
    robin, sasha = local_discord.user("robin"), local_discord.user("sasha")
    message = (await robin.slash("lounge", "showcase")).message
    assert message is not None
    assert (await robin.select(message, ["vote"], custom_id="showcase:mode")).text == "['vote']"
    chosen = await robin.select(message, [str(sasha.id)], custom_id="showcase:people")
    assert chosen.text == f"['{sasha.id}']"
    with pytest.raises(NotPossibleError, match="cannot be chosen"):
        await robin.select(message, ["chaos"], custom_id="showcase:mode")
    with pytest.raises(NotPossibleError, match="between 1 and 1"):
        await robin.select(message, ["queue", "vote"], custom_id="showcase:mode")


async def test_a_dialog_with_every_field(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Text, select, people and files of a dialog arrive; required fields cannot be left out."""
    robin, sasha = local_discord.user("robin"), local_discord.user("sasha")
    message = (await robin.slash("lounge", "showcase")).message
    assert message is not None
    shown = await robin.click(message, label="Settings")
    with pytest.raises(NotPossibleError, match="no field"):
        await robin.submit_modal(shown, {"Nonsense": "x"})
    with pytest.raises(NotPossibleError, match="is required"):
        await robin.submit_modal(shown, {"Name": "garden"})
    answer = await robin.submit_modal(
        shown, {"Name": "garden", "Mode": ["queue"], "Muted": [sasha.id], "Rules": [("rules.json", RULES)]}
    )
    assert answer.text == f"garden ['queue'] ['Sasha'] [{len(RULES)}]"


async def test_the_page_shows_and_uses_them(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Section, thumbnail, gallery, file, selects and a dialog with a file work in the browser."""
    page = await browser.open(f"{local_discord.url}/?as=robin")
    await local_discord.user("robin").slash("broadcasts", "showcase")
    await expect(page.locator(".section .thumbnail img")).to_be_visible()
    await expect(page.locator(".gallery-item")).to_have_count(3)
    await expect(page.get_by_role("link", name="rules.json")).to_have_attribute("download", "rules.json")
    await expect(page.get_by_role("button", name="Closed")).to_be_disabled()
    await page.get_by_role("combobox", name="How suggestions are chosen").select_option("vote")
    await expect(page.locator(".message.private")).to_contain_text("['vote']")

    several = page.get_by_role("group", name="Who is muted")
    await several.get_by_role("checkbox", name="Sasha").check()
    await several.get_by_role("checkbox", name="Robin").check()
    await page.get_by_role("button", name="Choose").click()
    people = [str(local_discord.user(name).id) for name in ("robin", "sasha")]
    await expect(page.locator(".message.private").last).to_contain_text(str(people))

    await page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings of this server")
    await dialog.get_by_label("Name").fill("garden")
    await dialog.get_by_label("Mode").select_option("queue")
    await dialog.get_by_label("Rules").set_input_files(
        {"name": "rules.json", "mimeType": "application/json", "buffer": RULES}
    )
    await dialog.get_by_role("button", name="Submit").click()
    await expect(page.locator(".message.private").last).to_contain_text(f"garden ['queue'] [] [{len(RULES)}]")
    await expect(page.locator(".gallery img")).to_have_count(3)  # also after it was drawn again
    await expect(page.locator(".thumbnail img")).to_have_count(1)
    assert browser.errors == []


async def test_a_menu_is_used_by_keyboard(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """An arrow key opens the list and chooses nothing; what is chosen in it is sent once."""
    page = await browser.open(f"{local_discord.url}/?as=robin")
    await local_discord.user("robin").slash("broadcasts", "showcase")
    menu = page.get_by_role("combobox", name="How suggestions are chosen")
    await menu.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("select:open")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    private = page.locator(".message.private .text")
    await expect(private).to_have_text(re.compile(r"\['(queue|vote)'\]"))
    await expect(private).to_have_count(1)


async def test_a_persons_card_has_the_commands_for_people(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """A name above a message opens who it is, with the bot's commands on people; Escape closes it."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await local_discord.user("robin").send("broadcasts", "hello")
    name = page.locator(".message").get_by_role("button", name="Robin")
    await name.click()
    card = page.get_by_role("dialog", name="Robin")
    await expect(card).to_contain_text("@robin")
    await page.keyboard.press("Escape")
    await expect(card).to_have_count(0)
    await name.click()
    await card.get_by_role("button", name="Greet").click()
    await expect(page.locator(".message.private")).to_contain_text("Hello Robin")
    assert browser.errors == []


async def test_a_focused_button_keeps_its_focus(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """The panel is edited every few seconds; who moves by keyboard does not lose the place."""
    page = await browser.open(f"{local_discord.url}/?as=robin")
    await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")
    suggest = page.locator(".container").get_by_role("button", name="Suggest")
    await suggest.focus()
    await bot.edit_panel("now it snows")
    await expect(page.locator(".container")).to_contain_text("now it snows")
    await expect(suggest).to_be_focused()


async def test_an_answer_to_oneself_is_seen(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """What the bot answers in private comes into view, also while one reads further up."""
    page = await browser.open(f"{local_discord.url}/?as=mika", width=390, height=844)
    await expect(page.locator(".welcome")).to_be_visible()
    for number in range(40):
        await local_discord.user("robin").send("broadcasts", f"message {number}")
    await expect(page.locator("#messages .message").last).to_contain_text("message 39")
    await page.locator("#messages").evaluate("list => { list.scrollTop = 0; }")
    await expect(page.get_by_role("button", name="To the newest")).to_be_visible()
    await local_discord.user("mika").slash("broadcasts", "odyssey status")
    await expect(page.locator(".message.private").last).to_be_in_viewport()
