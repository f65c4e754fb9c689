"""Streams that start from a picture, and what they look like later."""

import asyncio
import io
from typing import cast

import pytest
from PIL import Image

from bot.broadcast.answers import Answers
from bot.broadcast.errors import WorldError
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason
from bot.broadcast.world import StreamEvents
from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import Odyssey, StreamerCapabilities
from bot.process.clock import SystemClock
from bot.worlds.odyssey import OdysseyWorld, odyssey_worlds

API_KEY = "ody_pictures"
SIZES = {False: (1280, 704), True: (704, 1280)}


def red(*, portrait: bool) -> Picture:
    """Nothing but red."""
    out = io.BytesIO()
    Image.new("RGB", SIZES[portrait], "red").save(out, "JPEG")
    return Picture(out.getvalue(), portrait)


def quiet() -> StreamEvents:
    """Nobody listens."""
    return StreamEvents(closed=lambda _: None, spectating=lambda _: None, pictured=lambda *_: None)


@pytest.mark.parametrize("portrait", [False, True])
async def test_a_stream_looks_like_the_picture_that_it_starts_from(portrait: bool) -> None:
    """Its newest picture is had at full size, before its first frame none."""
    settings = StandinSettings(api_key=API_KEY)
    async with Standin(settings) as standin, asyncio.timeout(30):
        clock = SystemClock()
        open_world = odyssey_worlds(lambda: Odyssey(API_KEY, standin.url), clock, Answers(clock))
        async with open_world() as world:
            assert world.starts_from_pictures
            assert await world.latest_picture() is None
            await world.start("A cat", quiet(), portrait=portrait, picture=red(portrait=portrait))
            assert await world.shows_portrait() is portrait
            picture = await world.latest_picture()
            assert picture
            assert picture.portrait is portrait
            image = Image.open(io.BytesIO(picture.jpeg))
            assert (image.format, image.size) == ("JPEG", SIZES[portrait])
            pixel = cast("tuple[int, int, int]", image.getpixel((300, 300)))
            assert pixel[0] > 150 > max(pixel[1:])


class CameraShy:
    """A client whose streamer makes no video of images."""

    is_connected = True
    capabilities = StreamerCapabilities(image_to_video=False)


async def test_a_streamer_that_takes_no_pictures_is_not_asked() -> None:
    """The start fails with its own reason, and to try again as it is would not help."""
    clock = SystemClock()
    world = OdysseyWorld(cast("Odyssey", CameraShy()), clock, Answers(clock))
    assert not world.starts_from_pictures
    with pytest.raises(WorldError) as refusal:
        await world.start("A cat", quiet(), portrait=False, picture=red(portrait=False))
    assert refusal.value.reason is Reason.NO_PICTURES
    assert not refusal.value.retryable


def test_a_picture_does_not_show_itself_in_a_log() -> None:
    """Nor how large it is: its repr has nothing of it."""
    assert repr(Picture(b"secret", portrait=True)).find("secret") == -1
