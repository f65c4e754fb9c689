"""What connections that have ended leave to the garbage collector, in a process with nothing but the client.

`python -m tests.odyssey.live.leftovers SERVICE BROADCAST WAY...` makes one for each way to end it, and
prints, as JSON, how many objects of which type they leave.
"""

import asyncio
import gc
import json
import sys
from collections import Counter

from bot.odyssey import Odyssey, OdysseyError, Timeouts, VideoFrame, connect_to_stream
from bot.odyssey.live import closing
from tests.odyssey.service import API_KEY

closing.AFTERWARDS_S = 0.2
TIMEOUTS = Timeouts(silence_s=0.5, connect_s=20)


class Player:
    """Holds a client that calls it, as whoever uses one does."""

    def __init__(self, url: str) -> None:
        self.client = Odyssey(API_KEY, url, timeouts=TIMEOUTS)
        self.seen = asyncio.Event()
        self.gone = asyncio.Event()

    async def play(self, way: str) -> None:
        """From the start to the end: ours, or what the service does when it reads a prompt."""
        await self.client.connect(on_video_frame=self._on_frame, on_disconnected=self.gone.set)
        await self.client.start_stream("A harbour", portrait=False)
        await self.seen.wait()
        await self.client.latest_frame()
        try:
            await self.client.interact(way)
            await self.client.end_stream()
            await self.client.disconnect()
        except OdysseyError:
            await self.gone.wait()

    async def _on_frame(self, frame: VideoFrame) -> None:
        self.seen.set()


async def watch(url: str) -> None:
    """Watches a broadcast until a picture has come."""
    seen = asyncio.Event()
    watching = await connect_to_stream(url, "spectator-secret", lambda frame: seen.set(), timeouts=TIMEOUTS)
    while await watching.latest_frame() is None:
        await asyncio.sleep(0.01)
    await watching.disconnect()


async def end_all(service: str, broadcast: str, ways: list[str]) -> None:
    """Makes connections and ends each in its way; nobody holds them any more."""
    await asyncio.gather(
        *(watch(broadcast) if way == "watch" else Player(service).play(way) for way in ways),
    )
    await asyncio.sleep(2 * closing.AFTERWARDS_S)


async def main(service: str, broadcast: str, ways: list[str]) -> None:
    """Twice: what the first leave is what is made once."""
    gc.disable()
    await end_all(service, broadcast, ways)
    gc.collect()
    await end_all(service, broadcast, ways)
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    json.dump(
        Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.garbage), sys.stdout
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
