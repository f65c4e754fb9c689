"""From "ready at the service" to posted: how long a recording is not shown that could be.

The whole bot runs at the stand-in, in a local Discord. A stream is ended, and its recording is there after a
while, another one each time. The clock starts when the stand-in says so, and stops when the post stands.
"""

import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin
from bot.local.odyssey.settings import StandinSettings
from bot.odyssey import Odyssey, OdysseyError
from tests.bench._bots import bot_process
from tests.bench._steering import started_broadcast
from tests.e2e.conftest import CHANNEL

DELAYS_S = [float(each) for each in os.environ.get("DELAYS", "0.5,2,5,12,25").split(",")]
ALLOWED_S = 2.0
KEY = "ody_bench"


def main() -> None:
    """`python -m tests.bench posted`; DELAYS sets after how many seconds recordings are there."""
    print(f"{'from ready to posted, s':<44}{'measured':>9}{'allowed':>12}")
    for delay_s in DELAYS_S:
        took_s = asyncio.run(_measure(delay_s))
        verdict = "  ok" if took_s <= ALLOWED_S else "  over"
        print(f"{f'ready {delay_s:g} s after the end':<44}{took_s:>9.2f}{f'<= {ALLOWED_S:g}':>12}{verdict}")


async def _measure(delay_s: float) -> float:
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = StandinSettings(api_key=KEY, recordings_dir=directory, recording_delay_s=delay_s)
        standin = await stack.enter_async_context(Standin(settings))
        discord = await stack.enter_async_context(LocalDiscord())
        await stack.enter_async_context(bot_process(discord, standin.url, KEY, "bot", "run"))
        await started_broadcast(discord, "{}")
        await asyncio.sleep(2)
        await discord.user("mika").slash(CHANNEL, "odyssey end")
        ready = asyncio.create_task(_ready(standin), name="until ready")
        await discord.wait_for_message(
            CHANNEL, lambda post: "Full video" in post.text, timeout_s=delay_s + 60
        )
        posted_at = time.monotonic()
        return posted_at - await ready


async def _ready(standin: Standin) -> float:
    """When the stand-in says that the recording is there."""
    async with Odyssey(KEY, standin.url) as client:
        while True:
            listed = (await client.list_stream_recordings(limit=1)).recordings
            with suppress(OdysseyError):  # it is not known yet
                if listed and (await client.get_recording(listed[0].stream_id)).video_url:
                    return time.monotonic()
            await asyncio.sleep(0.01)
