"""The demo's page in a real browser, beside an unmodified discord.py bot."""

from collections.abc import AsyncIterator

import discord
import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from bot.local.demo.page_server import add_page
from bot.local.discord.server import LocalDiscord
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import Panel, SampleBot
from tests.support.browser import LocalBrowser

HOSTILE = (
    "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>\u202e\u0000"
    " [**x**](javascript:document.title='broken') **" + "[" * 300 + "*_~|`" * 60
)


@pytest.fixture
async def local_discord(response_timeout_s: float) -> AsyncIterator[LocalDiscord]:
    """A local Discord with the page, and a stand-in for the bot's watch page at /watch/abc."""
    async with LocalDiscord(add_routes=_add_routes, response_timeout_s=response_timeout_s) as server:
        yield server


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    point_discord_py_at(local_discord, monkeypatch)
    monkeypatch.setattr(Panel, "watch_url", f"{local_discord.url}/watch/abc")
    async with running(SampleBot(), local_discord.token) as connected:
        yield connected


async def test_a_broadcast_with_two_people(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """One click starts, the video appears, another steers by modal and chat, and a reload keeps it all."""
    mika = await browser.open(f"{local_discord.url}/?as=mika")
    robin = await browser.open(f"{local_discord.url}/?as=robin")
    await mika.get_by_role("button", name="Try it").first.click()
    for page in (mika, robin):
        await expect(page.locator("iframe.player")).to_have_attribute("src", f"{local_discord.url}/watch/abc")
        await expect(page.frame_locator("iframe.player").get_by_text("The video")).to_be_visible()
        await expect(page.locator(".container")).to_contain_text("live")

    await robin.locator(".container").get_by_role("button", name="Suggest").click()
    dialog = robin.get_by_role("dialog", name="Suggest a change")
    await dialog.get_by_label("What should happen?").fill("It snows")
    await dialog.get_by_role("button", name="Submit").click()
    await expect(robin.locator(".message.private")).to_contain_text("Taken: It snows")
    await expect(robin.locator(".message.private")).to_contain_text("Only you can see this")

    await robin.get_by_label("Message #broadcasts").fill("!a **whale** passes")
    await robin.keyboard.press("Enter")
    await expect(mika.locator(".message", has_text="a whale passes").locator("strong")).to_have_text("whale")
    await expect(mika.locator(".reaction")).to_contain_text("👀")
    await expect(mika.locator(".message.private")).to_have_count(0)

    await bot.edit_panel("now it snows")
    await expect(robin.locator(".container")).to_contain_text("now it snows")
    await robin.reload()
    await expect(robin.locator(".container")).to_contain_text("now it snows")
    await expect(robin.locator(".message.private")).to_contain_text("Taken: It snows")
    await expect(robin.get_by_role("button", name="Robin", pressed=True)).to_be_visible()
    await robin.get_by_role("button", name="Dismiss message").click()
    await expect(robin.locator(".message.private")).to_have_count(0)
    assert browser.errors == []


async def test_a_command_that_is_pasted_with_its_options_names(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """As Discord writes commands out: each option's words are its own; without one they are the first's."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    composer = page.get_by_label("Message #broadcasts")
    await composer.fill("/odyssey start prompt:a harbour: at dusk")
    await expect(page.locator(".option-input")).to_have_value("a harbour: at dusk")
    await page.keyboard.press("Escape")
    await composer.fill("/odyssey start a harbour portrait:True")
    await expect(page.get_by_label("prompt: What")).to_have_value("a harbour")
    await expect(page.get_by_label("portrait: Upright")).to_have_value("True")


async def test_commands_by_keyboard(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Filter, arrows, Tab, live autocomplete and the refusal of a missing option, without a mouse."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    await page.get_by_label("Message #broadcasts").press_sequentially("/odys")
    await expect(page.get_by_role("option")).to_have_count(4)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hint")).to_contain_text("required")
    await page.keyboard.press("Escape")

    await page.get_by_label("Message #broadcasts").press_sequentially("/odyssey recording lan")
    await expect(page.get_by_role("option")).to_have_text(["lantern market"])
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".embed-title")).to_have_text("lantern market")
    await expect(page.locator(".embed-image img")).to_be_visible()


async def test_an_option_that_may_be_left_out_is_chosen_only_by_who_chooses(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Enter after the command sends it as it stands, as in Discord."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    composer = page.get_by_label("Message #broadcasts")
    await composer.press_sequentially("/settings")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.private").last).to_contain_text("None 0")

    await composer.press_sequentially("/settings")
    await page.keyboard.press("Enter")
    last = await page.get_by_role("option").last.locator(".picker-name").inner_text()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.private").last).to_contain_text(f"{last} 0")


@pytest.mark.parametrize("response_timeout_s", [1.0])
async def test_a_bot_that_does_not_answer(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """A command and a button without an answer say so where they were used."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    await page.get_by_label("Message #broadcasts").press_sequentially("/odyssey slow ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.failed")).to_contain_text("The application did not respond")
    await local_discord.user("mika").slash("broadcasts", "odyssey start", prompt="a harbour")
    await page.get_by_role("button", name="Silent").click()
    await expect(page.locator(".failure")).to_have_text("The application did not respond")
    await expect(page.get_by_role("button", name="Closed")).to_be_disabled()


async def test_what_people_do_with_messages(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Reply, react, edit, use a message command, delete; what others may not do is not offered."""
    robin = await browser.open(f"{local_discord.url}/?as=robin")
    mika = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(robin)
    await local_discord.user("sasha").send("broadcasts", "make it rain")
    theirs = _message(robin, "make it rain")
    await theirs.hover()
    await theirs.get_by_role("button", name="Reply").click()
    await robin.keyboard.type("yes, rain")
    await robin.keyboard.press("Enter")
    mine = _message(robin, "yes, rain")
    await expect(mine.locator(".context")).to_contain_text("make it rain")

    await theirs.hover()
    await theirs.get_by_label("More").click()
    await expect(theirs.get_by_role("button", name="Delete message")).to_have_count(0)
    await theirs.get_by_role("button", name="React with 🔥").click()
    await expect(mika.locator(".reaction")).to_contain_text("🔥")
    await theirs.hover()
    await theirs.get_by_label("More").click()
    await theirs.get_by_role("button", name="Suggest this").click()
    await expect(robin.locator(".message.private")).to_contain_text("Suggested: make it rain")

    await mine.hover()
    await mine.get_by_label("More").click()
    await mine.get_by_role("button", name="Edit message").click()
    await robin.get_by_label("Edit message").fill("yes, snow")
    await robin.keyboard.press("Enter")
    await expect(_message(mika, "yes, snow")).to_contain_text("(edited)")
    seen = _message(mika, "make it rain")
    await seen.hover()
    await seen.get_by_label("More").click()
    await seen.get_by_role("button", name="Delete message").click()
    await expect(robin.locator(".context.gone")).to_be_visible()


async def test_channels(local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """Another channel shows that something was said in it, and a reload stays where one was."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    await local_discord.user("robin").send("lounge", "over here")
    lounge = page.get_by_role("button", name="lounge")
    await expect(lounge).to_contain_class("unread")
    await lounge.click()
    await expect(page.locator(".message")).to_contain_text("over here")
    await expect(lounge).not_to_contain_class("unread")
    await page.reload()
    await expect(page.get_by_label("Message #lounge")).to_be_visible()


async def test_servers(local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """Each has channels of its own, one is chosen by its name, and something new in another one shows."""
    elsewhere = local_discord.add_server("Paper Harbour")
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    servers = page.get_by_label("Server")
    await expect(page.get_by_role("button", name="lounge")).to_be_visible()
    await local_discord.user("robin").send(elsewhere, "over here")
    await expect(servers.get_by_role("option")).to_have_text(["Night Garden", "Paper Harbour •"])
    await servers.select_option("Paper Harbour •")
    await expect(page.locator(".message")).to_contain_text("over here")
    await expect(page.get_by_role("button", name="lounge")).to_be_hidden()
    await page.get_by_label("Message #broadcasts").fill("hello there")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message").last).to_contain_text("hello there")
    assert [message.text for message in local_discord.messages(elsewhere)] == ["over here", "hello there"]
    await page.reload()
    await expect(page.locator(".message").first).to_contain_text("over here")
    assert browser.errors == []


async def test_hostile_content_is_only_text(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """Nothing that people or bots write becomes markup, runs, or makes the page fetch from outside."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    title = await page.title()
    await local_discord.user("robin").send("broadcasts", HOSTILE)
    channel = bot.get_partial_messageable(local_discord.channel("broadcasts"))
    embed = discord.Embed(title=HOSTILE[:200], url="https://example.com/x", description=HOSTILE)
    embed.set_image(url="https://example.com/picture.png").set_author(
        name=HOSTILE[:200], url="https://example.com"
    )
    await channel.send(HOSTILE, embed=embed)
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay(HOSTILE))
    view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("https://example.com/film.mp4")))
    await channel.send(view=view)
    await local_discord.user("robin").send("broadcasts", "the last one")
    await expect(page.locator(".message", has_text="the last one")).to_be_visible()
    assert await page.title() == title
    assert await page.locator(".messages script, .messages img, .messages [href^='javascript']").count() == 0
    assert await page.evaluate("document.querySelectorAll('[onerror],[onclick]').length") == 0
    assert browser.errors == []


async def test_markdown(bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """The marks that bots use become what they mean, and unfinished ones stay as they were written."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    channel = bot.get_partial_messageable(local_discord.channel("broadcasts"))
    mika = local_discord.user("mika").id
    await channel.send(
        f"## Head\n-# small\n- one\n- two\n> said\n**b *i*** `c*d` ||hidden|| <@{mika}> <t:0:R> ~~s~~ __u__\n"
        "[name](https://example.com/a) 2 * 3 * 4 snake_case_name **open\n```py\ncode **x**\n```after"
    )
    text = page.locator(".message .text")
    await expect(text.get_by_role("heading", level=3)).to_have_text("Head")
    await expect(text.locator(".md-sub")).to_have_text("small")
    await expect(text.locator("li")).to_have_text(["one", "two"])
    await expect(text.locator("blockquote")).to_have_text("said")
    await expect(text.locator("strong")).to_have_text("b i")
    await expect(text.locator("strong em")).to_have_text("i")
    await expect(text.locator("code").first).to_have_text("c*d")
    await expect(text.locator("pre")).to_have_text("code **x**")
    await expect(text.locator(".mention")).to_have_text("@Mika")
    await expect(text.locator("time")).to_contain_text("years ago")
    await expect(text.get_by_role("link", name="name")).to_have_attribute("href", "https://example.com/a")
    await expect(text).to_contain_text("2 * 3 * 4 snake_case_name **open")
    await expect(text).to_contain_text("after")


async def test_phone_width(bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """On a phone chat and video are tabs, nothing is wider than the screen, and one can act as another."""
    page = await browser.open(f"{local_discord.url}/?as=robin", width=390, height=844)
    await ready(page)
    await local_discord.user("robin").slash("broadcasts", "odyssey start", prompt="a harbour")
    await page.locator(".container").get_by_role("link", name="Watch").click()
    await expect(page.locator("iframe.player")).to_be_visible()
    await expect(page.get_by_label("Message #broadcasts")).to_be_hidden()
    await page.get_by_role("tab", name="Chat").click()
    await expect(page.locator("iframe.player")).to_be_hidden()
    await page.get_by_label("Act as").locator("select").select_option("sasha")
    await expect(page).to_have_url(f"{local_discord.url}/?as=sasha")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_mention_is_typed_like_in_discord(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """After @ people are offered, the bot first; what is sent is a mention, also of a name typed in full."""
    page = await browser.open(f"{local_discord.url}/?as=robin")
    await ready(page)
    composer = page.get_by_label("Message #broadcasts")
    await composer.press_sequentially("@o")
    await expect(page.get_by_role("option")).to_contain_text("Odyssey")
    await page.keyboard.press("Enter")
    await composer.press_sequentially("a whale, says @Sasha!")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .message .mention")).to_have_text(["@Odyssey", "@Sasha"])
    (said,) = [m for m in local_discord.messages("broadcasts") if "a whale" in m.content]
    assert said.content == (
        f"<@{local_discord.world.application_id}> a whale, says <@{local_discord.user('sasha').id}>!"
    )


async def test_much_chat(bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """However much is said, the page stays small and shows the newest; one click leads back to the panel."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await ready(page)
    robin = local_discord.user("robin")
    await (await robin.slash("broadcasts", "odyssey start", prompt="a harbour")).final()
    for number in range(600):
        await robin.send("broadcasts", f"message {number}")
    await expect(page.locator("#messages .message").last).to_contain_text("message 599")
    assert await page.locator("#messages .message").count() <= 300
    await expect(page.locator("iframe.player")).to_be_visible()
    await page.get_by_role("button", name="Panel in chat").click()
    await expect(page.locator(".container").get_by_role("button", name="Suggest")).to_be_in_viewport()
    await page.get_by_role("button", name="To the newest").click()
    await expect(page.locator("#messages .message").last).to_be_in_viewport()
    await page.reload()
    await expect(page.locator("#messages .message").last).to_contain_text("message 599")
    await expect(page.locator("iframe.player")).to_be_visible()


async def test_what_is_over_is_looked_back_at(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser
) -> None:
    """A last panel leads to the watch page for who asks for it; and worlds to start are offered again."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await page.get_by_role("button", name="Try it").first.click()
    await expect(page.get_by_role("heading", name="Steer it")).to_be_visible()
    assert bot.panel
    panel = bot.get_partial_messageable(bot.panel[0]).get_partial_message(bot.panel[1])
    last = discord.ui.LayoutView()
    last.add_item(discord.ui.ActionRow(discord.ui.Button(label="Watch", url=Panel.watch_url)))
    await panel.edit(view=last, attachments=[])
    await expect(page.locator("iframe.player")).to_be_hidden()
    await page.get_by_role("link", name="Watch").click()
    await expect(page.frame_locator("iframe.player").get_by_text("The video")).to_be_visible()
    await expect(page.get_by_role("heading", name="Nothing is on air")).to_be_visible()
    await local_discord.user("robin").send("broadcasts", "that was good")
    await page.get_by_role("button", name="Try it").last.click()
    await expect(page.get_by_role("heading", name="Steer it")).to_be_visible()


async def ready(page: Page) -> None:
    await expect(page.locator(".welcome")).to_be_visible()


def _message(page: Page, text: str) -> Locator:
    """The message with this text, not those that quote it."""
    return page.locator(".message", has=page.locator(".body > .text").get_by_text(text, exact=True))


def _add_routes(app: web.Application, discord: LocalDiscord) -> None:
    async def watch(request: web.Request) -> web.Response:
        return web.Response(text="The video")

    add_page(app, discord)
    app.router.add_get("/watch/abc", watch)


@pytest.mark.parametrize("how", ["paste", "drop"])
async def test_a_picture_is_posted_by_pasting_or_dropping_it(
    bot: SampleBot, local_discord: LocalDiscord, browser: LocalBrowser, how: str
) -> None:
    """As Discord's client does it; a file of another kind is left to the browser."""
    page = await browser.open(f"{local_discord.url}/?as=mika")
    await page.get_by_label("Message #broadcasts").evaluate(
        """async (node, how) => {
            const canvas = new OffscreenCanvas(40, 30);
            canvas.getContext("2d").fillRect(0, 0, 40, 30);
            const held = new DataTransfer();
            held.items.add(new File([await canvas.convertToBlob()], "night.png", { type: "image/png" }));
            held.items.add(new File(["no"], "notes.txt", { type: "text/plain" }));
            const about = { bubbles: true, cancelable: true, clipboardData: held, dataTransfer: held };
            node.dispatchEvent(how === "paste" ? new ClipboardEvent(how, about) : new DragEvent(how, about));
        }""",
        how,
    )
    await expect(page.locator(".message img[src$='night.png']")).to_be_visible()
    [message] = local_discord.user("mika").messages("broadcasts")
    assert [each["filename"] for each in message.payload["attachments"]] == ["night.png"]
