"""What Watch opens: the channel's link; where others cannot reach the page, the video itself."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from bot.broadcast.model import Spectating
from bot.broadcast.show.view import BroadcastView
from bot.discord.services import Services
from bot.local.discord.people.views import SeenMessage
from bot.process.settings import Settings
from cogs.panel.watching import watch_url
from cogs.wording.panel import BEHIND
from tests.cogs.broadcasts.test_another_round import asked, offers
from tests.cogs.broadcasts.test_departures import live_in, new_thread
from tests.cogs.conftest import refusing, until
from tests.cogs.people import new_channel
from tests.cogs.test_drawing import VIEW
from tests.e2e.conftest import CHANNEL, WAIT_S, House

HLS = "https://video.example/live.m3u8"


def watch_of(message: SeenMessage) -> str | None:
    """Where its Watch button leads, if it has one."""
    return next((button.url for button in message.buttons if button.label == "Watch"), None)


async def link_of(house: House, channel: str | int = CHANNEL) -> str:
    """What Robin is told of the channel's link."""
    answer = await house.discord.user("robin").slash(channel, "odyssey link")
    return (await answer.final(timeout_s=WAIT_S)).text.rpartition(" ")[2]


async def started(house: House) -> SeenMessage:
    """The panel of Mika's broadcast, as it is first shown."""
    answer = await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
    return await answer.final(timeout_s=WAIT_S)


async def last_panel(house: House) -> SeenMessage:
    """The panel of a broadcast that is over."""
    return await house.discord.wait_for_message(
        CHANNEL, lambda message: "Another round" in [button.label for button in message.buttons]
    )


async def test_a_channels_link_outlives_its_broadcasts(house: House) -> None:
    """The panel has it from the first moment to the last, and the next one too. A thread has its own."""
    mika = house.discord.user("mika")
    async with house.bot() as settings:
        link = watch_of(await started(house))
        assert link
        assert link.startswith(f"http://localhost:{settings.web_port}/watch/")
        await house.shown("Live")
        status = await (await mika.slash(CHANNEL, "odyssey status")).final(timeout_s=WAIT_S)
        assert f"({link})" in status.text
        await mika.slash(CHANNEL, "odyssey end")
        over = await last_panel(house)
        assert [button.label for button in over.buttons] == ["Another round", "Watch"]
        thread = new_thread(house)
        await live_in(house, thread)
        assert await link_of(house, thread) not in (link, "")
    async with house.bot(web_port=settings.web_port):
        assert watch_of(await started(house)) == await link_of(house) == link == watch_of(over)


async def test_moderators_have_a_new_link_made(house: House) -> None:
    """The old one is dead at once, the panel that runs has the new one, the audit list says who it was."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot() as settings:
        panel = await house.live_broadcast()
        old = str(watch_of(panel))
        refused = await robin.slash(CHANNEL, "odyssey link", new=True)
        assert "Only moderators" in (await refused.final(timeout_s=WAIT_S)).text
        told = await (await mika.slash(CHANNEL, "odyssey link", new=True)).final(timeout_s=WAIT_S)
        assert told.private
        assert "leads nowhere any more" in told.text
        new = told.text.rpartition(" ")[2]
        assert new.startswith(f"http://localhost:{settings.web_port}/watch/")
        assert new != old
        assert await link_of(house) == new
        await mika.wait_for_message(
            CHANNEL, lambda message: message.id == panel.id and watch_of(message) == new, timeout_s=WAIT_S
        )
        async with httpx.AsyncClient() as http:
            statuses = [
                (await http.get(url.replace("localhost", "127.0.0.1"))).status_code for url in (old, new)
            ]
        assert statuses == [404, 200]
        audit = await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)
        assert f"revoked the watch link of <#{house.discord.channel(CHANNEL)}>" in audit.text


def stored_links(house: House) -> set[int]:
    """The IDs of the channels that have one."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return {channel for (channel,) in database.execute("SELECT channel_id FROM watch_links")}


async def test_a_deleted_channel_has_no_link(house: House) -> None:
    """Whether the bot hears of it, or was away: then it asks for those that it does not know any more."""
    world = house.discord.world
    channel, attic = house.discord.channel(CHANNEL), new_channel(house, "attic")
    async with house.bot():
        thread = new_thread(house)
        for place in (channel, attic, thread):
            assert await link_of(house, place)
        assert stored_links(house) == {channel, attic, thread}
        world.backend.delete_channel(thread)
        await until(house, lambda: stored_links(house) == {channel, attic})
    world.backend.delete_channel(attic)
    with refusing(house.discord, "GET", r"/channels/\d+$", status=403, code=50001) as asked_for:
        async with house.bot():  # it may be hidden, as an archived thread can be
            await until(house, lambda: bool(asked_for))
    assert {int(path.rpartition("/")[2]) for path in asked_for} == {attic}
    assert stored_links(house) == {channel, attic}
    async with house.bot():
        await until(house, lambda: stored_links(house) == {channel})


async def test_without_a_page_for_others_watch_opens_the_video(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as there is one; the panel says so, and at the end there is no dead button."""
    monkeypatch.setattr(Settings, "watch_base_url", None)
    mika = house.discord.user("mika")
    async with house.bot():
        first = await started(house)
        assert [button.label for button in first.buttons] == ["Suggest", "Moderate"]
        assert BEHIND not in first.text
        panel = await mika.wait_for_message(
            CHANNEL, lambda message: bool(watch_of(message)), timeout_s=WAIT_S
        )
        assert BEHIND in panel.text
        async with httpx.AsyncClient() as http:
            playlist = await http.get(str(watch_of(panel)))
        assert playlist.text.startswith("#EXTM3U")
        told = await mika.slash(CHANNEL, "odyssey link")
        assert "no watch page" in (await told.final(timeout_s=WAIT_S)).text
        await mika.slash(CHANNEL, "odyssey end")
        over = await last_panel(house)
        assert [button.label for button in over.buttons] == ["Another round"]
        await asked(house, "robin", over)
        await until(house, lambda: not offers(house, over))


def on_air(hls_url: str | None) -> BroadcastView:
    """A broadcast whose stream can be watched there."""
    return replace(VIEW, spectating=Spectating("https://video.example/whep", "token", hls_url))


@pytest.mark.parametrize(
    ("view", "opened"),
    [
        (on_air(HLS), HLS),
        (on_air("https://video.example/next.m3u8"), "https://video.example/next.m3u8"),
        (on_air(None), None),
        (VIEW, None),
        (replace(on_air(HLS), coming_back=1), None),
        (replace(on_air(HLS), is_closing=True), None),
        (on_air("https://video.example/" + "a" * 500), None),
        (on_air("javascript:alert(1)"), None),
        (on_air("https://"), None),
    ],
)
async def test_only_what_can_be_opened_is_linked(view: BroadcastView, opened: str | None) -> None:
    """The stream on air, as a link that Discord takes: for another it would refuse the whole panel."""
    assert await watch_url(cast("Services", SimpleNamespace(watch_base_url=None)), view) == opened
