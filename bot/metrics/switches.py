"""How broadcasts go from stream to stream: how often, in which way, and for how long there is no picture."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Histogram

from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast
from bot.broadcast.relay.run import StreamRun
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason

GAPS_S = (0, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300)


class Switches:
    """Looks at what is on air whenever a broadcast has changed. `find` gives one that runs, by its ID."""

    def __init__(
        self,
        registry: CollectorRegistry,
        find: Callable[[str], BroadcastSession | None],
        clock: Clock,
    ) -> None:
        gaps = Histogram(
            "odyssey_switch_gap_seconds",
            "From the end of a stream on air until the next one was, by how it followed: beside the earlier "
            "one (overlap), in its place (sequential), or after a break.",
            ["kind"],
            buckets=GAPS_S,
            registry=registry,
        )
        self._overlap, self._sequential, self._break = map(gaps.labels, ("overlap", "sequential", "break"))
        self._find = find
        self._clock = clock
        self._on_air: dict[str, StreamRun] = {}

    def changed(self, broadcast: Broadcast) -> None:
        """A broadcast has changed."""
        if broadcast.state.is_over:
            self._on_air.pop(broadcast.id, None)
            return
        session = self._find(broadcast.id)
        now_on_air = session.relay.on_air if session else None
        before = self._on_air.get(broadcast.id)
        if now_on_air is None or now_on_air is before:
            return
        self._on_air[broadcast.id] = now_on_air
        if before is None:
            return
        if before.over is None:
            self._overlap.observe(0)
            return
        gap_s = self._clock.steady() - (before.began_at + before.lasted_s)
        is_meant = before.over.reason is Reason.CONTINUED
        (self._sequential if is_meant else self._break).observe(max(0.0, gap_s))
