"""What runs in other processes, as it is shown here."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import NamedTuple, Self, TypeVar

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import Head, ShowBook, Told
from bot.broadcast.elsewhere.document import Shown, shown_in
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.owning.bell import Bell, Ring
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")

LOOK_S = 2.0
"""Between two looks when nobody rings: a ring can be lost."""
GAP_S = 0.1
"""Between two looks when everybody does."""
ASKED_FOR_S = 60.0
"""So long after somebody asked for a broadcast what changes of it is read, before they ask again."""
NAMES_KEPT = 2000
PICTURES_KEPT = 256
"""Of broadcasts that are over: for so many it is remembered that a picture of them is stored."""


class _Known(NamedTuple):
    number: int
    news: int
    is_on: bool

    @classmethod
    def of(cls, head: Head) -> Self:
        return cls(head.number, head.news, head.is_on)


class Elsewhere(Background):
    """All broadcasts that run in other processes, as they were last told: in memory. A context manager.

    Of one for which nobody asks it is only noted that there is more to read: that is done when they do, and
    they are told then.

    `here` gives the IDs of those that run in this process. `take_clips` is told for how many pages of other
    processes the last seconds of one of them are to be kept.
    """

    def __init__(
        self,
        book: ShowBook,
        bell: Bell,
        clock: Clock,
        *,
        here: Callable[[], Collection[str]],
        take_clips: Callable[[str, int], Awaitable[None]],
    ) -> None:
        super().__init__(name="look at what others run")
        self.changed = Listeners[Broadcast]()
        """Told of each broadcast elsewhere that is shown otherwise from now on, or not at all: it is over."""
        self.renewed = Listeners[str]()
        """Told of a broadcast, by its ID, of which there is news beside what is shown while it is on."""
        self._book = book
        self._bell = bell
        self._clock = clock
        self._here = here
        self._take_clips = take_clips
        self._known: dict[str, _Known] = {}
        self._views: dict[str, BroadcastView | None] = {}
        """By broadcast; None for one of which this process cannot read what was told."""
        self._unread: set[str] = set()
        """Those of which there is more to read than what is in their view."""
        self._asked_at: dict[str, float] = {}
        self._in_channel: dict[Channel, str] = {}
        self._names: dict[Channel, str] = {}
        self._pictured: dict[str, None] = {}
        self._rung = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.look()  # so that the first who asks is answered rightly
        self._bell.rung.listen(self._hear)
        return await super().__aenter__()

    async def __aexit__(self, *_: object) -> None:
        self._bell.rung.leave(self._hear)
        await super().__aexit__()

    def view_in(self, channel: Channel) -> BroadcastView | None:
        """What is shown of a channel's broadcast, if one runs elsewhere."""
        broadcast_id = self._in_channel.get(channel)
        if broadcast_id is None:
            return None
        self._asked_at[broadcast_id] = self._clock.steady()
        if broadcast_id in self._unread:
            self._rung.set()
        return self._views.get(broadcast_id)

    def name_of(self, channel: Channel) -> str | None:
        """What a channel is called, where a broadcast ran elsewhere lately."""
        return self._names.get(channel)

    def has_stored_picture(self, broadcast_id: str) -> bool:
        """Whether it is known of one that is over that it left a picture."""
        return broadcast_id in self._pictured

    async def ask_clip(self, view: BroadcastView) -> None:
        """Somebody who watches this here wants its last seconds kept.

        Raises NOTHING_TO_CLIP or `NotStoredError`.
        """
        if view.broadcast.live_at is None:
            raise BroadcastError(Code.NOTHING_TO_CLIP)
        await self._book.ask_clip(view.broadcast.id)
        self._bell.ring(Ring.SHOWS)

    def keep(self, view: BroadcastView) -> None:
        """A broadcast that runs here is handed over: so it is shown until another process goes on with it."""
        self._views[view.broadcast.id] = view
        self._in_channel[view.broadcast.channel] = view.broadcast.id

    async def look(self) -> None:
        """Looks at what is new. Raises what the book raises."""
        heads = await self._book.heads()
        here = set(self._here())
        elsewhere = [head for head in heads if head.is_on and head.broadcast_id not in here]
        wanted = [head.broadcast_id for head in elsewhere if self._is_to_be_read(head)]
        told = {each.broadcast_id: each for each in await self._book.told(wanted)} if wanted else {}
        for broadcast_id in wanted:
            self._show(broadcast_id, told.get(broadcast_id))
        for head in heads:
            if self._known.get(head.broadcast_id) != _Known.of(head):
                self._note(head, is_here=head.broadcast_id in here, is_read=head.broadcast_id in wanted)
        there = {head.broadcast_id for head in heads}
        for broadcast_id in [each for each in self._known if each not in there]:
            del self._known[broadcast_id]
            self._is_over(broadcast_id)
        for head in heads:
            if head.clips_asked and head.broadcast_id in here:
                await self._take_clips(head.broadcast_id, head.clips_asked)

    async def _run(self) -> None:
        while True:
            await self._clock.wait(self._rung, self._clock.steady() + LOOK_S)
            self._rung.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the boundary of one look: the next one is due in a moment
                log.warning("what runs elsewhere could not be looked at: %s", type(error).__name__)
            await self._clock.sleep(GAP_S)

    def _hear(self, what: str) -> None:
        if what == Ring.SHOWS:
            self._rung.set()

    def _is_to_be_read(self, head: Head) -> bool:
        """Whether there is more of it, and somebody asks for that; of each at least once."""
        its_id = head.broadcast_id
        if its_id not in self._views:
            return True
        has_more = its_id in self._unread or self._known.get(its_id) != _Known.of(head)
        if self._views[its_id] is None:
            return has_more
        return has_more and self._clock.steady() - self._asked_at.get(its_id, -math.inf) < ASKED_FOR_S

    def _note(self, head: Head, *, is_here: bool, is_read: bool) -> None:
        """Something is new of it."""
        broadcast_id = head.broadcast_id
        before, self._known[broadcast_id] = self._known.get(broadcast_id), _Known.of(head)
        if is_here:
            self._drop(broadcast_id)
        elif not head.is_on:
            self._is_over(broadcast_id)
        else:
            if not is_read:
                self._unread.add(broadcast_id)
                if view := self._views[broadcast_id]:
                    self.changed.tell(view.broadcast)  # whoever still shows it asks, and so has it read
            if before and before.news != head.news:
                self.renewed.tell(broadcast_id)

    def _show(self, broadcast_id: str, told: Told | None) -> None:
        self._unread.discard(broadcast_id)
        before = self._views.get(broadcast_id)
        shown = self._read(broadcast_id, told) if told else None
        if shown is None:
            self._views[broadcast_id] = None
        elif shown.view != before:
            channel = shown.view.broadcast.channel
            self._views[broadcast_id] = shown.view
            self._in_channel[channel] = broadcast_id
            if shown.channel_name:
                _remember(self._names, channel, shown.channel_name, NAMES_KEPT)
            self.changed.tell(shown.view.broadcast)

    def _read(self, broadcast_id: str, told: Told) -> Shown | None:
        try:
            return shown_in(told.text, self._clock.now(), age=told.age)
        except (ValueError, LookupError, TypeError):  # of a version that words it otherwise
            log.warning("what is told of broadcast %s cannot be read", broadcast_id)
            return None

    def _is_over(self, broadcast_id: str) -> None:
        if view := self._drop(broadcast_id):
            if view.has_picture:
                _remember(self._pictured, broadcast_id, None, PICTURES_KEPT)
            self.changed.tell(replace(view.broadcast, state=State.ENDED))
        self.renewed.tell(broadcast_id)

    def _drop(self, broadcast_id: str) -> BroadcastView | None:
        self._unread.discard(broadcast_id)
        self._asked_at.pop(broadcast_id, None)
        view = self._views.pop(broadcast_id, None)
        if view and self._in_channel.get(view.broadcast.channel) == broadcast_id:
            del self._in_channel[view.broadcast.channel]
        return view


def _remember(memory: dict[Key, Value], key: Key, value: Value, limit: int) -> None:
    """The newest so many."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > limit:
        del memory[next(iter(memory))]
