"""What is said of a broadcast's streams."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Broadcast, Channel, Recording, Stream, Viewer
from bot.broadcast.states import State
from cogs.wording import recordings as words

NOW = datetime(2026, 8, 1, 20, tzinfo=UTC)
OVER = Broadcast(
    "b", Channel(1, 2), Viewer(3, "Mika"), "A cat", False, NOW, State.ENDED, NOW, NOW + timedelta(minutes=6)
)
STREAM = Stream("own", "b", "A cat", False, NOW, NOW, service_id="s", ended_at=NOW + timedelta(seconds=150))


def past_of(*recorded: bool, broadcast: Broadcast = OVER) -> PastBroadcast:
    """A broadcast with streams of which some have recordings."""
    streams = (
        PastStream(replace(STREAM, number=number, service_id=f"s{number}"), is_recorded)
        for number, is_recorded in enumerate(recorded, start=1)
    )
    return PastBroadcast(broadcast, tuple(streams))


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("A cat", "A cat"),
        ("A cat. It snows. The moon rises.", "The moon rises."),
        ("A cat. Does it snow? The moon rises", "The moon rises"),
        ("A cat。", "A cat。"),
        ("A dragon. It flies.", "A dragon. It flies."),
    ],
    ids=["the opening", "changed", "without a full stop", "one sentence", "another world"],
)
def test_a_streams_line_says_what_is_new_in_it(prompt: str, scene: str) -> None:
    """The world's whole text begins alike in each stream: the last change tells them apart."""
    past = past_of(True, True)
    each = replace(past.streams[1], stream=replace(past.streams[1].stream, prompt=prompt))
    assert words.scene(past, each) == scene


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ((True, True, True), "Hosted by **Mika** · 6 min 0 s on air · 3 streams"),
        ((True, False, False), "6 min 0 s on air · 3 streams · 2 with no recording yet"),
    ],
)
def test_a_whole_broadcast_says_what_there_is(recorded: tuple[bool, ...], said: str) -> None:
    """How long it was on air, however long its streams are together; and what is missing."""
    assert said in words.recorded_so_far(past_of(*recorded))


def test_a_running_broadcast_says_what_there_is_so_far() -> None:
    """And nothing of what is still to come."""
    live = replace(OVER, state=State.LIVE, ended_at=None)
    text = words.recorded_so_far(past_of(True, False, broadcast=live))
    assert text.startswith(words.GROWING_TITLE)
    assert text.endswith("still on air · 1 stream")


def test_every_mark_is_one_that_is_looked_for() -> None:
    """Of one stream or of several; a post of one is still found when there are more."""
    one, three = past_of(True), past_of(True, True, True)
    assert words.mark(one) in words.marks(one)
    assert words.mark(one) in words.marks(three)
    assert words.mark(three) in words.marks(three)
    assert words.mark(three) in words.not_recorded(three).split("\n")


def test_what_is_stored_stands_in_where_the_service_says_nothing() -> None:
    """Of a recording that is gone there, length and frames are known from before."""
    past = past_of(True)
    shown = replace(past.streams[0], duration_s=42.0, frame_count=840)
    assert "42 s · 840 frames" in words.recorded(past, shown, Recording(NOW))


def test_long_broadcasts_are_told_in_hours() -> None:
    """To the second below an hour."""
    assert [words.time_on_air(seconds) for seconds in (90, 3599, 3600, 10_800, 5_430)] == [
        "1 min 30 s",
        "59 min 59 s",
        "1 h",
        "3 h",
        "1 h 30 min",
    ]
