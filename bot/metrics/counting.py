"""Begins and ends the counting, and gives the page that Prometheus reads."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.broadcast.answers import Answer
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast, Stream
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.telling.listeners import Listeners
from bot.metrics.cluster import ClusterCounts, ClusterTellers
from bot.metrics.counts import Counts
from bot.metrics.errors import ErrorCounts
from bot.metrics.recordings import RecordingTimes
from bot.metrics.standing import Standing
from bot.metrics.switches import Switches
from bot.storage.writer import Try

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Tellers:
    """Who is listened to: of facts as they are stored, answers of the service, tries to commit, turns of the
    loop, changes of broadcasts, recordings that are there."""

    stored: Listeners[object]
    answers: Listeners[Answer]
    tries: Listeners[Try]
    turns: Listeners[float]
    broadcasts: Listeners[Broadcast]
    recorded: Listeners[Stream]
    cluster: ClusterTellers | None = field(default=None, kw_only=True)
    """Of a process of one."""


@contextmanager
def counting(
    tellers: Tellers, standing: Standing, find: Callable[[str], BroadcastSession | None], clock: Clock
) -> Iterator[Callable[[], bytes]]:
    """Counts for as long as the context lasts; gives what draws the page, in Prometheus' text format.

    No label has a value that people, or their number, could make more of: no ID, name or prompt.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # when each count began, nobody asks
    registry = CollectorRegistry()
    registry.register(standing)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    counts, recordings = Counts(registry), RecordingTimes(registry, clock)
    errors = ErrorCounts(registry)
    with ExitStack() as stack:

        def hear(teller: Listeners[Told], listener: Callable[[Told], None]) -> None:
            teller.listen(listener)
            stack.callback(teller.leave, listener)

        hear(tellers.stored, counts.stored)
        hear(tellers.stored, recordings.stored)
        hear(tellers.recorded, recordings.found)
        hear(tellers.answers, counts.answered)
        hear(tellers.tries, counts.tried)
        hear(tellers.turns, counts.turned)
        hear(tellers.broadcasts, Switches(registry, find, clock).changed)
        if of_all := tellers.cluster:
            shared = ClusterCounts(registry, of_all.held)
            hear(of_all.taken, shared.taken)
            hear(of_all.lost, shared.lost)
            hear(of_all.renewals, shared.renewed)
            hear(of_all.late, shared.found)
        logging.getLogger().addHandler(errors)
        stack.callback(logging.getLogger().removeHandler, errors)
        yield lambda: generate_latest(registry)
