"""The state document."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.arbitration.policy import Choice, Mode
from bot.broadcast.floor.view import FloorView, ShownCandidate, ShownMotion
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Spectating, Suggestion
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.web.events.wire import text_of
from bot.web.state import key_of, milliseconds, state_document
from tests.support.hostile_texts import hostile_texts
from tests.support.watched import BROADCAST, CHANNEL, MIKA, NOW, OVER, ROBIN, past

NOW_MS = milliseconds(NOW)


def idea(prompt: str, name: str = "i") -> Suggestion:
    return Suggestion(f"id-of-{name}", BROADCAST.id, ROBIN, prompt, NOW)


EVERYTHING = BroadcastView(
    BROADCAST,
    "It snows",
    idea("snow"),
    FloorView(
        Mode.VOTE,
        is_paused=True,
        waiting=3,
        candidates=(ShownCandidate(2, idea("an owl", "owl"), ("id-of-owl", "id-of-other"), 4),),
        closes_at=NOW + timedelta(seconds=20),
        waiting_for_a_place=1,
        winner=Choice(idea("a whale"), votes=7, all_votes=12),
        to_review=(idea("not approved", "unseen"),),
        motion=ShownMotion(Mode.HOST, MIKA, 2, 1, NOW + timedelta(seconds=30)),
    ),
    is_closing=False,
    place_in_pool=2,
    streams=3,
    coming_back=1,
    ends_at=NOW + timedelta(minutes=10),
    is_last_call=True,
    picture=b"a picture",
    spectating=Spectating("https://odyssey.test/3", "spectators-token", "https://odyssey.test/3.m3u8"),
)


def document(
    view: BroadcastView | None, last: PastBroadcast | None = None, *, last_has_picture: bool = False
) -> dict[str, object]:
    found = state_document(
        view, last, channel=CHANNEL, name="lounge", watching=12, last_has_picture=last_has_picture
    )
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def test_a_document_has_all_that_is_shown() -> None:
    """Complete, with times in milliseconds, as the page is promised it."""
    assert document(EVERYTHING) == {
        "channel": {"name": "lounge", "url": "https://discord.com/channels/1001/2002"},
        "watching": 12,
        "picture": key_of(BROADCAST.id),
        "broadcast": {
            "key": key_of(BROADCAST.id),
            "state": "live",
            "portrait": False,
            "host": "Mika",
            "began_at": NOW_MS,
            "ends_at": NOW_MS + 600_000,
            "opening": "A cat",
            "prompt": {"text": "It snows", "by": "Robin"},
            "asked_for": "snow",
            "coming_back": 1,
            "place_in_pool": 2,
            "is_last_call": True,
            "mode": "vote",
            "is_paused": True,
            "waiting": 2,  # and one that waits for approval
            "waiting_for_a_place": 1,
            "candidates": [{"number": 2, "text": "an owl", "by": "Robin", "votes": 4}],
            "closes_at": NOW_MS + 20_000,
            "motion": {"mode": "host", "by": "Mika", "for": 2, "against": 1, "closes_at": NOW_MS + 30_000},
            "winner": {"text": "a whale", "by": "Robin", "votes": 7, "of": 12},
            "stream": {
                "number": 3,
                "whep": {"url": "https://odyssey.test/3", "token": "spectators-token"},
                "has_hls": True,
            },
        },
        "last": None,
    }


def test_a_document_has_nothing_else() -> None:
    """No ID of anybody or anything but the channel, nothing that waits for approval, no picture."""
    text = text_of(document(EVERYTHING, past(True)))
    for secret in (ROBIN.id, MIKA.id, BROADCAST.id, OVER.id, "id-of-", "not approved", "a picture", "m3u8"):
        assert str(secret) not in text


def test_of_a_broadcast_that_is_only_asked_for_there_is_little() -> None:
    """What is not known yet is null."""
    shown = document(BroadcastView(replace(BROADCAST, state=State.REQUESTED, live_at=None), "A cat"))
    broadcast = shown["broadcast"]
    assert isinstance(broadcast, dict)
    assert broadcast["prompt"] == {"text": "A cat", "by": None}
    nothing = ("began_at", "ends_at", "closes_at", "motion", "winner", "stream", "place_in_pool")
    assert [broadcast[name] for name in nothing] == [None] * len(nothing)


def test_what_is_over_was_the_last() -> None:
    """While nothing is on, the last broadcast is shown."""
    over = document(None, past(True, False, True))
    assert over["broadcast"] is None
    assert over["last"] == {
        "key": key_of(OVER.id),
        "opening": "A cat",
        "portrait": False,
        "host": "Mika",
        "ended_at": NOW_MS + 120_000,
        "seconds": 120,
        "films": 2,
        "has_failed": False,
    }


def test_a_picture_is_promised_only_where_there_is_one() -> None:
    """Of what is on, its own; else of what was on last."""
    starting = replace(EVERYTHING, picture=None)
    assert document(starting, past(True), last_has_picture=True)["picture"] is None
    assert document(EVERYTHING, past(True))["picture"] == key_of(BROADCAST.id)
    assert document(None, past(True), last_has_picture=True)["picture"] == key_of(OVER.id)
    assert document(None, past(False))["picture"] is None
    assert document(None, None)["picture"] is None


def test_a_broadcast_that_failed_says_so_and_not_how_long_it_was_when_nobody_knows() -> None:
    """As a crash leaves it."""
    failed = replace(OVER, state=State.FAILED, live_at=None, ended_at=None)
    last = document(None, past(broadcast=failed))["last"]
    assert isinstance(last, dict)
    assert (last["has_failed"], last["seconds"], last["ended_at"], last["films"]) == (True, None, None, 0)


@pytest.mark.parametrize("hostile", [*hostile_texts(40), None])
def test_whatever_people_write_is_one_line(hostile: object) -> None:
    """In ASCII: no event can be ended, or another one begun, by what stands in a prompt."""
    text = getattr(hostile, "text", "\ud800 </script>\r\n\r\nevent: gone\u2028\u0000")
    line = text_of(document(replace(EVERYTHING, prompt_in_force=text)))
    assert line.isascii()
    assert line.isprintable()
    shown: str = json.loads("{" + line)["broadcast"]["prompt"]["text"]
    assert shown.encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")
