"""What is counted of a process of a cluster."""

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.lease import HOUSE, of_broadcast, of_shard
from bot.broadcast.owning.owning import Renewal
from bot.broadcast.telling.listeners import Listeners
from bot.metrics.cluster import ClusterTellers
from bot.metrics.counting import Tellers, counting
from tests.broadcast.fakes import SteppedClock
from tests.metrics.page import Page
from tests.metrics.test_dashboard import standing_at


def test_what_it_has_takes_and_loses() -> None:
    """By kind, never by name: there are as many series with a thousand broadcasts as with none."""
    held = [of_shard(1), of_shard(2), of_broadcast("b"), HOUSE]
    told = ClusterTellers(lambda: held, Listeners(), Listeners(), Listeners(), Listeners())
    clock = SteppedClock()
    tellers = Tellers(*(Listeners() for _ in range(6)), cluster=told)
    with counting(tellers, standing_at(clock), lambda _: None, clock) as draw:
        series = len(list(Page(draw()).families))
        for name in held:
            told.taken.tell(name)
        told.lost.tell(of_broadcast("b"))
        told.renewals.tell(Renewal(0.02))
        told.renewals.tell(Renewal(3.0, NotStoredError(OSError())))
        told.late.tell(0.2)
        told.late.tell(-1.0)  # a clock that was set
        page = Page(draw())
    assert len(list(page.families)) == series
    assert [page.value("odyssey_leases_held", kind=kind) for kind in ("shard", "broadcast", HOUSE)] == [
        2,
        1,
        1,
    ]
    assert page.value("odyssey_leases_taken_total", kind="shard") == 2
    assert page.value("odyssey_leases_lost_total", kind="broadcast") == 1
    assert page.value("odyssey_lease_renewal_seconds_count", outcome="failed") == 1
    assert page.value("odyssey_changes_late_seconds_sum") == 0.2
