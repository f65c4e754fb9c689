"""The guide's way of using the client, and what is left when it is dropped: nothing."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import warnings
from pathlib import Path

from bot.odyssey import Odyssey, OdysseyConnectionError
from tests.odyssey.service import API_KEY, PATIENCE_S, Service

PROGRAM = """
import asyncio, os, sys
from bot.odyssey import Odyssey, OdysseyConnectionError

client = Odyssey(api_key="ody_test_key")
current_stream_id = None

def on_stream_started(stream_id: str) -> None:
    global current_stream_id
    current_stream_id = stream_id

async def main():
    await client.connect(on_video_frame=lambda frame: None, on_stream_started=on_stream_started)
    stream_id = await client.start_stream("A cat")
    await client.interact("The cat stretches")
    await client.end_stream()
    await client.disconnect()
    assert stream_id == current_stream_id

async def later():
    recording = await client.get_recording(current_stream_id)
    print("recording", recording.frame_count)

asyncio.run(main())
asyncio.run(later())
"""


FORGETFUL = """
import asyncio
from bot.odyssey import Odyssey

async def main():
    client = Odyssey(api_key="ody_test_key")
    await client.connect(on_video_frame=lambda frame: None)
    await client.start_stream("A cat")
    await asyncio.sleep(0.2)
    raise SystemExit(3)

asyncio.run(main())
"""


async def run(program: str, service: Service) -> tuple[int | None, str, str]:
    """Runs a program against the service, 10 s at most: its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", program,
        env={**os.environ, "ODYSSEY_API_URL": service.url},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_program_that_forgets_to_disconnect(service: Service) -> None:
    """It still ends, at once and quietly, and its streamer is freed."""
    assert await run(FORGETFUL, service) == (3, "", "")
    await asyncio.wait_for((await service.streamer()).gone.wait(), PATIENCE_S)


async def test_a_client_made_outside_the_loop_and_used_in_two(service: Service) -> None:
    """The guide's program runs as it stands, and nothing it leaves behind makes Python complain."""
    service.recordings = {f"session-{n}-stream-1": {"frame_count": 7} for n in range(10)}
    assert await run(PROGRAM, service) == (0, "recording 7\n", "")


async def test_nothing_is_left_after_disconnect(service: Service) -> None:
    """`get_recording` after `disconnect`, and then dropping the client, leaves no open descriptor."""
    service.recordings["s1"] = {}

    async def once() -> None:
        client = Odyssey(api_key=API_KEY, api_url=service.url)
        try:
            await client.connect(on_video_frame=lambda frame: None)
            await client.start_stream("A cat sitting on a windowsill", portrait=True)
        except OdysseyConnectionError as error:
            raise AssertionError from error
        finally:
            await client.disconnect()
        await client.get_recording("s1")

    async def descriptors() -> int:
        for streamer in service.streamers:  # the service's side of it has descriptors of this process, too
            await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)
            await streamer.close()
        await asyncio.sleep(0.05)
        gc.collect()
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    await once()
    before = await descriptors()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            await once()
        left = await descriptors()
    assert left <= before
