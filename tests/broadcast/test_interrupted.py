"""How a broadcast was left, by what is stored of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.interrupted import PICTURE_AGE, Interrupted, Left
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Channel, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State

T0 = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
MIKA, ROBIN, SASHA = (Viewer(number, str(number)) for number in (100, 101, 102))
PICTURE = Picture(b"the world", portrait=False)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def suggestion(name: str, viewer: Viewer, seconds: float) -> Suggestion:
    """Its prompt is its name."""
    return Suggestion(name, "b", viewer, name, at(seconds))


def sent(left: Suggestion, seconds: float) -> Suggestion:
    return left.sent("s", at(seconds))


def applied(left: Suggestion, seconds: float) -> Suggestion:
    return sent(left, seconds).acknowledged(f"Then {left.prompt}", at(seconds + 1))


def stream(number: int, begun: float | None, ended: float | None = None) -> Stream:
    started = at(begun or 0)
    return Stream(
        f"s{number}",
        "b",
        "A cat",
        False,
        started,
        started,
        number,
        None if begun is None else f"service {number}",
        None if ended is None else at(ended),
    )


def left(*suggestions: Suggestion | Left, seen: float = 100, **more: object) -> Interrupted:
    """A broadcast that came on air at 10 s, and was last seen so many seconds after it was asked for."""
    broadcast = Broadcast(
        "b", Channel(1, 10), MIKA, "A cat", False, T0, State.LIVE, live_at=at(10), length=timedelta(minutes=5)
    )
    all_of_them = tuple(each if isinstance(each, Left) else Left(each) for each in suggestions)
    known = {"broadcast": broadcast, "streams": (stream(1, 10),)} | more
    return Interrupted(seen_at=at(seen), suggestions=all_of_them, **known)  # type: ignore[arg-type]


def test_what_was_sent_and_not_answered_is_not_known() -> None:
    """Neither what waits, nor what is settled."""
    under_way = sent(suggestion("snow", ROBIN, 20), 30)
    some = left(suggestion("owl", ROBIN, 21), under_way, applied(suggestion("rain", SASHA, 5), 22))
    assert some.doubtful(at(500)) == [under_way.refused(Refusal.NOT_KNOWN, at(500))]
    assert [each.id for each in some.waiting] == ["owl"]


@pytest.mark.parametrize(
    ("streams", "off_air_s", "on_air_s"),
    [
        ((stream(1, 10),), 0, 90),
        ((stream(1, 10, 50), stream(2, 48)), 0, 90),
        ((stream(1, 10, 50),), 0, 40),  # between two streams: what came then was not seen
        ((stream(1, 10, 50), stream(2, None)), 0, 40),
        ((stream(1, 10, 50), stream(2, 80)), 30, 60),  # the second time
        ((), 0, 0),
    ],
)
def test_only_what_could_be_seen_is_time_on_air(
    streams: tuple[Stream, ...], off_air_s: float, on_air_s: float
) -> None:
    """Until its last sign of life, or the last stream's end; the pauses of earlier crashes are taken off."""
    some = left(streams=streams)
    some = replace(some, broadcast=replace(some.broadcast, off_air=timedelta(seconds=off_air_s)))
    assert some.on_air_s == on_air_s


def test_before_it_is_live_it_has_been_on_air_for_nothing() -> None:
    """However long it waited."""
    some = left()
    waiting = replace(some.broadcast, state=State.CONNECTING, live_at=None)
    assert replace(some, broadcast=waiting, streams=(stream(1, None),)).on_air_s == 0


def test_its_open_streams_are_over_since_its_last_sign_of_life() -> None:
    """Or since they began, if that is later; numbers go on behind those that may have begun."""
    some = left(streams=(stream(1, 10, 50), stream(2, 60), stream(3, 110), stream(4, None)))
    ends = [(each.number, each.ended_at, each.end_reason) for each in some.cut_off]
    cut_off = Reason.INTERRUPTED
    assert ends == [(2, at(100), cut_off), (3, at(110), cut_off), (4, at(100), cut_off)]
    assert (some.begun, some.last_number) == (3, 4)


def test_turns_are_as_they_were() -> None:
    """Who was served stands at the back, unless none of theirs waited then; who withdraws keeps a turn."""
    gone = suggestion("gone", SASHA, 1).refused(Refusal.WITHDRAWN, at(9))
    some = left(
        gone,
        suggestion("sasha's", SASHA, 8),
        applied(suggestion("first", ROBIN, 2), 30),
        suggestion("robin's", ROBIN, 3),
        applied(suggestion("mika's first", MIKA, 4), 5),
        suggestion("mika's", MIKA, 6),
    )
    assert some.turns == [SASHA.id, MIKA.id, ROBIN.id]


def test_approvals_stand_in_their_order() -> None:
    """Of what is not approved nothing is said."""
    names = ("a", "b", "c")
    a, b, c = (suggestion(name, ROBIN, number) for number, name in enumerate(names))
    assert left(Left(a, at(9)), Left(b), Left(c, at(8))).approved == ["c", "a"]


def test_downtime_makes_nothing_stale() -> None:
    """It has waited for as long as it had when the bot was cut off."""
    line = left(suggestion("a", ROBIN, 40), suggestion("b", SASHA, 95), seen=100).line(1000.0)
    assert [(each.id, since) for each, since in line.waiting] == [("a", 940.0), ("b", 995.0)]


def test_the_world_stands_as_all_that_came_true_made_it() -> None:
    """In the order in which it was sent, what was sent together once; from the last picture."""
    moment = LastMoment("A cat", (), Mode.VOTE, PICTURE)
    some = left(
        applied(suggestion("late", ROBIN, 1), 60),
        applied(suggestion("early", SASHA, 2), 50),
        applied(suggestion("early, in other words", MIKA, 3), 50),
        mode=Mode.DRAW,
        moment=moment,
        moment_at=at(40),
    )
    assert some.world == LastMoment("A cat", ("Then early", "Then late"), Mode.DRAW, PICTURE)
    assert [len(together) for together in some.applied] == [2, 1]


@pytest.mark.parametrize("is_applied", [True, False])
def test_after_a_panic_nothing_is_left_of_before(is_applied: bool) -> None:
    """Words of before, what was under way then, and the picture of then are not shown again."""
    safe = suggestion("a meadow", MIKA, 50)
    under_way = sent(suggestion("under way", ROBIN, 2), 49).acknowledged("Then it came", at(51))
    after = applied(suggestion("after", ROBIN, 60), 70)
    some = left(
        applied(suggestion("before", ROBIN, 1), 20),
        under_way,
        Left(applied(safe, 52) if is_applied else safe, is_urgent=True),
        *([after] if is_applied else []),
        moment=LastMoment("A cat", (), None, PICTURE),
        moment_at=at(60),
    )
    opening = "Then a meadow" if is_applied else "a meadow"
    assert some.world == LastMoment(opening, ("Then after",) if is_applied else ())
    assert [each.id for each in some.doubtful(at(99))] == ([] if is_applied else [safe.id])
    later = replace(some, moment_at=at(53) + PICTURE_AGE)
    assert later.world.picture == (PICTURE if is_applied else None)


@pytest.mark.parametrize(
    ("off_air_s", "reason"), [(0, Reason.INTERRUPTED), (0, Reason.SHUTDOWN), (5, Reason.INTERRUPTED)]
)
def test_time_without_a_bot_is_not_on_air_though_it_was_not_stored(off_air_s: int, reason: Reason) -> None:
    """Killed again right after the next stream had begun: 30 s of the 90 nobody was there."""
    first = replace(stream(1, 10, 40), end_reason=reason)
    some = left(streams=(first, stream(2, 70)))
    off_air = timedelta(seconds=off_air_s)
    assert replace(some, broadcast=replace(some.broadcast, off_air=off_air)).on_air_s == 60


def test_a_stream_that_broke_off_leaves_nobody_without_a_bot() -> None:
    """What is stored as off air counts, and what is longer."""
    first = replace(stream(1, 10, 40), end_reason=Reason.STREAM_ERROR)
    some = left(streams=(first, stream(2, 70)))
    assert some.on_air_s == 90
    assert replace(some, broadcast=replace(some.broadcast, off_air=timedelta(seconds=50))).on_air_s == 40
