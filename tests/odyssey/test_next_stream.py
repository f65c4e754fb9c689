"""Our client against a service whose next stream goes wrong: each fault is what `NextStream` says it is."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from PIL import Image

from bot.local.odyssey.service import Standin, StandinSettings
from bot.odyssey import ConcurrentLimitReachedError, Odyssey, OdysseyStreamError, VideoFrame
from tests.support.next_stream import NextStream

PROMPT = "a lighthouse in fog"


@dataclass
class Seen:
    """What a client is shown and told."""

    shapes: list[tuple[int, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    shown: asyncio.Event = field(default_factory=asyncio.Event)

    def frame(self, frame: VideoFrame) -> None:
        """A picture came."""
        self.shapes.append((frame.width, frame.height))
        self.shown.set()


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """One that takes faults."""
    async with Standin(StandinSettings(faults=True)) as running:
        yield running


@asynccontextmanager
async def connected(standin: Standin) -> AsyncIterator[tuple[Odyssey, Seen]]:
    """A client and what it sees."""
    seen = Seen()
    async with Odyssey(standin.settings.api_key, standin.url) as client:
        await client.connect(
            on_video_frame=seen.frame,
            on_stream_ended=seen.ended.set,
            on_stream_error=lambda reason, _: seen.errors.append(reason),
            on_disconnected=seen.gone.set,
        )
        yield client, seen


async def soon(event: asyncio.Event) -> None:
    """It happens within ten seconds."""
    await asyncio.wait_for(event.wait(), 10)


async def test_the_wrong_shape(standin: Standin) -> None:
    """Portrait where landscape was asked for; the stream after it is right again."""
    async with connected(standin) as (client, seen):
        NextStream(standin).has_the_wrong_shape()
        await client.start_stream(PROMPT, portrait=False)
        await soon(seen.shown)
        assert seen.shapes[0] == (704, 1280)
        await client.end_stream()
        await client.start_stream(PROMPT, portrait=False)
        async with asyncio.timeout(10):
            while seen.shapes[-1] != (1280, 704):
                seen.shown.clear()
                await seen.shown.wait()


async def test_no_frame_ever(standin: Standin) -> None:
    """It starts, and takes what is sent, without a picture; the stream after it has some."""
    async with connected(standin) as (client, seen):
        NextStream(standin).never_sends_a_frame()
        await client.start_stream(PROMPT)
        assert await client.interact("rain") == "rain"
        await client.end_stream()
        assert not seen.shown.is_set()
        await client.start_stream(PROMPT)
        await soon(seen.shown)


async def test_a_frame_and_death(standin: Standin) -> None:
    """A picture comes, then the error, and the connection is gone."""
    async with connected(standin) as (client, seen):
        NextStream(standin).sends_a_frame_and_dies()
        await client.start_stream(PROMPT)
        await soon(seen.gone)
        assert len(seen.shapes) == 1
        assert seen.errors == ["model_error"]
        assert not client.is_connected


async def test_an_end_with_the_beginning(standin: Standin) -> None:
    """Started and ended in a breath, with no error; the connection takes the next start."""
    async with connected(standin) as (client, seen):
        NextStream(standin).ends_as_it_begins()
        stream_id = await client.start_stream(PROMPT)
        await soon(seen.ended)
        assert client.current_stream_id is None
        assert await client.start_stream(PROMPT) != stream_id
        assert (seen.errors, client.is_connected) == ([], True)


async def test_the_answer_comes_when_the_old_one_is_gone(standin: Standin) -> None:
    """While another stream runs the start is not answered; it is as soon as that has ended."""
    async with connected(standin) as (old, _), connected(standin) as (new, seen):
        await old.start_stream(PROMPT)
        NextStream(standin).waits_for_the_old_one()
        starting = asyncio.create_task(new.start_stream(PROMPT))
        done, _ = await asyncio.wait({starting}, timeout=0.5)
        assert not done
        await old.end_stream()
        assert await starting
        await soon(seen.shown)


async def test_the_picture_is_refused(standin: Standin) -> None:
    """A start from an image fails, one without does not, even while all images are refused."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    async with connected(standin) as (client, _):
        NextStream(standin).refuses_the_picture(times=None)
        with pytest.raises(OdysseyStreamError) as refused:
            await client.start_stream(PROMPT, image=picture.getvalue())
        assert refused.value.reason == "invalid_image"
        assert await client.start_stream(PROMPT)


async def test_the_prompt_is_refused(standin: Standin) -> None:
    """A prompt that a running stream took is not taken at a start; another one is."""
    async with connected(standin) as (client, _):
        await client.start_stream("a lighthouse")
        NextStream(standin).refuses_the_prompt("in fog", times=None)
        assert await client.interact(PROMPT)
        await client.end_stream()
        with pytest.raises(OdysseyStreamError) as refused:
            await client.start_stream(PROMPT)
        assert refused.value.reason == "moderation_failed"
        assert await client.start_stream("a lighthouse")


async def test_no_slot_for_long(standin: Standin) -> None:
    """What runs goes on, but no connection is had until the service heals."""
    following = NextStream(standin)
    async with connected(standin) as (client, _):
        await client.start_stream(PROMPT)
        following.has_no_slot()
        for _ in range(3):
            with pytest.raises(ConcurrentLimitReachedError):
                await Odyssey(standin.settings.api_key, standin.url).connect()
        assert await client.interact("rain")
        following.heals()
        async with connected(standin) as (other, _):
            assert await other.start_stream(PROMPT)


async def test_it_must_be_asked_for() -> None:
    """A stand-in that takes no faults says so, instead of doing nothing."""
    with pytest.raises(ValueError, match="faults=True"):
        NextStream(Standin())
