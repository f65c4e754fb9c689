"""What is on air in the demo, as anybody can see it: from the panel, and from its watch page."""

import asyncio
import json
from contextlib import suppress

import aiohttp

from bot.local.discord.server import CHANNELS, LocalDiscord

WITHIN_S = 30.0
"""For so long a picture is waited for."""


def watch_link(discord: LocalDiscord) -> str | None:
    """Where what is on can be watched, by the newest panel that can be steered; None if nothing is on."""
    panels = [
        message
        for channel in CHANNELS
        for message in discord.messages(channel)
        if message.from_bot and any(button.label == "Suggest" for button in message.buttons)
    ]
    newest = max(panels, key=lambda panel: panel.id, default=None)
    links = [button.url for button in newest.buttons if button.url] if newest else []
    return next((link for link in links if "/watch/" in link), None)


async def until_on_air(link: str) -> bool:
    """Waits until that watch page has a stream to show; False if nothing is on, or if that takes too long."""
    with suppress(TimeoutError, aiohttp.ClientError):
        async with (
            asyncio.timeout(WITHIN_S),
            aiohttp.ClientSession() as http,
            http.get(f"{link}/events?unseen") as events,
        ):
            async for line in events.content:
                if line.startswith(b"data: "):
                    broadcast = json.loads(line[6:]).get("broadcast")
                    if broadcast is None or broadcast["stream"] is not None:
                        return broadcast is not None
    return False
