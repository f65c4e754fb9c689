"""What is posted of a broadcast of four streams: it works whatever is restarted, and forgets who asks."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import av
import httpx
from playwright.async_api import expect

from bot.local.discord.people.users import User
from bot.local.discord.people.views import SELECTS, SeenMessage
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import Memory
from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House, free_port
from tests.support.browser import LocalBrowser
from tests.support.steering import set_

STREAMS, STREAM_LIMIT_S, LIFETIME_S = 4, 4, 5
BEGINS_SOMETHING = ("Another round",)
REVOKES = ("Revoke link",)
_URL = re.compile(r"https?://[^\s()<>\]\"]+")


@dataclass
class Town:
    """All of it: what of it outlives a restart lies in `directory`."""

    directory: Path
    web_port: int = field(default_factory=free_port)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        """A Discord, an Odyssey and the bot, with what an earlier run left; all of them end."""
        for name in ("discord", "odyssey", "bot"):
            (self.directory / name).mkdir(exist_ok=True)
        memory = Memory(self.directory / "discord")
        settings = StandinSettings(
            api_key=API_KEY,
            recording_delay_s=0.1,
            stream_limit_s=STREAM_LIMIT_S,
            url_lifetime_s=LIFETIME_S,
            recordings_dir=self.directory / "odyssey",
        )
        async with (
            LocalDiscord(response_timeout_s=WAIT_S, memory=memory) as discord,
            Standin(settings) as odyssey,
        ):
            house = House(self.directory / "bot", discord, odyssey)
            async with house.bot(web_port=self.web_port, stream_limit_s=STREAM_LIMIT_S):
                yield house
            memory.keep(discord.world.backend)


@dataclass
class Walk:
    """Somebody who follows each link, presses each button and chooses all that menus have, in answers too."""

    user: User
    http: httpx.AsyncClient
    but: tuple[str, ...]
    followed: dict[str, int] = field(default_factory=dict)
    pressed: dict[str, str] = field(default_factory=dict)

    async def through(self, message: SeenMessage) -> None:
        for url in urls_in(message):
            if url not in self.followed:
                there = url.replace("//localhost:", "//127.0.0.1:")
                answer = await self.http.get(there, headers={"Range": "bytes=0-99"}, follow_redirects=True)
                self.followed[url] = answer.status_code
        for button in message.buttons:
            if button.custom_id and not button.disabled and button.label not in self.but:
                await self._press(f"{button.label} {button.custom_id}", message, button.custom_id)
        for menu in (each for each in message.components if each["type"] in SELECTS):
            for option in menu.get("options") or ():
                custom_id = menu["custom_id"]
                await self._press(f"{option['label']} {custom_id}", message, custom_id, option["value"])

    async def _press(self, key: str, message: SeenMessage, custom_id: str, value: str | None = None) -> None:
        now = self.user.see(message.channel_id, message.id)
        there = [each.get("custom_id") for each in now.components] if now else []
        if key in self.pressed or custom_id not in there:  # one that shows something else by now
            return
        self.pressed[key] = ""
        if value is None:
            answer = await self.user.click(message, custom_id=custom_id)
        else:
            answer = await self.user.select(message, [value], custom_id=custom_id)
        assert answer.failed is None, key
        seen = await answer.final(timeout_s=WAIT_S)
        self.pressed[key] = seen.text
        await self.through(seen)


def urls_in(message: SeenMessage) -> Iterator[str]:
    """Of all that can be followed or is fetched to be shown."""
    yield from _URL.findall(message.text)
    yield from (button.url for button in message.buttons if button.url)
    yield from (str(attachment["url"]) for attachment in message.attachments)


def posts(house: House, as_user: str = "sasha") -> list[SeenMessage]:
    return [each for each in house.discord.messages(CHANNEL, as_user=as_user) if each.from_bot]


async def test_what_was_posted_stays(browser: LocalBrowser, tmp_path: Path) -> None:
    """One post, its film first; a clip. After a restart of everything, and the end of the service's links,
    each link, button and choice works, and the page plays and jumps; a name that is forgotten is nowhere."""
    town = Town(tmp_path)
    async with town.running() as house:
        await _broadcast(house)
        dead = await _service_link(house)
    await _until_dead(dead, town)
    async with town.running() as house, httpx.AsyncClient(timeout=WAIT_S) as http:
        for who, but in (("robin", BEGINS_SOMETHING), ("mika", (*BEGINS_SOMETHING, *REVOKES))):
            walk = Walk(house.discord.user(who), http, but)
            for post in posts(house, who):
                await walk.through(post)
            _is_well(walk)
        post = await house.shown("Full video")
        page = next(str(button.url) for button in post.buttons if button.label == "Watch")
        await _plays(browser, page)
        await _is_forgotten(house, http, page)
    found = [
        path
        for path in (town.directory / "bot").rglob("*")
        if path.is_file() and b"Robin" in path.read_bytes()
    ]
    assert found == []


async def _broadcast(house: House) -> None:
    robin = house.discord.user("robin")
    await set_(house, gap_s=0)
    await house.live_broadcast("A lighthouse")
    await robin.slash(CHANNEL, "odyssey say", prompt="It starts to snow")
    await house.shown("Applied: It starts to snow", as_user="robin")
    asked = await robin.slash(CHANNEL, "odyssey clip")
    assert asked.failed is None
    await _kept(house, "video-*.mp4", STREAMS - 1)
    await house.discord.user("mika").slash(CHANNEL, "odyssey end")
    (film,) = await _kept(house, "film-*.mp4")
    await _kept(house, "clip-*.mp4")
    with av.open(str(film), "r") as shown:
        assert len(shown.chapters()) >= STREAMS
    await house.discord.wait_for_message(
        CHANNEL,
        lambda message: (
            "Full video" in message.text and any(url.endswith("/film") for url in urls_in(message))
        ),
        timeout_s=WAIT_S,
    )
    await house.shown("Clip")
    [post] = [message for message in posts(house) if "Full video" in message.text]
    assert [attachment["filename"] for attachment in post.attachments] == ["film.mp4", "contact-sheet.jpg"]


async def _kept(house: House, pattern: str, count: int = 1) -> list[Path]:
    async with asyncio.timeout(2 * WAIT_S):
        while len(found := sorted((house.directory / "archive").glob(f"*/{pattern}"))) < count:
            await asyncio.sleep(0.05)
    return found


async def _service_link(house: House) -> str:
    """One of the service's own links, as it was good for anybody a moment ago."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        [(stream_id,)] = database.execute("SELECT service_id FROM streams LIMIT 1").fetchall()
    client = Odyssey(API_KEY, house.standin.url)
    try:
        recording = await client.get_recording(stream_id)
    finally:
        await client.disconnect()
    assert recording.video_url
    return recording.video_url


async def _until_dead(link: str, town: Town) -> None:
    """All links of before have ended then."""
    settings = StandinSettings(api_key=API_KEY, recordings_dir=town.directory / "odyssey")
    async with Standin(settings) as odyssey, httpx.AsyncClient() as http, asyncio.timeout(WAIT_S):
        there = httpx.URL(link).copy_with(port=odyssey.port)
        while (await http.get(there)).is_success:
            await asyncio.sleep(0.2)


def _is_well(walk: Walk) -> None:
    bad = {url: status for url, status in walk.followed.items() if status >= 400}
    assert bad == {}
    assert any(url.endswith("/film") for url in walk.followed)
    assert any("Timeline" in key for key in walk.pressed)
    odd = {key: text for key, text in walk.pressed.items() if "went wrong" in text or not text}
    assert odd == {}


async def _plays(browser: LocalBrowser, url: str) -> None:
    page = await browser.open(url)
    film = page.locator("#film")
    await film.evaluate(_PLAYS_ON)
    idea = page.locator("button.moment", has_text="It starts to snow")
    await expect(idea).to_contain_text("Robin")
    await idea.click()
    await expect(idea).to_have_attribute("aria-current", "true")
    at = int(re.search(r"\?t=(\d+)$", page.url)[1])  # type: ignore[index]
    assert abs(await film.evaluate("video => video.currentTime") - at) < 3
    assert browser.errors == []


async def _is_forgotten(house: House, http: httpx.AsyncClient, page: str) -> None:
    here = page.replace("//localhost:", "//127.0.0.1:")
    told = f"{here}/timeline.json"
    assert "Robin" in (await http.get(told)).text
    assert "Robin" in (await http.get(f"{here}/credits.vtt")).text
    assert b"Robin" in (await http.get(f"{here}/film")).content
    robin = house.discord.user("robin")
    asked = await (await robin.slash(CHANNEL, "odyssey forget-me")).final(timeout_s=WAIT_S)
    await robin.click(asked, label="Forget me")
    await robin.wait_for_message(
        CHANNEL, lambda message: "You are forgotten" in message.text, timeout_s=2 * WAIT_S
    )
    assert "It starts to snow" in (await http.get(told)).text
    for path in (
        "",
        "/timeline.json",
        "/credits.vtt",
        "/film",
        *(f"/{n}/events" for n in range(1, STREAMS + 1)),
    ):
        assert b"Robin" not in (await http.get(f"{here}{path}")).content, path
    for message in posts(house):
        assert "Robin" not in message.text
        for attachment in message.attachments:
            assert b"Robin" not in (await http.get(str(attachment["url"]))).content, attachment["filename"]
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = str(database.execute(f'SELECT * FROM "{table}"').fetchall())
            assert "Robin" not in rows, table


_PLAYS_ON = """video => new Promise((done, failed) => {
    video.muted = true;
    video.ontimeupdate = () => video.currentTime > 0.3 && done();
    video.onerror = () => failed(new Error("the film does not play"));
    video.play().catch(failed);
})"""
