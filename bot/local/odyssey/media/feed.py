"""One stream's packets on their way to many peers."""

import asyncio
from collections import deque
from collections.abc import Callable

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from bot.local.odyssey.media.encoder import Codec, Packet

BACKLOG_LIMIT_PACKETS = 40
KEYFRAME_SPACING_TICKS = 5  # however many viewers ask, and however often


class PacketTrack(MediaStreamTrack):
    """A video track whose frames are ready-made packets, so that aiortc encodes nothing.

    It starts, and after an overflow goes on, with a keyframe. It may be moved from one feed to the next.
    """

    kind = "video"

    def __init__(self, codec: Codec = "h264") -> None:
        super().__init__()
        self.codec = codec
        self.needs_keyframe = True
        self._packets: deque[Packet] = deque()
        self._arrived = asyncio.Event()

    def deliver(self, packet: Packet) -> None:
        """Queue a packet for the peer."""
        if self.needs_keyframe and not packet.is_keyframe:
            return
        if len(self._packets) >= BACKLOG_LIMIT_PACKETS:
            self._packets.clear()
            self.needs_keyframe = True
            return
        self.needs_keyframe = False
        self._packets.append(packet)
        self._arrived.set()

    async def recv(self) -> Packet:
        """The next packet, as aiortc's sender asks for it."""
        while not self._packets:
            if self.readyState != "live":
                raise MediaStreamError
            self._arrived.clear()
            await self._arrived.wait()
        return self._packets.popleft()

    def stop(self) -> None:
        """End the track; a waiting sender is told."""
        super().stop()
        self._arrived.set()


class Feed:
    """The tracks that watch one stream."""

    def __init__(self) -> None:
        self._tracks: dict[PacketTrack, Callable[[], None]] = {}
        self._keyframe_wanted = False
        self._last_keyframe_tick = -KEYFRAME_SPACING_TICKS

    def attach(self, track: PacketTrack, on_end: Callable[[], None] = lambda: None) -> None:
        """Show the stream on this track, from its next keyframe on. `on_end` is called when it is over."""
        track.needs_keyframe = True
        self._tracks[track] = on_end

    def detach(self, track: PacketTrack) -> None:
        """Show nothing more on this track."""
        self._tracks.pop(track, None)

    def end(self) -> None:
        """The stream is over: tell everyone who watches."""
        tracks, self._tracks = self._tracks, {}
        for on_end in tracks.values():
            on_end()

    def ask_for_keyframe(self) -> None:
        """A viewer has lost the picture (RTCP PLI)."""
        self._keyframe_wanted = True

    def wants_keyframe(self, tick: int) -> bool:
        """Whether the frame of this tick must be a keyframe. True answers all wishes so far."""
        if tick - self._last_keyframe_tick < KEYFRAME_SPACING_TICKS:
            return False
        wanted = self._keyframe_wanted or any(track.needs_keyframe for track in self._tracks)
        if wanted:
            self._keyframe_wanted = False
            self._last_keyframe_tick = tick
        return wanted

    def wants(self, codec: Codec) -> bool:
        """Whether anybody watches in this codec."""
        return any(track.codec == codec for track in self._tracks)

    def publish(self, codec: Codec, packet: Packet) -> None:
        """Give one packet to every track of this codec."""
        for track in self._tracks:
            if track.codec == codec:
                track.deliver(packet)
