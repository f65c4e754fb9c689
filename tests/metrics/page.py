"""What Prometheus would read, by its own parser."""

from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.broadcast.recordings.archive import ArchiveTrouble


class Archive(NamedTuple):
    """How an archive stands."""

    room_bytes: int
    trouble: ArchiveTrouble | None


STUCK = Archive(1_000, ArchiveTrouble.FULL)

Sample = tuple[str, dict[str, str]]


class Page:
    """A page of metrics; `value` is 0 for what has no sample."""

    def __init__(self, text: bytes) -> None:
        self.text = text.decode()
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        self._values = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        return self._values.get((name, frozenset(labels.items())), 0.0)


def page_of(registry: CollectorRegistry) -> Page:
    return Page(generate_latest(registry))
