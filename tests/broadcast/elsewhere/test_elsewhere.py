"""What runs in other processes, as it is shown here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from bot.broadcast.elsewhere.document import dated, text_of
from bot.broadcast.elsewhere.elsewhere import ASKED_FOR_S, GAP_S, LOOK_S, Elsewhere
from bot.broadcast.errors import BroadcastError, NotStoredError
from bot.broadcast.model import Broadcast
from bot.broadcast.owning.bell import NoBell, Ring
from bot.broadcast.show.view import BroadcastView
from tests.broadcast.elsewhere.book import MemoryBook
from tests.broadcast.relay.service import TurnedClock, settle
from tests.support.watched import BROADCAST, CHANNEL

VIEW = BroadcastView(BROADCAST, "A cat", is_closing=False)
ID = BROADCAST.id


@dataclass
class Here:
    """A process that shows what others run, and what it was told."""

    book: MemoryBook
    elsewhere: Elsewhere
    clock: TurnedClock
    bell: NoBell
    own: set[str]
    clips: list[tuple[str, int]]
    changed: list[Broadcast] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)

    async def tell(self, name: str | None = "lounge", **changes: object) -> None:
        """Whoever runs it shows it so, and rings."""
        now = self.clock.now()
        await self.book.show(ID, dated(text_of(replace(VIEW, **changes), name), now))  # type: ignore[arg-type]
        await self.ring()

    async def ring(self) -> None:
        self.bell.rung.tell(Ring.SHOWS)
        await self.clock.turn(2 * GAP_S)

    @property
    def shown(self) -> str | None:
        view = self.elsewhere.view_in(CHANNEL)
        return view.prompt_in_force if view else None


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    book, clock, bell, own = MemoryBook(), TurnedClock(), NoBell(), set[str]()
    clips: list[tuple[str, int]] = []

    async def take_clips(broadcast_id: str, count: int) -> None:
        clips.append((broadcast_id, count))
        await book.took_clips(broadcast_id, count)

    elsewhere = Elsewhere(book, bell, clock, here=lambda: own, take_clips=take_clips)
    found = Here(book, elsewhere, clock, bell, own, clips)
    elsewhere.changed.listen(found.changed.append)
    elsewhere.renewed.listen(found.renewed.append)
    async with elsewhere:
        yield found


async def test_a_ring_is_heard_at_once_and_many_are_one_look(here: Here) -> None:
    """Between two looks there is a moment, however often it rings; and what others ring for is none."""
    await here.tell()
    assert here.shown == "A cat"
    looked = here.book.looked
    for _ in range(50):
        here.bell.rung.tell(Ring.SHOWS)
    await settle()
    assert here.book.looked == looked + 1
    here.bell.rung.tell(Ring.SLOTS)
    await here.clock.turn(2 * GAP_S)
    assert here.book.looked == looked + 1


async def test_only_what_is_new_is_read(here: Here) -> None:
    """Of what stands as before the head is looked at, and no more."""
    await here.tell()
    for _ in range(5):
        assert here.shown
        await here.clock.turn(LOOK_S + GAP_S)
    assert here.book.read == [ID]
    assert len(here.changed) == 1
    await here.tell(prompt_in_force="It snows")
    assert here.book.read == [ID, ID]
    assert here.shown == "It snows"


async def test_what_nobody_asks_for_is_not_read(here: Here) -> None:
    """Its changes are noted, and whoever shows it has it read: by the next look, and while they ask."""
    await here.tell()
    await here.clock.turn(ASKED_FOR_S)
    for number in range(5):
        await here.tell(coming_back=number)
    await here.tell(prompt_in_force="It snows")
    assert (here.book.read, len(here.changed)) == ([ID], 7)
    assert here.shown == "A cat"
    await here.clock.turn(2 * GAP_S)
    assert here.shown == "It snows"
    assert (here.book.read, len(here.changed)) == ([ID, ID], 8)
    await here.tell(prompt_in_force="It rains")
    assert here.shown == "It rains"


async def test_while_the_database_is_away_it_is_shown_as_it_stood(here: Here) -> None:
    """And as it stands, as soon as that can be read."""
    await here.tell()
    here.book.is_away = True
    await here.clock.turn(60)
    assert here.shown == "A cat"
    with pytest.raises(NotStoredError):
        await here.elsewhere.ask_clip(VIEW)
    here.book.is_away = False
    await here.book.show(
        ID, dated(text_of(replace(VIEW, prompt_in_force="It snows"), None), here.clock.now())
    )
    await here.clock.turn(LOOK_S + GAP_S)
    assert here.shown == "It snows"
    assert here.elsewhere.name_of(CHANNEL) == "lounge", "as it was told last"


async def test_the_end_is_told_whichever_way_it_is_noticed(here: Here) -> None:
    """Its head says so; or it is gone altogether, since nobody looked for an hour."""
    for forget in (False, True):
        await here.tell(has_stored_picture=True)
        here.book.end(ID)
        if forget:
            await here.book.forget_old()
        await here.ring()
        assert here.shown is None
        assert [each.state.is_over for each in here.changed] == [False, True]
        assert here.renewed == [ID]
        assert here.elsewhere.has_stored_picture(ID)
        here.changed.clear()
        here.renewed.clear()


async def test_news_beside_what_is_shown_are_told(here: Here) -> None:
    """While it is on, and after: what is stored of it is read anew."""
    await here.tell()
    assert here.shown
    await here.book.renew(ID)
    await here.tell(prompt_in_force="It snows")
    assert (here.renewed, len(here.changed)) == ([ID], 2)
    here.book.end(ID)
    await here.book.renew(ID)
    await here.ring()
    await here.book.renew(ID)
    await here.ring()
    assert here.renewed == [ID] * 3


async def test_what_runs_here_is_not_read(here: Here) -> None:
    """Nor shown as of elsewhere; until it is another process's."""
    here.own.add(ID)
    await here.tell()
    assert (here.shown, here.book.read) == (None, [])
    here.own.clear()
    await here.clock.turn(LOOK_S + GAP_S)
    assert here.shown == "A cat"
    here.own.add(ID)
    await here.tell(prompt_in_force="It snows")
    assert here.shown is None


async def test_what_is_handed_over_is_shown_until_more_is_told(here: Here) -> None:
    """Not for a moment there is nothing, and then it is as the next one tells it."""
    here.own.add(ID)
    await here.tell()
    here.own.clear()
    here.elsewhere.keep(replace(VIEW, prompt_in_force="the last words"))
    assert here.shown == "the last words"
    await here.clock.turn(LOOK_S + GAP_S)
    assert here.shown == "the last words"
    await here.tell(prompt_in_force="It snows")
    assert here.shown == "It snows"


async def test_what_cannot_be_read_is_not_shown_and_not_read_again(here: Here) -> None:
    """Of a version that words it otherwise; the next text may be one that can be read."""
    for text in ("nonsense", "{}"):
        await here.book.show(ID, text)
        await here.ring()
        await here.clock.turn(3 * LOOK_S)
        assert here.shown is None
    assert here.book.read == [ID, ID]
    await here.tell()
    assert here.shown == "A cat"


async def test_clips_that_others_ask_for_are_seen_to_once(here: Here) -> None:
    """By who runs it; of what is not live yet there is nothing to keep."""
    here.own.add(ID)
    await here.tell()
    await here.elsewhere.ask_clip(VIEW)
    await here.elsewhere.ask_clip(VIEW)
    await here.ring()
    await here.ring()
    assert here.clips == [(ID, 2)]
    with pytest.raises(BroadcastError):
        await here.elsewhere.ask_clip(replace(VIEW, broadcast=replace(BROADCAST, live_at=None)))
