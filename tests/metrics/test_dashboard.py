"""What is asked in the documents, of the metrics that there are."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.telling.listeners import Listeners
from bot.metrics.cluster import ClusterTellers
from bot.metrics.counting import Tellers, counting
from bot.metrics.standing import Standing
from tests.broadcast.fakes import SteppedClock, account_of
from tests.metrics.page import STUCK, Page

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD = json.loads((DOCS / "grafana.json").read_text("utf-8"))
OPERATING = (DOCS / "operating.md").read_text("utf-8")
RULES = yaml.safe_load((DOCS.parent / "deploy" / "alerts.yml").read_text("utf-8"))
NAME = re.compile(r"\b(?:odyssey|process|python)_[a-z_]+\b")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}


def standing_at(clock: SteppedClock) -> Standing:
    """Of a bot with nothing to do."""
    return Standing(
        list,
        lambda: [account_of(StreamPool(1, clock))],
        lambda: 0,
        lambda: None,
        lambda: {0: None},
        lambda: None,
        list,
        clock.now,
        STUCK,
    )


@pytest.fixture(scope="module")
def page() -> Page:
    """Of a bot that has just started, as one of several."""
    cluster = ClusterTellers(list, *(Listeners() for _ in range(4)))
    tellers = Tellers(*(Listeners() for _ in range(6)), cluster=cluster)
    clock = SteppedClock()
    with counting(tellers, standing_at(clock), lambda _: None, clock) as draw:
        return Page(draw())


def asked_for(page: Page) -> dict[str, set[str]]:
    """By the name in a query: the labels that it can be asked by, as far as there are series yet."""
    found = {}
    for family in page.families.values():
        labels = {label for sample in family.samples for label in sample.labels}
        for suffix in SUFFIXES.get(family.type, ("",)):
            found[family.name + suffix] = labels
    return found


def queries(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (
            value for key, value in part.items() if key in ("expr", "query") and isinstance(value, str)
        )
        yield from (query for value in part.values() for query in queries(value))
    elif isinstance(part, list):
        yield from (query for value in part for query in queries(value))


def test_every_panel_asks_for_what_there_is(page: Page) -> None:
    """By its whole name, with the suffix of its kind."""
    asked = [query for query in queries(DASHBOARD) if query != "prometheus"]
    assert len(asked) > 30
    missing = {name for query in asked for name in NAME.findall(query)} - asked_for(page).keys()
    assert missing == set()
    assert all(NAME.search(query) for query in asked)


def test_no_panel_stands_on_another() -> None:
    """And each has its own number, a title, and queries."""
    panels = [each for panel in DASHBOARD["panels"] for each in (panel, *panel.get("panels", ()))]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["type"] == "row" or panel["targets"], panel["title"]


def test_the_rules_ask_for_what_there_is(page: Page) -> None:
    """Those that operators are told to begin with."""
    rules = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
    assert len(rules) > 5
    named = {name for rule in rules for name in NAME.findall(rule)}
    assert named <= asked_for(page).keys()


def test_the_table_names_every_metric(page: Page) -> None:
    """And no other; with the labels that it has."""
    told = {
        name: set(filter(None, labels.split(",")))
        for name, labels in re.findall(r"`(odyssey_\w+)(?:\{([\w,]*)\})?`", OPERATING)
    }
    ours = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in page.families.values()
        if family.name.startswith("odyssey_")
    }
    assert told.keys() == ours
    for name, labels in asked_for(page).items():
        if name in told and labels - {"le"}:
            assert told[name] == labels - {"le"}, name


def test_who_counts_leaves_nothing_behind() -> None:
    """Nobody listens any more, and the log is as it was."""
    listeners = [Listeners[Any]() for _ in range(6)]
    clock, handlers = SteppedClock(), list(logging.getLogger().handlers)
    with counting(Tellers(*listeners), standing_at(clock), lambda _: None, clock):
        assert all(each._listeners for each in listeners)
    assert not any(each._listeners for each in listeners)
    assert logging.getLogger().handlers == handlers


@pytest.mark.parametrize("name", ["odyssey_nothing", "odyssey_broadcasts_total"])
def test_what_is_not_there_would_be_found(page: Page, name: str) -> None:
    """The names are told from each other."""
    assert NAME.findall(f"sum(rate({name}[5m]))") == [name]
    assert name not in asked_for(page)
