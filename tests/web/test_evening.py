"""The bot's own pages: one that is open from the morning on sees the evening's broadcasts."""

import httpx

from tests.e2e.conftest import CHANNEL, House, free_port, house
from tests.support.browser import LocalBrowser
from tests.support.watched import EventStream

__all__ = ["house"]  # the fixtures


async def test_one_link_sees_two_broadcasts_one_after_the_other(house: House) -> None:
    """With what is said in between, the film of the first one, and nothing done by whoever looks on."""
    async with house.bot() as settings, httpx.AsyncClient() as http:
        panel = await house.live_broadcast("A cat")
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        async with EventStream(f"{link}/events") as events:
            first = (await events.until(state="live")).data
            assert (first["channel"]["name"], first["broadcast"]["opening"]) == (CHANNEL, "A cat")
            while first["broadcast"]["stream"] is None:
                first = (await events.until(state="live")).data
            assert first["broadcast"]["stream"]["whep"]["url"].startswith(house.standin.url)
            await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
            while first["broadcast"]["prompt"]["by"] is None:
                first = (await events.until(state="live")).data
            assert "snow" in first["broadcast"]["prompt"]["text"]
            page = await http.get(link)
            assert f"Live in #{CHANNEL}" in page.text
            assert f"{settings.page_url}/watch/" in page.text

            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            over = (await events.until(broadcast=None)).data
            assert over["last"]["key"] == first["broadcast"]["key"]
            while not over["last"]["films"]:
                over = (await events.until(broadcast=None)).data
            film = await http.get(f"{link}/film/1")
            assert film.status_code == 302
            assert (await http.get(film.headers["Location"])).content[4:8] == b"ftyp"
            assert (await http.get(f"{link}/picture.jpg")).content.startswith(b"\xff\xd8")

            await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A dog")
            second = (await events.until(state="live")).data
            assert second["broadcast"]["opening"] == "A dog"
            assert second["broadcast"]["key"] != first["broadcast"]["key"]


async def test_after_a_restart_the_last_broadcast_is_shown(house: House) -> None:
    """With its film, and a picture from its recording; and the page's address is the same."""
    async with house.bot():
        panel = await house.live_broadcast()
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
    async with house.bot() as settings, httpx.AsyncClient() as http:
        page = f"{settings.page_url}/watch/{link.rpartition('/')[2]}"
        async with EventStream(f"{page}/events") as events:
            event = await events.next()
            assert event
            assert (event.data["broadcast"], event.data["last"]["films"]) == (None, 1)
        assert (await http.get(f"{page}/picture.jpg")).content.startswith(b"\xff\xd8")
        assert (await http.get(f"{page}/film/1")).status_code == 302


async def test_a_page_of_the_morning_sees_the_evening(house: House, browser: LocalBrowser) -> None:
    """Two broadcasts and a restart of the bot between them, on one page that nobody touches."""
    port = free_port()
    async with house.bot(web_port=port):
        panel = await house.live_broadcast("A cat")
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        page = await browser.open(link, width=390, height=844)
        await page.evaluate("window.isTheSame = true")
        await page.evaluate(_MOVES)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await page.locator("body[data-state=after]").wait_for()
        await page.get_by_role("button", name="Play").wait_for()
    async with house.bot(web_port=port):
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A dog")
        await page.locator("body[data-state=live]").wait_for()
        await page.evaluate(_MOVES)
        await page.locator("#now .prompt").get_by_text("A dog").wait_for()
        assert await page.evaluate("window.isTheSame")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await page.locator("body[data-state=after]").wait_for()
    # While the bot was away it could not be reached; nothing that it or the service answered was an error.
    assert [error for error in browser.errors if "net::ERR" not in error] == []


_MOVES = """() => new Promise((resolve) => {
    const look = (frames) => {
        const video = document.querySelector(".live.on-air");
        if (frames > 5) resolve();
        else if (video) video.requestVideoFrameCallback(() => look(frames + 1));
        else setTimeout(look, 50, frames);
    };
    look(0);
})"""
