"""What is owed is kept until it is told, whatever fails in between."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.errors import DeposedError
from bot.broadcast.sharding import Shard
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import STORED_PAUSE_S, Outbox
from tests.broadcast.fakes import MemoryOutbox, SteppedClock

NOW = datetime(2026, 8, 1, 20, tzinfo=UTC)
WORD = Errand(Kind.SETTLED, "x", NOW, "b")


@pytest.fixture(autouse=True)
def forgotten_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told, as soon as the loop turns."""
    monkeypatch.setattr("bot.broadcast.telling.outbox.TOLD_TOGETHER_S", 0)


class Messenger:
    """Delivers what it is given: fails so often, waits while it may not go on, has each pause next."""

    def __init__(self, *pauses: float) -> None:
        self.told: list[Errand] = []
        self.fails = 0
        self.pauses = list(pauses)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.under_way = 0

    async def deliver(self, errand: Errand) -> float | None:
        self.under_way += 1
        try:
            await self.may_go_on.wait()
        finally:
            self.under_way -= 1
        if self.fails:
            self.fails -= 1
            raise OSError("Discord is away")
        self.told.append(errand)
        return self.pauses.pop(0) if self.pauses else None

    async def joins(self, outbox: Outbox, kind: Kind = Kind.SETTLED) -> None:
        await outbox.open(kind, self.deliver, at_once=2, longest_pause_s=3600, foreseen=(OSError,))


async def turns() -> None:
    """All that can happen without time happens."""
    for _ in range(50):
        await asyncio.sleep(0)


def stored_later() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def test_it_is_due_with_the_commit_and_forgotten_when_it_is_told() -> None:
    """Not told before it is stored; once told, its row is gone."""
    store, messenger = MemoryOutbox(WORD), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await messenger.joins(outbox)
        stored = stored_later()
        outbox.owe(stored, WORD)
        await turns()
        assert (messenger.told, outbox.waiting) == ([], [WORD])
        stored.set_result(None)
        await turns()
        assert (messenger.told, outbox.waiting, store.rows) == ([WORD], [], {})


async def test_what_cannot_be_stored_is_told_all_the_same() -> None:
    """Somebody waits for it; only after a crash nobody would know of it."""
    messenger = Messenger()
    async with Outbox(MemoryOutbox(), SteppedClock()) as outbox:
        await messenger.joins(outbox)
        stored = stored_later()
        outbox.owe(stored, WORD)
        stored.set_exception(OSError("disk full"))
        await turns()
        assert messenger.told == [WORD]


async def test_who_gives_up_waiting_for_the_commit_does_not_have_it_told_before() -> None:
    """Writes are in order: when a later one is stored, so is that one."""
    store, messenger = MemoryOutbox(), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await messenger.joins(outbox)
        stored = stored_later()
        outbox.owe(stored, WORD)
        stored.cancel()
        await turns()
        assert (messenger.told, store.rows) == ([WORD], {})


async def test_what_an_earlier_run_owed_is_tried_at_once() -> None:
    """However long it was put off, and also when the messenger comes later."""
    late = replace(WORD, due_at=NOW + timedelta(days=3), tries=9, begun_at=NOW)
    store, messenger = MemoryOutbox(late), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        await messenger.joins(outbox)
        await turns()
        assert messenger.told == [replace(late, due_at=None)]
        assert store.rows == {}


async def test_what_fails_is_tried_again_after_pauses_that_grow() -> None:
    """And it is stored how often it failed, so that an operator can see it."""
    store, messenger, clock = MemoryOutbox(WORD), Messenger(), SteppedClock()
    messenger.fails = 8
    async with Outbox(store, clock) as outbox:
        await outbox.load()
        await messenger.joins(outbox)
        while messenger.fails:
            await asyncio.sleep(0)
        assert store.rows[WORD.key].tries >= 7
        while not messenger.told:
            await asyncio.sleep(0)
    assert clock.steady() > 5 * 2**7
    assert store.rows == {}


async def test_short_pauses_are_not_stored() -> None:
    """A recording is asked for several times a second: each would be a write."""
    store, messenger, clock = MemoryOutbox(WORD), Messenger(0.5, STORED_PAUSE_S, 1.0), SteppedClock()
    async with Outbox(store, clock) as outbox:
        await outbox.load()
        await messenger.joins(outbox)
        dues: list[datetime | None] = []
        while outbox.waiting:
            if WORD.key in store.rows and store.rows[WORD.key].due_at not in dues:
                dues.append(store.rows[WORD.key].due_at)
            await asyncio.sleep(0)
    assert len(dues) == 2
    assert dues[0] is None


async def test_what_is_owed_again_while_it_is_told_is_told_once_more() -> None:
    """That telling may have begun before what is new; its row stays until the second one is done."""
    store, messenger = MemoryOutbox(WORD), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        messenger.may_go_on.clear()
        await messenger.joins(outbox)
        await turns()
        stored = stored_later()
        outbox.owe(stored, WORD)
        messenger.may_go_on.set()
        await turns()
        assert len(messenger.told) == 1
        assert WORD.key in store.rows
        stored.set_result(None)
        for _ in range(2000):
            await asyncio.sleep(0)
        assert len(messenger.told) == 2
        assert store.rows == {}


async def test_many_that_are_told_are_forgotten_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one go, soon after; and what is owed anew meanwhile is not forgotten."""
    monkeypatch.setattr("bot.broadcast.telling.outbox.TOLD_TOGETHER_S", 3600)
    words = [replace(WORD, subject_id=str(number)) for number in range(100)]
    store, messenger, dropped = MemoryOutbox(*words), Messenger(), list[int]()
    drop = store.drop

    def count_and_drop(keys: set[str]) -> asyncio.Future[None]:
        dropped.append(len(keys))
        return drop(keys)

    store.drop = count_and_drop  # type: ignore[method-assign, assignment]
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        await messenger.joins(outbox)
        while outbox.waiting:
            await asyncio.sleep(0)
        outbox.owe(stored_later(), words[0])
    assert list(store.rows) == [words[0].key]
    assert dropped == [99]


async def test_who_leaves_tells_what_is_due_first() -> None:
    """What is left is told by who comes next: Discord's connection is made anew, or the bot started."""
    words = [replace(WORD, subject_id=str(number)) for number in range(5)]
    store, messenger, another = MemoryOutbox(*words), Messenger(), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        await messenger.joins(outbox)
        await outbox.close(Kind.SETTLED, within_s=30)
        assert len(messenger.told) == 5
        late = replace(WORD, subject_id="late")
        outbox.add(late)
        await turns()
        assert outbox.waiting == [late]
        await another.joins(outbox)
        await turns()
        assert another.told == [late]


async def test_what_is_forgotten_is_not_told() -> None:
    """Somebody else has done it; also while it is just being told."""
    store, messenger = MemoryOutbox(WORD), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        messenger.may_go_on.clear()
        await messenger.joins(outbox)
        await turns()
        assert messenger.under_way == 1
        outbox.forget(Kind.SETTLED, "x")
        outbox.forget(Kind.SETTLED, "unknown")
        messenger.may_go_on.set()
        await turns()
        assert (outbox.waiting, store.rows) == ([], {})


async def test_what_may_happen_once_is_begun_before() -> None:
    """So that whoever comes after a crash knows that it may have happened."""
    store = MemoryOutbox()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.add(WORD)[0]
        await outbox.begin(WORD)
        assert store.rows[WORD.key].begun_at == outbox.waiting[0].begun_at == NOW
        await outbox.not_begun(WORD)
        assert store.rows[WORD.key].begun_at is None


@pytest.mark.parametrize("due_in", [None, timedelta(minutes=15)])
async def test_what_is_for_later_comes_later(due_in: timedelta | None) -> None:
    """The moment from which on it may be told is said with it."""
    clock, messenger = SteppedClock(), Messenger()
    async with Outbox(MemoryOutbox(), clock) as outbox:
        await messenger.joins(outbox)
        outbox.add(replace(WORD, due_at=NOW + due_in if due_in else None))
        while not messenger.told:
            await asyncio.sleep(0)
    assert clock.steady() == (due_in.total_seconds() if due_in else 0)


def of_server(guild_id: int, subject_id: str) -> Errand:
    return replace(WORD, subject_id=subject_id, guild_id=guild_id)


async def test_what_is_not_ours_is_stored_and_left_to_others() -> None:
    """Whoever has its server looks for it, and is told in the moment in which it is there."""
    store, messenger = MemoryOutbox(), Messenger()
    async with Outbox(store, SteppedClock(), is_ours=lambda errand: errand.guild_id == 1) as outbox:
        await messenger.joins(outbox)
        left: list[Errand] = []
        outbox.left_to_others.listen(left.append)
        ours, theirs = of_server(1, "ours"), of_server(2, "theirs")
        await asyncio.gather(*outbox.add(ours, theirs))
        await turns()
        assert messenger.told == [ours]
        assert left == [theirs]
        assert list(store.rows) == [theirs.key]
        assert outbox.get(Kind.SETTLED, "theirs") is None


async def test_what_a_shard_owes_is_taken_up_and_let_go() -> None:
    """At any time. What is being tried comes to its end; what was told is not left for others to tell."""
    one, other = of_server(0, "one"), of_server(1 << 22, "other")
    store, messenger = MemoryOutbox(one, other), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await messenger.joins(outbox)
        messenger.may_go_on.clear()
        await outbox.load(Shard(1, 2))
        await turns()
        assert (messenger.under_way, [errand.key for errand in outbox.waiting]) == (1, [other.key])
        letting_go = asyncio.create_task(outbox.let_go(lambda errand: errand.guild_id != 0, within_s=60))
        await turns()
        assert (letting_go.done(), outbox.waiting) == (False, [])
        messenger.may_go_on.set()
        await letting_go
        assert messenger.told == [replace(other, due_at=None)]
        await outbox.load(Shard(0, 2))
        await turns()
        assert [errand.key for errand in messenger.told] == [other.key, one.key]
        assert list(store.rows) == [other.key], "who has it now sees to it"


async def test_what_is_let_go_while_it_is_looked_for_stays_with_others() -> None:
    """Who has its server by now tells it; both would, else."""
    ours = {1}
    messenger, may_read = Messenger(), asyncio.Event()

    class SlowlyRead(MemoryOutbox):
        async def errands(self, of: Shard | None = None) -> list[Errand]:
            await may_read.wait()
            return await super().errands(of)

    store = SlowlyRead(of_server(1, "one"))
    async with Outbox(store, SteppedClock(), is_ours=lambda errand: errand.guild_id in ours) as outbox:
        await messenger.joins(outbox)
        looking = asyncio.create_task(outbox.load(Shard(0, 2)))
        await turns()
        ours.clear()
        await outbox.let_go(lambda _: True)
        may_read.set()
        await looking
        await turns()
        assert (messenger.told, outbox.waiting) == ([], [])


async def test_what_was_told_while_it_is_looked_for_is_not_told_again() -> None:
    """The look may still see it as it was."""
    errand = of_server(0, "one")
    may_read = asyncio.Event()
    may_read.set()

    class SlowlyRead(MemoryOutbox):
        async def errands(self, of: Shard | None = None) -> list[Errand]:
            seen = await super().errands(of)
            await may_read.wait()
            return seen

    store, messenger = SlowlyRead(errand), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await outbox.load()
        may_read.clear()
        looking = asyncio.create_task(outbox.load(Shard(0, 2)))
        await turns()
        await messenger.joins(outbox)
        await turns()
        assert (messenger.told, list(store.rows)) == ([errand], [])
        may_read.set()
        await looking
        await turns()
        assert len(messenger.told) == 1


async def test_what_was_to_be_stored_with_what_another_process_has_is_told_there() -> None:
    """Here it is not owed any more, whether or not it was before."""
    store, messenger = MemoryOutbox(WORD), Messenger()
    async with Outbox(store, SteppedClock()) as outbox:
        await messenger.joins(outbox)
        for _ in range(2):
            stored = stored_later()
            outbox.owe(stored, WORD)
            stored.set_exception(DeposedError("broadcast:b"))
            await turns()
        assert (messenger.told, outbox.waiting) == ([], [])
