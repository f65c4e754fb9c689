"""Whoever asks to be forgotten is, everywhere; and whoever asks is told all that is kept of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.model import Viewer
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox

Told = Mapping[str, Sequence[Mapping[str, object]]]
"""What is kept of somebody: by what keeps it, its entries, each by the names of its facts. Plain values."""
Redo = Callable[[str], Awaitable[None]]
"""Makes something of the broadcast with this ID anew, from what is known now. Raises if it could not be."""

UNDER_WAY_S = 5.0
"""Between two looks whether what somebody has under way is over."""
LONGEST_PAUSE_S = 300.0


class Keeper(Protocol):
    """Whoever keeps something of people, stored or in memory."""

    async def forget(self, person_id: int, nobody: Viewer) -> bool:
        """Has nobody in the place of somebody, in all that is kept until now; False while it cannot be yet.

        `nobody` has a random, negative ID and no name: so votes and counts stay whole. May be repeated.
        """
        ...

    async def tell(self, person_id: int) -> Told:
        """All that is kept of somebody."""
        ...


class People:
    """Has people forgotten, one after the other: an errand, so that no crash undoes it. An async
    context manager.

    Who made it an errand is told by another one, FORGOTTEN, once nothing has their name any more; for that,
    each broadcast that had it is owed the errand UNNAMED by whoever stores broadcasts.
    """

    def __init__(
        self, keepers: Sequence[Keeper], outbox: Outbox, clock: Clock, new_key: Callable[[], int]
    ) -> None:
        """`new_key` gives a negative number that cannot be guessed."""
        self._keepers = keepers
        self._outbox = outbox
        self._clock = clock
        self._new_key = new_key
        self._telling = asyncio.Lock()
        self.unnamed = Listeners[str]()
        """Told of each broadcast, by its ID, of which what shows names was made anew."""

    async def __aenter__(self) -> Self:
        await self._outbox.open(
            Kind.FORGET,
            self._forget,
            at_once=1,
            longest_pause_s=LONGEST_PAUSE_S,
            foreseen=(NotStoredError,),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outbox.close(Kind.FORGET)

    async def ask_to_forget(
        self, person_id: int, sealed: bytes | None = None, *, guild_id: int | None = None
    ) -> None:
        """Somebody will be forgotten, who asked for it in that server. `sealed` is what it takes to tell
        them. Raises `NotStoredError`."""
        asked = Errand(Kind.FORGET, str(person_id), self._clock.now(), sealed=sealed, guild_id=guild_id)
        await asyncio.gather(*self._outbox.add(asked))

    async def tell(self, person_id: int) -> Told:
        """All that is kept of somebody; of one after the other, since it may be much."""
        async with self._telling:
            told = [await keeper.tell(person_id) for keeper in self._keepers]
        return {name: entries for each in told for name, entries in each.items() if entries}

    @property
    def is_unnaming(self) -> bool:
        """Whether something that had somebody's name has still to be made anew."""
        return any(errand.kind is Kind.UNNAMED for errand in self._outbox.waiting)

    async def _forget(self, asked: Errand) -> float | None:
        person_id, nobody = int(asked.subject_id), Viewer(self._new_key(), "")
        # All of them, each time: what runs is stored as it changes, so it comes first.
        if not all([await keeper.forget(person_id, nobody) for keeper in self._keepers]):
            return UNDER_WAY_S
        done = replace(asked, kind=Kind.FORGOTTEN, due_at=None, tries=0)
        await asyncio.gather(*self._outbox.add(done))
        return None
