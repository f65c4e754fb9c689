"""From stream to stream, as it is measured: each way, with how long there is no picture."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from bot.broadcast.errors import WorldError
from bot.broadcast.limits.continuation import Continuation
from bot.broadcast.states import Reason
from bot.metrics.switches import Switches
from tests.broadcast.relay.conftest import Opened, Run, opened
from tests.metrics.page import page_of

__all__ = ["opened"]


@contextmanager
def measured(run: Run) -> Iterator[CollectorRegistry]:
    registry = CollectorRegistry()
    run.listeners.listen(Switches(registry, run.broadcasts.find, run.clock).changed)
    yield registry


def gaps(registry: CollectorRegistry) -> dict[str, tuple[float, float]]:
    """Of each way that was gone: how often, and for how many seconds in all."""
    page = page_of(registry)
    kinds = {
        kind: tuple(page.value(f"odyssey_switch_gap_seconds_{what}", kind=kind) for what in ("count", "sum"))
        for kind in ("overlap", "sequential", "break")
    }
    return {kind: (count, total) for kind, (count, total) in kinds.items() if count}


async def test_beside_each_other_there_is_no_gap(opened: Opened) -> None:
    """Ten minutes: four seams, and always a picture."""
    async with opened() as run:
        with measured(run) as registry:
            session = await run.start()
            assert gaps(registry) == {}
            await run.clock.turn(600)
            await run.end(session)
            assert gaps(registry) == {"overlap": (4, 0)}


async def test_in_its_place_the_gap_is_the_services(opened: Opened) -> None:
    """The next stream takes two seconds to begin."""
    async with opened(Continuation.SEQUENTIAL) as run:
        with measured(run) as registry:
            session = await run.start()
            await run.clock.turn(140)
            run.service.may_start.clear()
            await run.clock.turn(10)
            ended_at = session.relay.running.began_at + session.relay.running.lasted_s
            run.service.may_start.set()
            await run.clock.turn(0)
            count, total_s = gaps(registry)["sequential"]
            assert (count, total_s) == (1, run.clock.steady() - ended_at)
            assert total_s > 0
            await run.end(session)


async def test_after_a_break_the_gap_is_all_tries_together(opened: Opened) -> None:
    """The first is at once, the second after a pause of a second, and counts too."""
    async with opened() as run:
        with measured(run) as registry:
            session = await run.start()
            await run.clock.turn(30)
            run.service.failing_at["connect"] = [WorldError(Reason.UNREACHABLE)]
            run.service.break_off(Reason.SERVICE_GONE)
            await run.clock.turn(5)
            assert gaps(registry) == {"break": (1, 1)}
            await run.end(session)


async def test_what_is_over_is_forgotten(opened: Opened) -> None:
    """A year of broadcasts takes no memory."""
    async with opened() as run:
        switches = Switches(CollectorRegistry(), run.broadcasts.find, run.clock)
        run.listeners.listen(switches.changed)
        for _ in range(3):
            session = await run.start()
            assert len(switches._on_air) == 1
            await run.end(session)
            assert not switches._on_air
