"""The board of who owns what: told in sentences, and in a browser, as a cluster changes."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.async_api import expect

from bot.local.demo.cluster.board import Board
from bot.local.demo.cluster.member import Life, Member
from bot.local.demo.page_server import add_page
from bot.local.discord.server import LocalDiscord
from bot.storage.postgresql.owned import Lease, OnAir, Owned
from tests.local.demo.test_page import ready
from tests.support.browser import LocalBrowser, violations

NAMES = {"a": "machine:101", "b": "machine:102", "c": "machine:103"}


class Bots:
    """What a page is shown of three bots, whose lives a test sets; and what it asked for."""

    def __init__(self) -> None:
        self.observers: list[Callable[[], None]] = []
        self.asked: list[tuple[str, str]] = []
        self.board = Board(lambda _: "Paper Harbour")
        self.members = [_member(number) for number in (1, 2, 3)]
        self.channel = 0
        self.owners, self.streams = ["a", "b", "b", "c"], 1
        self.news: dict[str, Any] = {"type": "board", "board": {}}

    def act(self, deed: str, name: str) -> bool:
        self.asked.append((deed, name))
        return deed != "stop"

    def become(self, number: int, life: Life) -> None:
        member = self.members[number - 1]
        member.life = life
        self.board.news.hear(member)

    def change(self, *, held_for_s: float = 15.0) -> None:
        """The page is told how things stand."""
        owned = Owned(
            now := datetime.now(UTC),
            tuple(
                Lease(name, owner, 2, now + timedelta(seconds=held_for_s), 7)
                for name, owner in [
                    *((f"shard:{number}", owner) for number, owner in enumerate(self.owners)),
                    ("broadcast:x", self.owners[1]),
                    ("house", "a"),
                ]
            ),
            NAMES,
            (OnAir("x", 5, self.channel, "A harbour at dusk", "live", self.streams),),
        )
        self.news = {"type": "board", "board": self.board.drawn(owned, self.members)}
        for observer in self.observers:
            observer()


def _member(number: int) -> Member:
    async def up() -> None:
        """It is at once."""

    def start() -> Any:
        raise AssertionError("no process is started here")

    member = Member(f"Bot {number}", "", start, up, lambda _: None)
    member.pid, member.life = 100 + number, Life.RUNNING
    return member


@pytest.fixture
async def bots() -> Bots:
    return Bots()


@pytest.fixture
async def cluster_discord(bots: Bots) -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(add_routes=partial(add_page, bots=bots)) as discord:
        bots.channel = discord.add_server("Paper Harbour")
        bots.change()
        yield discord


async def test_a_takeover_before_your_eyes(
    cluster_discord: LocalDiscord, bots: Bots, browser: LocalBrowser
) -> None:
    """Cards with what each has; one is killed, its leases run out, and what it had glides to another one."""
    page = await browser.open(f"{cluster_discord.url}/?as=mika")
    await ready(page)
    first, second, third = (page.get_by_role("article", name=f"Bot {number}") for number in (1, 2, 3))
    await expect(second.locator(".shard")).to_have_text(["shard 1", "shard 2"])
    await expect(second.locator(".owned")).to_contain_text("Paper HarbourA harbour at duskfence 2")
    await expect(first).to_contain_text("keeps house")
    assert await violations(page) == []

    await second.get_by_role("button", name="kill -9 Bot 2").click()
    assert bots.asked == [("kill", "Bot 2")]
    bots.become(2, Life.KILLED)
    bots.change(held_for_s=9)
    await expect(second).to_contain_text("its leases last 9 s more")
    bots.owners = ["a", "c", "a", "c"]
    bots.change()
    await expect(first.locator(".shard")).to_have_text(["shard 0", "shard 2"])
    await expect(third.locator(".owned")).to_contain_text("A harbour at dusk")
    bots.streams += 1
    bots.change()
    news = page.get_by_label("What happened").get_by_role("listitem")
    await expect(news.first).to_contain_text("“A harbour at dusk” is on air again, at Bot 3, after 0.")
    await expect(news.last).to_contain_text("Bot 2 is killed")

    await third.locator(".owned").click()
    await expect(page.get_by_label("Server")).to_have_value(str(cluster_discord.world.guild_of(bots.channel)))
    await first.get_by_role("button", name="Stop Bot 1").click()
    await expect(page.locator(".board-word")).to_have_text("The bot is not there just now.")
    await second.get_by_role("button", name="Start Bot 2").click()
    assert bots.asked[1:] == [("stop", "Bot 1"), ("begin", "Bot 2")]
    assert browser.errors == []


async def test_one_bot_has_no_board(watched_discord: LocalDiscord, browser: LocalBrowser) -> None:
    """The demo of one machine looks as it did."""
    page = await browser.open(f"{watched_discord.url}/?as=mika")
    await ready(page)
    await expect(page.locator("#board")).to_be_hidden()
