"""What an interaction asks for is painted while the stream goes on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from av import VideoFrame

from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sets import Set
from bot.local.odyssey.world.stage import Stage
from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.wire import WireClient, connected

pytestmark = pytest.mark.usefixtures("small_pictures")


class Easel:
    """Where sets are painted, if it `may_go_on`. `painted` has what each was of."""

    def __init__(self) -> None:
        self.painted: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.breaks = False
        self._build = Stage.build

    def build(self, stage: Stage, scene: Scene) -> Set:
        """As `Stage.build`."""
        self.may_go_on.wait()
        if self.breaks:
            raise RuntimeError("there is no paint")
        built = self._build(stage, scene)
        self.painted.append(scene.caption)
        return built


@pytest.fixture
def easel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Easel]:
    """The easel of every stage."""
    easel = Easel()
    monkeypatch.setattr(Stage, "build", lambda stage, scene: easel.build(stage, scene))
    yield easel
    easel.may_go_on.set()


async def brightness(client: WireClient, frames: int = 5) -> float:
    """Of the sky, so many frames later."""
    assert client.viewer is not None
    picture: VideoFrame = await client.viewer.wait_for_frames(frames)
    return float(np.mean(picture.to_ndarray(format="gray")[: picture.height // 3]))


async def events(service: Service, stream_id: str) -> list[tuple[str, str | None]]:
    """Type and prompt, or reason, of what happened in a stream that is over."""
    recording = await service.rest.recording(stream_id)
    async with service.http.get(recording["events_url"]) as response:
        lines = [json.loads(line) for line in (await response.text()).splitlines()]
    assert [line["timestamp_ms"] for line in lines] == sorted(line["timestamp_ms"] for line in lines)
    return [(line["type"], line.get("prompt", line.get("reason"))) for line in lines]


async def test_what_is_asked_for_is_acknowledged_then_painted(service: Service, easel: Easel) -> None:
    """Neither the acknowledgement nor a frame waits for it; 250 ms after it the change is plain to see."""
    async with connected(service.rest) as client:
        await client.start("A meadow at noon")
        before = await brightness(client, 10)
        easel.may_go_on.clear()
        assert (await client.update("night falls"))["prompt"] == "night falls"
        assert await brightness(client) == pytest.approx(before, abs=3)
        easel.may_go_on.set()
        while easel.painted[-1] != "night falls":
            await brightness(client, 1)
        assert before - await brightness(client) > 10


async def test_of_what_waits_to_be_painted_the_newest_is(service: Service, easel: Easel) -> None:
    """Each is acknowledged and recorded, in order; those that another follows meanwhile are passed over."""
    prompts = ["it rains", "it snows", "fog rolls in", "a red fox appears", "night falls"]
    async with connected(service.rest) as client:
        started = await client.start("A meadow at noon")
        before = await brightness(client)
        easel.may_go_on.clear()
        for prompt in prompts:
            await client.update(prompt)
        easel.may_go_on.set()
        while len(easel.painted) < 3:
            await brightness(client, 1)
        assert before - await brightness(client, 20) > 30
        assert easel.painted == ["A meadow at noon", prompts[0], prompts[-1]]
        await client.end()
    interactions = [("interaction", prompt) for prompt in prompts]
    assert (await events(service, started["stream_id"]))[1:-1] == interactions


async def test_a_flood_of_messages_is_cut_off(service: Service, easel: Easel) -> None:
    """What comes while a stream is prepared waits; beyond the queue it is refused, the rest obeyed."""
    async with connected(service.rest) as client:
        easel.may_go_on.clear()
        await client.send(type="interactive_stream_start", prompt="A meadow", portrait=False)
        for number in range(90):
            await client.send(type="update", prompt=f"zorp {number}")
        assert (await client.expect("interactive_stream_error"))["reason"] == "rate_limited"
        easel.may_go_on.set()
        await client.expect("stream_started")
        assert (await client.expect("update_acknowledged"))["prompt"] == "zorp 0"
        assert (await client.expect("update_acknowledged"))["prompt"] == "zorp 1"


async def test_a_stream_ends_while_it_is_painted(easel: Easel) -> None:
    """The end waits for no painting; the recording is complete, and in the end no thread stays."""
    async with serving() as service:
        async with connected(service.rest) as client:
            started = await client.start()
            easel.may_go_on.clear()
            await client.update("night falls")
            await client.end()
            ended = await events(service, started["stream_id"])
            assert ended[1:] == [("interaction", "night falls"), ("stream_ended", "ended_by_client")]
        easel.may_go_on.set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("stream-")]


async def test_what_cannot_be_painted_ends_the_stream(service: Service, easel: Easel) -> None:
    """The client is told that the model could not go on; what there was of the stream is recorded."""
    async with connected(service.rest) as client:
        started = await client.start()
        easel.breaks = True
        await client.update("night falls")
        assert (await client.expect("interactive_stream_error"))["reason"] == "model_error"
        await client.closed.wait()
    assert (await events(service, started["stream_id"]))[-1] == ("stream_ended", "model_error")
