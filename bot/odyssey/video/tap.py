"""The one place that leans on aiortc's internals.

A stock receiver hands each whole encoded frame to the queue of a decoder thread, which decodes all of them
whether or not anybody looks, into a queue without a bound. Here a `Tap` takes the place of that queue: aiortc
calls its `put` on the event loop with each encoded frame, and the decoder thread, told at once that nothing
will come, ends before it has decoded anything.

`tests/odyssey/test_tap.py` fails when an aiortc version changes what this relies on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver

from bot.odyssey.video.frames import EncodedFrame

_QUEUE = "_RTCRtpReceiver__decoder_queue"


class Tap:
    """Stands where aiortc's decoder queue stood."""

    def __init__(self, on_frame: Callable[[EncodedFrame], None]) -> None:
        self._on_frame = on_frame

    def put(self, item: tuple[Any, Any] | None) -> None:
        """Called on the event loop with (codec, encoded frame), or None when the receiver stops."""
        if item is not None:
            codec, frame = item
            self._on_frame(EncodedFrame(codec.name, frame.data, frame.timestamp))

    def get(self) -> None:
        """Called on the decoder thread: nothing will come."""
        return


def tap(receiver: RTCRtpReceiver, on_frame: Callable[[EncodedFrame], None]) -> None:
    """Gives the receiver's encoded frames to `on_frame`, on the event loop, instead of to its decoder.

    Must be called when the track arrives, before the receiver starts.
    """
    if not hasattr(receiver, _QUEUE):
        raise RuntimeError(
            "This aiortc keeps its decoder queue elsewhere: bot/odyssey/video/tap.py must follow."
        )
    setattr(receiver, _QUEUE, Tap(on_frame))


async def ask_for_keyframe(receiver: RTCRtpReceiver) -> None:
    """Sends an RTCP picture loss indication, if anything has been received yet."""
    sources = receiver.getSynchronizationSources()
    if sources:
        await receiver._send_rtcp_pli(sources[-1].source)
