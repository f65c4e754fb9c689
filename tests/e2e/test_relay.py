"""A broadcast that outlasts its streams, over the real wire and in a real browser."""

import asyncio
from functools import partial

import pytest

from bot.broadcast.limits.continuation import Continuation
from bot.local.discord.people.views import SeenMessage
from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, CHANNEL, House
from tests.support.browser import LocalBrowser
from tests.support.steering import set_

STREAM_LIMIT_S = 5
_CHANGES = """() => {
    window.changes = 0;
    const onAir = () => document.querySelector("video.on-air");
    let before = onAir();
    new MutationObserver(() => {
        if (onAir() !== before) { before = onAir(); window.changes += 1; }
    }).observe(document.querySelector("figure"), { subtree: true, attributes: true });
}"""


@pytest.mark.parametrize("continuation", [Continuation.AUTO, Continuation.SEQUENTIAL])
async def test_a_broadcast_outlasts_its_streams(
    house: House, kept_browser: LocalBrowser, continuation: Continuation
) -> None:
    """Two seams: the page changes over and says nothing, each suggestion is taken once, one panel stays."""
    robin = house.discord.user("robin")
    settings = StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=STREAM_LIMIT_S)
    async with (
        Standin(settings) as standin,
        house.bot(odyssey_api_url=standin.url, stream_limit_s=STREAM_LIMIT_S, continuation=continuation),
    ):
        await set_(house, gap_s=0)
        panel = await house.live_broadcast()
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        page = await kept_browser.open(link)
        await page.locator("#notice").wait_for(state="hidden")
        await page.evaluate(_CHANGES)
        said: list[SeenMessage] = []
        while await page.evaluate("window.changes") < 2:
            said.append(await robin.send(CHANNEL, f"!{len(said) + 1} birds"))
            assert await page.locator("#notice").is_hidden()
            await asyncio.sleep(0.5)
        for message in said:
            await house.discord.wait_for_message(CHANNEL, partial(_is_applied, message.id))
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        ended = await house.shown("Ended by its host")
        assert ended.id == panel.id
    assert [
        error for error in kept_browser.errors if "Failed to load" not in error
    ] == []  # from what is gone


def _is_applied(message_id: int, seen: SeenMessage) -> bool:
    return seen.id == message_id and "✅" in str(seen.reactions)
