"""What is shown of a broadcast, as other processes are told it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.elsewhere.document import NOT_WORTH_IT, dated, shown_in, text_of
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.web.state import state_document
from tests.support.hostile_texts import hostile_texts
from tests.support.watched import BROADCAST, CHANNEL, MIKA, NOW, ROBIN
from tests.web.test_state import EVERYTHING


def told(view: BroadcastView, **late: float) -> BroadcastView:
    """The view in a process whose wall is so much later."""
    return shown_in(dated(text_of(view, "lounge"), NOW), NOW + timedelta(**late)).view


def page(view: BroadcastView) -> object:
    return state_document(view, None, channel=CHANNEL, name=None, watching=0, last_has_picture=False)


@pytest.mark.parametrize("changes", [{}, {"last_applied": None, "spectating": None, "picture": None}])
def test_a_page_elsewhere_shows_the_same(changes: dict[str, Any]) -> None:
    """All of it, and what else is asked of a view: its channel, and how it is watched."""
    view = replace(EVERYTHING, **changes)
    elsewhere = told(view)
    assert page(elsewhere) == page(view)
    assert (elsewhere.broadcast.id, elsewhere.broadcast.channel) == (BROADCAST.id, CHANNEL)
    assert elsewhere.spectating == view.spectating
    assert (elsewhere.picture, elsewhere.has_picture) == (None, view.has_picture)
    assert told(BroadcastView(BROADCAST, "A cat")) == BroadcastView(
        replace(BROADCAST, host=replace(MIKA, id=0)), "A cat"
    )


def test_it_has_no_ids_of_people_and_no_words_that_wait_for_review() -> None:
    """Whoever reads it learns no more than the page tells, and where it is."""
    text = text_of(EVERYTHING, "lounge")
    for secret in (ROBIN.id, MIKA.id, "id-of-", "not approved", "a picture"):
        assert str(secret) not in text


def test_whatever_people_write_comes_through() -> None:
    """Every text, as a browser would get it of who runs the broadcast."""
    for text in [each.text for each in hostile_texts(50)]:
        assert json.dumps(told(replace(EVERYTHING, prompt_in_force=text)).prompt_in_force) == json.dumps(text)


def test_times_are_those_of_the_reader() -> None:
    """Where walls are hours apart a ballot closes in twenty seconds all the same; moments change nothing."""
    for late in (timedelta(hours=3), timedelta(hours=-3, seconds=0.4), timedelta(seconds=7)):
        text = dated(text_of(EVERYTHING, None), NOW)
        view = shown_in(text, NOW + late + timedelta(seconds=5), age=timedelta(seconds=5)).view
        closes_in = view.floor.closes_at - NOW - late  # type: ignore[operator]
        assert abs(closes_in - timedelta(seconds=20)) <= timedelta(seconds=0.5)
    assert told(EVERYTHING, seconds=0.9 * NOT_WORTH_IT.total_seconds()) == told(EVERYTHING)


def test_what_a_newer_version_tells_is_shown_as_far_as_it_is_known() -> None:
    """A mode or a state without a name here is the usual one, and what is new is passed over."""
    document = json.loads(text_of(EVERYTHING, None))
    document |= {"state": "rehearsed", "weather": "fine"}
    document["floor"] |= {"mode": "auction", "price": 3}
    view = shown_in(dated(json.dumps(document), NOW), NOW).view
    assert (view.broadcast.state, view.floor.mode) == (State.LIVE, Mode.QUEUE)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"now":1}', '{"now":"x"}', "null"])
def test_what_is_no_document_is_told_from_one(text: str) -> None:
    """It raises what a reader expects."""
    with pytest.raises((ValueError, LookupError, TypeError)):
        shown_in(text, NOW)
