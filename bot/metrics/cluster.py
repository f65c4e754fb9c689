"""What a process of a cluster has, takes and loses, and how soon it knows what others do."""

from collections import Counter as Count
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.broadcast.owning.lease import HOUSE
from bot.broadcast.owning.owning import Renewal
from bot.broadcast.telling.listeners import Listeners

KINDS = ("shard", "broadcast", HOUSE)
RENEWALS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LATE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 60)
"""Without a bell it is two seconds."""


@dataclass(frozen=True, slots=True)
class ClusterTellers:
    """Which leases are held, and who is listened to: of leases taken and lost, by name, of tries to renew
    them, of how late changes of others were found."""

    held: Callable[[], Collection[str]]
    taken: Listeners[str]
    lost: Listeners[str]
    renewals: Listeners[Renewal]
    late: Listeners[float]


class ClusterCounts(Collector):
    """Its methods are listeners, as those of `Counts`."""

    def __init__(self, registry: CollectorRegistry, held: Callable[[], Collection[str]]) -> None:
        self._held = held
        self._taken, self._lost = (
            {kind: made.labels(kind) for kind in KINDS}
            for made in (
                Counter(
                    "odyssey_leases_taken",
                    "Leases that were taken up from others, or from nobody, by kind.",
                    ["kind"],
                    registry=registry,
                ),
                Counter(
                    "odyssey_leases_lost", "Leases that others may have by now.", ["kind"], registry=registry
                ),
            )
        )
        renewals = Histogram(
            "odyssey_lease_renewal_seconds",
            "Tries to renew all leases of this process, by whether they went well.",
            ["outcome"],
            buckets=RENEWALS_S,
            registry=registry,
        )
        self._renewed, self._failed = renewals.labels("renewed"), renewals.labels("failed")
        self._late = Histogram(
            "odyssey_changes_late_seconds",
            "How long after another process had changed something that was known here.",
            buckets=LATE_S,
            registry=registry,
        )
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        held = Count(map(_kind_of, self._held()))
        leases = GaugeMetricFamily("odyssey_leases_held", "Leases of this process, by kind.", labels=["kind"])
        for kind in KINDS:
            leases.add_metric([kind], held[kind])
        yield leases

    def taken(self, name: str) -> None:
        self._taken[_kind_of(name)].inc()

    def lost(self, name: str) -> None:
        self._lost[_kind_of(name)].inc()

    def renewed(self, one: Renewal) -> None:
        (self._failed if one.error else self._renewed).observe(one.took_s)

    def found(self, late_s: float) -> None:
        self._late.observe(max(0.0, late_s))


def _kind_of(name: str) -> str:
    return name.partition(":")[0]
