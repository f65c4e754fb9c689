"""A broadcast of several streams over the real wire, and the one film that is made of it."""

import asyncio
from pathlib import Path

import av
from PIL import Image

from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.steering import set_

STREAM_LIMIT_S = 5


async def kept(house: House, pattern: str, count: int = 1) -> list[Path]:
    """Files of the archive, as soon as there are so many."""
    async with asyncio.timeout(WAIT_S):
        while len(found := sorted((house.directory / "archive").glob(f"*/{pattern}"))) < count:
            await asyncio.sleep(0.05)
    return found


async def test_a_broadcast_of_several_streams_is_one_film(house: House) -> None:
    """With a chapter for each prompt, who asked below the picture, a poster and a contact sheet."""
    settings = StandinSettings(api_key=API_KEY, recording_delay_s=0.1, stream_limit_s=STREAM_LIMIT_S)
    async with (
        Standin(settings) as standin,
        house.bot(odyssey_api_url=standin.url, stream_limit_s=STREAM_LIMIT_S),
    ):
        await set_(house, gap_s=0)
        await house.live_broadcast("A lighthouse")
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="It starts to snow")
        await house.shown("Applied: It starts to snow", as_user="robin")
        await kept(house, "video-*.mp4", 1)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        (film,) = await kept(house, "film-*.mp4")
        videos = await kept(house, "video-*.mp4", 2)
        (credits_,) = await kept(house, "credits-*.vtt")
        (sheet,) = await kept(house, "contact_sheet-*.jpg")
        with av.open(str(film), "r") as shown:
            titles = [chapter["metadata"]["title"] for chapter in shown.chapters()]
            seen = len(list(shown.decode(video=0)))
        counts = []
        for video in videos:
            with av.open(str(video), "r") as part:
                counts.append(len(list(part.decode(video=0))))
        assert seen == sum(counts)
        assert titles[0].startswith("A lighthouse")
        assert any("snow" in title for title in titles[1:])
        assert "<v Robin>" in credits_.read_text("utf-8")
        with Image.open(sheet) as picture:
            assert picture.size[0] % 320 == 0
