"""What the account lists beside what we know: found once, by time and shape, and never a refused one's."""

import itertools
import random
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.model import Stream
from bot.broadcast.recordings.account import LEAD, SKEW, AccountStream, compare
from bot.broadcast.recordings.reconciling import LONGEST_PAUSE_S, Reconciler, settle
from bot.broadcast.states import Reason
from tests.broadcast.relay.service import TurnedClock

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def lost(name: str, asked_s: float, seen_s: float | None = None, why: Reason = Reason.INTERRUPTED) -> Stream:
    """A stream of ours that was asked for, and never got an ID; upright, as all here."""
    ended_at = at(asked_s if seen_s is None else seen_s)
    return Stream(name, "b", "A cat", True, at(asked_s), at(asked_s), ended_at=ended_at, end_reason=why)


def listed(name: str, began_s: float, *, portrait: bool | None = True) -> AccountStream:
    """One of the account's, which lasted for a minute."""
    return AccountStream(name, at(began_s), at(began_s + 60), portrait)


def test_a_stream_that_began_unseen_is_ours() -> None:
    """With the service's ID and times; whose it was stays as it is."""
    (found,) = compare([lost("own", 0)], [listed("s", 3)], known=()).adopted
    assert found == replace(lost("own", 0), service_id="s", started_at=at(3), ended_at=at(63))


@pytest.mark.parametrize(
    "other",
    [
        listed("s", -SKEW.total_seconds() - 1),
        listed("s", LEAD.total_seconds() + 1),
        listed("s", 3, portrait=False),
    ],
)
def test_one_of_another_time_or_shape_is_not_ours(other: AccountStream) -> None:
    """Somebody else uses the account too."""
    found = compare([lost("own", 0)], [other], known=())
    assert (found.adopted, [each.id for each in found.missing]) == ((), ["own"])


def test_one_that_has_an_owner_is_not_taken_away() -> None:
    """Another stream of ours has that ID already."""
    assert compare([lost("own", 0)], [listed("s", 1)], known={"s"}).adopted == ()


def test_what_may_be_the_answer_to_a_start_under_way_is_nobodys_yet() -> None:
    """However near to a lost one it began; else that start's answer would have no ID of its own."""
    own, under_way = lost("own", 0), replace(lost("asked", 30), ended_at=None, end_reason=None)
    assert compare([own], [listed("s", 1)], (), [under_way]).is_put_off
    assert compare([own], [listed("s", 1)], (), [under_way]).adopted == ()
    for other in (replace(under_way, portrait=False), replace(under_way, intended_at=at(90))):
        found = compare([own], [listed("s", 1)], (), [other])
        assert [each.service_id for each in found.adopted] == ["s"]
        assert not found.is_put_off


@pytest.mark.parametrize("why", [Reason.REFUSED, Reason.STREAM_ERROR, Reason.USAGE_LIMIT, Reason.NO_STREAMER])
def test_a_start_that_was_refused_has_no_stream(why: Reason) -> None:
    """The service said so: what began at that time is somebody else's."""
    found = compare([lost("own", 0, why=why)], [listed("s", 1)], known=())
    assert (found.adopted, found.missing) == ((), ())


def test_each_is_taken_for_one_at_most_and_the_nearest() -> None:
    """Two starts within a minute, in whatever order they are listed."""
    ours, theirs = [lost("first", 0), lost("second", 20)], [listed("a", 2), listed("b", 21)]
    for mine, others in itertools.product(itertools.permutations(ours), itertools.permutations(theirs)):
        found = compare(mine, others, known=())
        assert {each.id: each.service_id for each in found.adopted} == {"first": "a", "second": "b"}
    found = compare(ours, [listed("only", 19)], known=())
    assert [(each.id, each.service_id) for each in found.adopted] == [("second", "only")]
    assert [each.id for each in found.missing] == ["first"]


def test_whatever_is_listed_nothing_is_adopted_twice() -> None:
    """A thousand evenings by chance: no ID for two, none that is known, none of another time."""
    luck = random.Random(7)
    for _ in range(1000):
        ours = [lost(f"own{n}", luck.uniform(0, 300)) for n in range(luck.randrange(6))]
        theirs = [
            listed(f"s{n}", luck.uniform(-200, 600), portrait=luck.choice([True, False, None]))
            for n in range(luck.randrange(8))
        ]
        known = {each.service_id for each in theirs if luck.random() < 0.3}
        found = compare(ours, theirs, known)
        ids = [each.service_id for each in found.adopted]
        assert len(ids) == len(set(ids))
        assert not known.intersection(filter(None, ids))
        assert len(found.adopted) + len(found.missing) == len(ours)
        assert all(each.ended_at and each.ended_at >= each.started_at for each in found.adopted)


def test_a_stream_that_ended_without_us_has_the_services_end() -> None:
    """One that was cut off: its last sign of life was but a guess. One that we ended is left as it is."""
    cut_off = replace(lost("own", 0, 30), service_id="s")
    ended = replace(cut_off, end_reason=Reason.HOST_ENDED)
    (found,) = compare([cut_off], [listed("s", 0)], known={"s"}).ended
    assert found == replace(cut_off, ended_at=at(60))
    assert compare([found], [listed("s", 0)], known={"s"}).ended == ()
    assert compare([ended], [listed("s", 0)], known={"s"}).ended == ()
    senseless = AccountStream("s", at(0), at(-10))
    assert compare([cut_off], [senseless], known={"s"}).ended == ()


class Books:
    """What is stored, and what the account lists: both sides of the comparison."""

    def __init__(self, clock: TurnedClock) -> None:
        self._clock = clock
        self.streams: dict[str, Stream] = {}
        self.listed: list[AccountStream] = []
        self.asked: list[float] = []
        self.failure: Exception | None = None

    async def since(self, moment: datetime) -> list[AccountStream]:
        self.asked.append(self._clock.steady())
        if self.failure:
            raise self.failure
        return [each for each in self.listed if each.started_at > moment]

    async def unsettled_streams(self, since: datetime) -> list[Stream]:
        unbegun = [each for each in self.streams.values() if not each.has_begun and each.ended_at]
        return [each for each in unbegun if each.intended_at >= since]

    async def asked_for(self) -> list[Stream]:
        return [each for each in self.streams.values() if not each.has_begun and each.ended_at is None]

    async def known_ids(self, service_ids: Collection[str]) -> set[str]:
        return {each.service_id or "" for each in self.streams.values()}.intersection(service_ids)

    async def save(self, stream: Stream) -> None:
        self.streams[stream.id] = stream


async def test_it_looks_soon_after_a_loss_and_then_every_hour() -> None:
    """The service lists a stream once it has ended; without a question it is never asked."""
    clock = TurnedClock()
    clock.wall_at_zero = NOON
    books = Books(clock)
    async with Reconciler(lambda _: books, books, clock, save=books.save) as reconciler:
        await clock.turn(3 * LONGEST_PAUSE_S)
        assert books.asked == []
        at_s = clock.steady()
        stream = lost("own", at_s, why=Reason.UNREACHABLE)
        await books.save(stream)
        reconciler.told(stream)
        books.failure = WorldError(Reason.UNREACHABLE)
        await clock.turn(25)
        assert len(books.asked) == 1
        books.failure = None
        await clock.turn(100)
        assert not books.streams["own"].has_begun
        books.listed.append(listed("s", at_s + 1))
        await clock.turn(LONGEST_PAUSE_S)
        assert books.streams["own"].service_id == "s"
        asked = len(books.asked)
        await clock.turn(3 * LONGEST_PAUSE_S)
        assert len(books.asked) == asked  # nothing is open any more


async def test_it_looks_again_once_a_start_is_answered() -> None:
    """What was listed belonged to that one, or else to the lost one."""
    clock = TurnedClock()
    clock.wall_at_zero = NOON
    books = Books(clock)
    async with Reconciler(lambda _: books, books, clock, save=books.save) as reconciler:
        await books.save(lost("own", 0, why=Reason.UNREACHABLE))
        await books.save(under_way := replace(lost("asked", 10), ended_at=None, end_reason=None))
        books.listed.append(listed("s", 1))
        reconciler.told(books.streams["own"])
        await clock.turn(300)
        assert not books.streams["own"].has_begun
        await books.save(replace(under_way, service_id="s2"))
        await clock.turn(60)
        assert books.streams["own"].service_id == "s"


async def test_a_refused_start_is_no_reason_to_look() -> None:
    """Nor is what began, or something else that is stored."""
    clock = TurnedClock()
    books = Books(clock)
    async with Reconciler(lambda _: books, books, clock, save=books.save) as reconciler:
        await clock.turn(1)
        refused = lost("own", 0, why=Reason.REFUSED)
        await books.save(refused)
        for thing in (refused, replace(lost("own", 0), service_id="s"), "else"):
            reconciler.told(thing)
            await clock.turn(2 * LONGEST_PAUSE_S)
        assert books.asked == []


async def test_what_cannot_be_stored_of_one_find_keeps_no_other_from_being_stored() -> None:
    """An answer came late: its ID has found its owner between the look and the note of it."""
    late, other = lost("late", 0), lost("other", 100)
    findings = compare([late, other], [listed("s1", 3), listed("s2", 103)], known=())
    stored: list[str] = []

    async def save(stream: Stream) -> None:
        if stream.id == late.id:
            raise ValueError("its ID belongs to another one")
        stored.append(stream.id)

    await settle(findings, save)
    assert stored == [other.id]
