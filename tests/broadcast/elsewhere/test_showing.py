"""Whoever runs a broadcast has the others show it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.broadcast.elsewhere.document import shown_in
from bot.broadcast.elsewhere.showing import AGAIN_S, GAP_S, TIDIED_EVERY_S, Showing
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.model import Ending
from bot.broadcast.owning.bell import Ring
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.listeners import Listeners
from tests.broadcast.conftest import CHANNEL, Rig, opened_rig, start
from tests.broadcast.elsewhere.book import MemoryBook
from tests.broadcast.relay.service import TurnedClock, settle


@dataclass
class CountingBell:
    """Has every ring."""

    rung: Listeners[str] = field(default_factory=Listeners)
    rings: list[str] = field(default_factory=list)

    def ring(self, what: str) -> None:
        self.rings.append(what)


@dataclass
class Owner:
    """A process that runs broadcasts."""

    rig: Rig
    showing: Showing
    book: MemoryBook
    bell: CountingBell
    clock: TurnedClock

    def told(self, broadcast_id: str) -> BroadcastView | None:
        """What others are to show of it by now."""
        text = self.book.texts.get(broadcast_id)
        return shown_in(text, self.clock.now()).view if text else None

    def number(self, broadcast_id: str) -> int:
        return self.book.heads_[broadcast_id].number


@pytest.fixture
async def owner() -> AsyncIterator[Owner]:
    clock, book, bell = TurnedClock(), MemoryBook(), CountingBell()
    async with opened_rig(clock) as rig:
        showing = Showing(rig.broadcasts, rig.listeners, book, bell, clock, lambda _: "lounge")
        async with showing:
            yield Owner(rig, showing, book, bell, clock)


async def test_what_changes_is_written_at_once_then_four_times_a_second_at_most(owner: Owner) -> None:
    """Each time as it stands; with one ring for all that is written together."""
    session = await owner.rig.start()
    await owner.clock.turn(1)
    its_id = session.broadcast.id
    number, rings = owner.number(its_id), len(owner.bell.rings)
    session.floor.pause(paused=True)
    await owner.clock.turn(0)
    told = owner.told(its_id)
    assert told
    assert told.floor.is_paused
    assert (owner.number(its_id), len(owner.bell.rings)) == (number + 1, rings + 1)
    for step in range(100):  # one second of changes
        session.floor.pause(paused=step % 2 == 0)
        await owner.clock.turn(0.01)
    await owner.clock.turn(GAP_S)
    assert owner.number(its_id) - number <= 1 + 1 / GAP_S + 1
    assert set(owner.bell.rings) == {Ring.SHOWS}


async def test_what_looks_as_before_is_neither_written_nor_rung_for(owner: Owner) -> None:
    """Listeners are told of more than what others show."""
    session = await owner.rig.start()
    await owner.clock.turn(1)
    before = owner.number(session.broadcast.id), len(owner.bell.rings)
    for _ in range(3):
        session.look_again()
        await owner.clock.turn(1)
    assert (owner.number(session.broadcast.id), len(owner.bell.rings)) == before


async def test_what_could_not_be_stored_is_written_when_it_can(owner: Owner) -> None:
    """As it stands then, and news with it."""
    session = await owner.rig.start()
    await owner.clock.turn(1)
    its_id = session.broadcast.id
    owner.book.is_away = True
    session.floor.pause(paused=True)
    owner.showing.renew("over")
    await owner.clock.turn(10)
    owner.book.is_away = False
    await owner.clock.turn(AGAIN_S + GAP_S)
    told = owner.told(its_id)
    assert told
    assert told.floor.is_paused
    assert owner.number("over") == 1


async def test_an_end_is_rung_for_and_nothing_is_written_after_it(owner: Owner) -> None:
    """What is shown goes with the last state, so there is nothing to write."""
    session = await owner.rig.start()
    await owner.clock.turn(1)
    its_id, rings = session.broadcast.id, len(owner.bell.rings)
    owner.rig.end()
    while not session.broadcast.state.is_over:
        await owner.clock.turn(0.1)
    owner.book.end(its_id)
    await owner.clock.turn(10)
    assert owner.told(its_id) is None
    assert len(owner.bell.rings) > rings


async def test_what_runs_already_is_written_too(owner: Owner) -> None:
    """It was taken up before anybody was there to write."""
    session = await owner.rig.start()
    book = MemoryBook()
    late = Showing(owner.rig.broadcasts, owner.rig.listeners, book, owner.bell, owner.clock, lambda _: None)
    async with late:
        await owner.clock.turn(GAP_S)
    assert session.broadcast.id in book.texts
    assert owner.rig.broadcasts.view_in(CHANNEL)


async def test_what_is_over_for_long_is_forgotten(owner: Owner) -> None:
    """Every now and then, with what is written anyway."""
    session = await owner.rig.start()
    owner.showing.renew("over")
    await owner.clock.turn(1)
    assert "over" in owner.book.heads_
    await owner.clock.turn(TIDIED_EVERY_S)
    session.floor.pause(paused=True)
    await owner.clock.turn(1)
    assert "over" not in owner.book.heads_


async def test_what_comes_back_is_written_though_it_looks_as_it_did_here(owner: Owner) -> None:
    """Another process had it meanwhile, and showed it otherwise."""
    owner.rig.world.may_connect.clear()
    session = await start(owner.rig.broadcasts)
    while session.broadcast.state is not State.CONNECTING:
        await owner.clock.turn(GAP_S)
    await owner.clock.turn(1)
    session.floor.pause(paused=True)
    await owner.clock.turn(0)
    left = Interrupted(session.broadcast, owner.clock.now(), is_paused=True)
    written = owner.told(left.broadcast.id)
    session.end(Ending(Reason.SHUTDOWN), is_handed_over=True)
    while owner.rig.broadcasts.running:
        await settle()
    await owner.clock.turn(1)
    await owner.book.show(left.broadcast.id, "what another process shows")
    await owner.rig.broadcasts.resume([left], [])
    owner.rig.broadcasts.running[0].look_again()
    await owner.clock.turn(1)
    assert owner.told(left.broadcast.id) == written
    owner.rig.world.may_connect.set()
