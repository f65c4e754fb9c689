"""Another round, as people ask for it: a button of the last panel."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.broadcast.picture import Picture
from bot.broadcast.world import StartedStream
from bot.local.discord.people.views import SeenMessage
from bot.worlds.odyssey import OdysseyWorld
from tests.cogs.conftest import until
from tests.cogs.people import new_role
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest

AGAIN = "Another round"


async def ended(house: House, *, mode: str = "queue") -> SeenMessage:
    """The last panel of Mika's broadcast, in which it snows since Robin wished so."""
    await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A harbour", mode=mode)
    await house.shown("🔴 Live")
    await suggest(house, "robin", "it snows")
    await house.shown("Suggested by **Robin**")
    await house.discord.user("mika").slash(CHANNEL, "odyssey end")
    return await house.shown(AGAIN)


async def asked(house: House, who: str, panel: SeenMessage) -> str:
    """What somebody who asks for another round is answered with in the end."""
    answer = await house.discord.user(who).click(panel, label=AGAIN)
    return (await answer.final(timeout_s=WAIT_S)).text


def offers(house: House, panel: SeenMessage) -> bool:
    """Whether a last panel still has its button."""
    seen = house.discord.user("mika").see(panel.channel_id, panel.id)
    return seen is not None and AGAIN in [button.label for button in seen.buttons]


async def test_a_last_panel_begins_another_round_once(house: House) -> None:
    """In the world as it stood, with a panel of its own; the button goes, and all else of that one stays."""
    async with house.bot():
        panel = await ended(house)
        await asked(house, "robin", panel)
        live = await house.shown("🔴 Live")
        assert "> A harbour. It snows." in live.text
        assert "Hosted by **Robin**" in live.text
        await until(house, lambda: not offers(house, panel))
        left = house.discord.user("mika").see(panel.channel_id, panel.id)
        assert left
        assert left.text.strip() == panel.text.replace(f"{AGAIN}\n", "").strip()


async def test_two_who_press_at_once_begin_one(house: House) -> None:
    """One of them is told that it runs already."""
    async with house.bot():
        panel = await ended(house)
        answers = await asyncio.gather(*(asked(house, who, panel) for who in ("robin", "sasha")))
        assert sum("is already running a broadcast" in answer for answer in answers) == 1
        await house.shown("🔴 Live")


async def test_the_button_outlasts_a_restart(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the world as it stood, from its last picture, and in its mode: all of it is stored."""
    async with house.bot():
        panel = await ended(house, mode="draw")
        await house.shown("Full video")
    start, pictures = OdysseyWorld.start, list[Picture | None]()

    async def noted(*asked: Any, picture: Picture | None = None, **more: Any) -> StartedStream:
        pictures.append(picture)
        return await start(*asked, picture=picture, **more)

    monkeypatch.setattr(OdysseyWorld, "start", noted)
    async with house.bot():
        await asked(house, "robin", panel)
        live = await house.shown("🔴 Live")
        assert "> A harbour. It snows." in live.text
        assert "lots are drawn" in live.text
        assert [picture is not None for picture in pictures] == [True]


async def test_who_may_not_start_may_not_begin_another_round(house: House) -> None:
    """They are told why, and the button stays for others."""
    async with house.bot():
        panel = await ended(house)
        await set_(house, starter_roles=new_role(house, "Starters"))
        assert "only some roles may start" in await asked(house, "robin", panel)
        assert offers(house, panel)
        await asked(house, "mika", panel)
        await house.shown("🔴 Live")
