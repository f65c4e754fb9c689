"""How long it takes from a stream's end until its broadcast's post shows the recording."""

from collections import OrderedDict
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram

from bot.broadcast.clock import Clock
from bot.broadcast.model import Stream
from bot.broadcast.posts import Post, PostKind

BOUNDS_S = (1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 86_400)
FOLLOWED = 1000
"""Broadcasts with recordings that no post shows yet: of more, the oldest are not measured."""


class RecordingTimes:
    def __init__(self, registry: CollectorRegistry, clock: Clock) -> None:
        self._times = Histogram(
            "odyssey_end_to_post_seconds",
            "From a stream's end until its recording was shown in its broadcast's post.",
            buckets=BOUNDS_S,
            registry=registry,
        )
        self._clock = clock
        self._ended: OrderedDict[str, list[datetime]] = OrderedDict()
        """Of each broadcast, when the streams ended whose recordings are there and not shown."""

    def found(self, stream: Stream) -> None:
        """A stream's recording is there."""
        if stream.ended_at:
            self._ended.setdefault(stream.broadcast_id, []).append(stream.ended_at)
            if len(self._ended) > FOLLOWED:
                self._ended.popitem(last=False)

    def stored(self, fact: object) -> None:
        """A post was stored, as it stands in Discord."""
        if isinstance(fact, Post) and fact.kind is PostKind.RECORDING and fact.message_id:
            now = self._clock.now()
            for ended_at in self._ended.pop(fact.broadcast_id, ()):
                self._times.observe(max(0.0, (now - ended_at).total_seconds()))
