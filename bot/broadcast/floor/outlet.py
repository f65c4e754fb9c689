"""What leaves a floor: the next choice, as soon as there is one and its time has come."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.policy import Choice
from bot.broadcast.clock import Clock
from bot.broadcast.floor.ledger import Ledger
from bot.broadcast.floor.motion import Motions
from bot.broadcast.model import Outcome, Refusal, Suggestion, Viewer


class Outlet:
    """The forwarder's side of a floor. `tell` is called when something new is to be shown."""

    def __init__(
        self, arbiter: Arbiter, motions: Motions, ledger: Ledger, clock: Clock, tell: Callable[[], None]
    ) -> None:
        self.urgent: Suggestion | None = None
        """What is sent before anything else, whatever the pace."""
        self.winner: Choice | None = None
        """What won the newest ballot, until something else is applied."""
        self.chosen: Choice | None = None
        """What was chosen last, from the moment in which it leaves the line."""
        self._arbiter = arbiter
        self._motions = motions
        self._ledger = ledger
        self._clock = clock
        self._tell = tell
        self._again: Choice | None = None
        """What was sent to a stream that broke off before it answered."""
        self._newest: Choice | None = None
        """What was sent last, answered or not."""
        self._taken_back: Choice | None = None
        """What is not to be sent once more, should its stream break off."""
        self._ahead: str | None = None
        """The ID of what was stored last as if it were sent."""
        self._onto: Callable[[], str | None] | None = None
        """Says what can be sent to now, while nothing is there that could be."""
        self._changed = asyncio.Event()
        self._sent_at = 0.0  # the steady moment in which the last choice left

    def look_again(self) -> None:
        """Something has changed: there may be a choice now."""
        self._changed.set()

    def as_sent(self, suggestion: Suggestion) -> Suggestion | None:
        """A new suggestion as it stands once it is sent, if nothing but its storing keeps it from that.

        None if it has to wait for anything else. To be asked before it is in line.
        """
        is_first = self.urgent is None and self._again is None
        if self._onto is None or not is_first or not self._arbiter.takes_what_comes(self._clock.steady()):
            return None
        if (stream_id := self._onto()) is None:
            return None
        self._ahead = suggestion.id
        return suggestion.sent(stream_id, self._clock.now())

    async def next_choice(
        self, *, until: Callable[[], float | None], onto: Callable[[], str | None]
    ) -> Choice | None:
        """What is sent next, as soon as there is something and its time has come; None at `until`.

        That is a steady moment; `onto` gives the stream that can be sent something, if one can. Both are
        looked up again whenever something changes.
        """
        while True:
            now, last = self._clock.steady(), until()
            if last is not None and now >= last:
                return None
            self._changed.clear()
            if stale := self._arbiter.remove_stale(now):
                await self._refuse_stale(stale)
            if self._motions.close_due():
                self._tell()
            closes_at = self._arbiter.closes_at
            choice = self._take_next(now) if onto() else None
            self._correct()
            if choice:
                self.chosen = choice
                return choice
            if self._arbiter.closes_at != closes_at:
                self._tell()  # a ballot has opened
            due = (self._arbiter.next_due(now), self._motions.closes_at, last)
            soonest = min((moment for moment in due if moment is not None), default=None)
            self._onto = onto
            await self._clock.wait(self._changed, until=soonest)
            self._onto = None

    def sent(self, choice: Choice, stream_id: str) -> list[Suggestion]:
        """Notes that a choice is on its way: its suggestion, and those merged into it.

        The note is on its way too: see `noted`.
        """
        self._newest = choice
        self._sent_at, now = self._clock.steady(), self._clock.now()
        prompt = choice.suggestion.prompt
        sent = [suggestion.sent(stream_id, now, prompt) for suggestion in choice.suggestions]
        if choice.all_votes:
            self.winner = choice
        self._ledger.note(*sent)
        self._tell()
        return sent

    def noted(self) -> Awaitable[None]:
        """Waits until it is stored that a choice was sent: else a crash could have it sent twice.

        Raises what the journal raises.
        """
        return self._ledger.noted()

    def may_leave(self, choice: Choice) -> bool:
        """Whether a choice may still be sent: no panic came meanwhile."""
        return choice.begins_anew or self.urgent is None

    def take_back(self, choice: Choice, sent: list[Suggestion]) -> bool:
        """The stream that it was sent to broke off: the next one gets it first. `sent` is it, as it was sent.

        False the second time, and for what was cleared or dropped.
        """
        if choice is self._taken_back:
            return False
        self._taken_back = self._again = choice._replace(suggestion=sent[0], merged=tuple(sent[1:]))
        return True

    def clear(self) -> list[Suggestion]:
        """Forgets what was to leave before all that waits in line, and returns it.

        What is under way is not sent again, should its stream break off.
        """
        cleared = [self.urgent] if self.urgent else []
        if self._again:
            cleared += self._again.suggestions
        self.urgent = self._again = None
        self._taken_back = self._newest
        return cleared

    def drop(self, is_meant: Callable[[Suggestion], bool]) -> list[Suggestion]:
        """Forgets what is meant of what is to be sent again, and returns it; who asked for the same stays.

        What is under way is not sent again, should its stream break off.
        """
        if self._again is None:
            if self._newest and any(is_meant(each) for each in self._newest.suggestions):
                self._taken_back = self._newest
            return []
        dropped = [each for each in self._again.suggestions if is_meant(each)]
        kept = [each for each in self._again.suggestions if not is_meant(each)]
        self._taken_back = self._again = (
            self._again._replace(suggestion=kept[0], merged=tuple(kept[1:])) if kept else None
        )
        return dropped

    def forget(self, person_id: int, nobody: Viewer) -> bool:
        """Has nobody in the place of somebody; does nothing, and is False, while theirs is open."""
        if self._ledger.has_open_of(person_id):
            return False
        self._motions.forget(person_id, nobody)
        self.winner = _without(self.winner, person_id, nobody)
        self.chosen = _without(self.chosen, person_id, nobody)
        self._again = _without(self._again, person_id, nobody)
        self._newest = _without(self._newest, person_id, nobody)
        self._taken_back = _without(self._taken_back, person_id, nobody)
        return True

    def let_go(self) -> None:
        """What waits goes on waiting, for the bot's next run; here nobody waits for it."""
        self._ledger.let_go()

    async def settled(self, suggestions: list[Suggestion]) -> None:
        """Notes what became of a choice; from now on the gap to the next one counts."""
        if self.winner:
            won = self.winner.suggestion.id
            is_applied = any(each.outcome is Outcome.ACKNOWLEDGED for each in suggestions)
            if is_applied is not any(each.id == won for each in suggestions):
                self.winner = None
        self._arbiter.settled(self._sent_at, self._clock.steady())
        await self._ledger.settle(*suggestions)
        self._tell()

    def _take_next(self, now: float) -> Choice | None:
        if self.urgent:
            urgent, self.urgent = self.urgent, None
            return Choice(urgent, begins_anew=True)
        again, self._again = self._again, None
        return again or self._arbiter.take_next(now)

    def _correct(self) -> None:
        """What was stored as if it were sent, and waits all the same, is stored as it stands."""
        if self._ahead and (waiting := self._arbiter.line.get(self._ahead)):
            self._ahead = None
            self._ledger.note(waiting)

    async def _refuse_stale(self, stale: list[Suggestion]) -> None:
        now = self._clock.now()
        await self._ledger.store(*(suggestion.refused(Refusal.STALE, now) for suggestion in stale))
        self._tell()


def _without(choice: Choice | None, person_id: int, nobody: Viewer) -> Choice | None:
    """A choice as it is without somebody; the same, if they have no part in it."""
    if choice is None:
        return None
    lost = tuple(each for each in choice.lost if not _has(each.choice, person_id))
    if len(lost) == len(choice.lost) and not _has(choice, person_id):
        return choice
    first, *merged = (each.without(person_id, nobody) for each in choice.suggestions)
    return choice._replace(suggestion=first, merged=tuple(merged), lost=lost)


def _has(choice: Choice, person_id: int) -> bool:
    return any(each.viewer.id == person_id for each in choice.suggestions)
