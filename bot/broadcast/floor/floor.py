"""The floor of one broadcast: what viewers propose and vote, what moderators do, what comes next."""

from collections.abc import Awaitable, Callable

from bot.broadcast.arbitration.arbiter import Arbiter, ArbitrationSettings
from bot.broadcast.arbitration.policy import Mode, Prospect, Standing
from bot.broadcast.clock import moment_of
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.floor.ledger import Ledger
from bot.broadcast.floor.motion import Motion, Motions
from bot.broadcast.floor.notes import Notes
from bot.broadcast.floor.outlet import Outlet
from bot.broadcast.floor.ticket import Ticket, Tickets
from bot.broadcast.floor.view import FloorView, shown_candidates, shown_motion
from bot.broadcast.intake.recent import Recent
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.model import Origin, Refusal, Suggestion, Viewer
from bot.broadcast.ports import Ports


class Floor:
    """Open until it is shut. `tell` is called when something new is to be shown."""

    def __init__(
        self, broadcast_id: str, ports: Ports, arbitration: ArbitrationSettings, tell: Callable[[], None]
    ) -> None:
        self.is_paused = False
        self.left_in_line = 0  # when it was shut
        self._broadcast_id = broadcast_id
        self._new_id = ports.new_id
        self._clock = ports.clock
        self._tell = tell
        self._notes = Notes(broadcast_id, ports.journal, ports.clock)
        self._arbiter = Arbiter(arbitration, self._stands_otherwise, self._notes.vote, self._notes.ballot)
        self._motions = Motions(ports.clock, self._switch, self._notes)
        self.recent = Recent(ports.clock, self._arbiter.line.has)
        self._ledger = Ledger(ports.journal, self.recent.change)
        self._tickets = Tickets(self._prospect_of, self._ledger.is_decided)
        self.outlet = Outlet(self._arbiter, self._motions, self._ledger, ports.clock, tell)

    def restore(self, left: Interrupted) -> list[Ticket]:
        """Stands as an earlier run left it: nothing of that is stored anew. Gives tickets of what waits."""
        self.is_paused = left.is_paused
        now = self._clock.steady()
        line = left.line(now)
        for suggestion in left.waiting:
            self.recent.add(suggestion, moment_of(suggestion.suggested_at, self._clock))
        self._arbiter.restore(line)
        if left.motion:
            self._motions.restore(left.motion, left.steady(left.motion.closes_at, now))
        settled = self._ledger.restore(*left.waiting)
        return [Ticket(*each, self._tickets) for each in zip(left.waiting, settled, strict=True)]

    @property
    def waiting(self) -> int:
        """How many suggestions wait in line."""
        return len(self._arbiter.line)

    @property
    def mode(self) -> Mode:
        return self._arbiter.mode

    @property
    def motion(self) -> Motion | None:
        """The vote on the mode that is open now."""
        return self._motions.open

    @property
    def standing(self) -> Standing:
        return self._arbiter.standing()

    def view(self) -> FloorView:
        """What is shown of it. Of a large line, that takes some milliseconds."""
        standing, date_of = self.standing, self._clock.date_of
        return FloorView(
            self.mode,
            is_paused=self.is_paused,
            waiting=self.waiting,
            left_in_line=self.left_in_line,
            candidates=shown_candidates(self.mode, standing),
            closes_at=None if standing.closes_at is None else date_of(standing.closes_at),
            waiting_for_a_place=standing.waiting,
            winner=self.outlet.winner,
            to_review=tuple(self.pending) if self.mode is Mode.HOST else (),
            motion=shown_motion(self.motion, date_of) if self.motion else None,
        )

    @property
    def pending(self) -> list[Suggestion]:
        """What waits and was not approved by a moderator, in the order in which it came."""
        return list(self._arbiter.line.pending())

    @property
    def people(self) -> set[int]:
        """The IDs of all who have something in line, or a vote."""
        return self._arbiter.line.people | (self.motion.voters if self.motion else frozenset[int]())

    def waiting_suggestion(self, suggestion_id: str) -> Suggestion:
        """A suggestion that waits. Raises NOT_IN_LINE."""
        if (suggestion := self._arbiter.line.get(suggestion_id)) is None:
            raise BroadcastError(Code.NOT_IN_LINE)
        return suggestion

    def suggest(
        self, viewer: Viewer, prompt: str, origin: Origin | None = None, *, said_at: float | None = None
    ) -> Awaitable[Ticket]:
        """Keeps room in line for a clean prompt; the ticket has to be awaited, and comes when it is stored.

        It waits from that moment on: nothing is sent that is not stored. Cooldowns go by `said_at`, if that
        was earlier. Raises BROADCAST_OVER, INTAKE_PAUSED, LineFull or TooManyOfYours.
        """
        self._check_open()
        if self.is_paused:
            raise BroadcastError(Code.INTAKE_PAUSED)
        self._arbiter.line.check_room(viewer)
        suggestion = self._new_suggestion(viewer, prompt, origin)
        ahead = self.outlet.as_sent(suggestion)
        self._arbiter.line.reserve(suggestion, self._clock.steady())
        self.recent.add(suggestion, said_at)  # before anything is awaited: the next one may come meanwhile
        return self._ticket(suggestion, ahead)

    async def revise(self, suggestion_id: str, prompt: str) -> bool:
        """Gives a waiting suggestion a new, clean prompt; it keeps its place. False if it waits no more."""
        revised = self._arbiter.line.revise(suggestion_id, prompt)
        if revised:
            if not self._arbiter.line.is_approved(revised):
                self._notes.approval(suggestion_id, is_approved=False)
            await self._store(revised)
        return revised is not None

    async def approve_as(self, suggestion_id: str, prompt: str) -> bool:
        """Lets a waiting suggestion pass in a moderator's clean words. False if it waits no more.

        Both in one moment: an edit that its author makes meanwhile comes behind, and needs a new approval.
        """
        revised = self._arbiter.line.revise(suggestion_id, prompt)
        if revised:
            self._approve(suggestion_id)
            await self._store(revised)
        return revised is not None

    async def refuse(self, suggestion_id: str, refusal: Refusal) -> bool:
        """Takes a suggestion back that waits, in line or to be sent again. False if it waits no more."""
        waiting = self._arbiter.line.remove(suggestion_id)
        taken = [waiting] if waiting else self.outlet.drop(lambda each: each.id == suggestion_id)
        if taken:
            await self._store(*(each.refused(refusal, self._clock.now()) for each in taken))
        return bool(taken)

    async def refuse_all_of(self, viewer: Viewer, refusal: Refusal) -> None:
        """Takes back all of a viewer's that waits, in line or to be sent again, and their votes."""
        again = self.outlet.drop(lambda each: each.viewer.id == viewer.id)
        theirs = [*self._arbiter.line.remove_all_of(viewer), *again]
        if self.motion:
            self._motions.withdraw(viewer)
        await self._store(*(each.refused(refusal, self._clock.now()) for each in theirs))

    def vote(self, viewer: Viewer, suggestion_id: str) -> None:
        """Moves a viewer's one vote to a suggestion.

        Raises NOT_IN_LINE, NOT_ON_BALLOT, or VOTES_DO_NOT_COUNT in other ways to decide.
        """
        self._arbiter.vote(viewer, suggestion_id)
        self._has_changed()

    def vote_of(self, viewer: Viewer) -> Suggestion | None:
        """The suggestion that a viewer's one vote is for: also their own, for which they need not vote."""
        return self._arbiter.line.vote_of(viewer)

    def withdraw_vote(self, viewer: Viewer) -> None:
        """Takes back a viewer's one vote; with their next suggestion or vote, they have one again."""
        self._arbiter.line.withdraw_vote(viewer)
        self._has_changed()

    def approve(self, suggestion_id: str) -> None:
        """Lets a suggestion pass, where moderators decide, if it still waits."""
        if self._approve(suggestion_id):
            self._has_changed()

    def switch(self, mode: Mode) -> None:
        """Decides in another way from now on; the line stays, a vote on the mode is off.

        Raises BROADCAST_OVER.
        """
        self._check_open()
        self._motions.drop()
        self._switch(mode)
        self._has_changed()

    def adopt(self, arbitration: ArbitrationSettings) -> None:
        """Goes by other settings from now on: limits, gap, options of the mode. The mode stays: see `switch`.

        Nobody who waits is dropped for lack of room, and a ballot that is open keeps its end.
        """
        self._arbiter.adopt(arbitration)
        self._has_changed()

    def call_vote(self, mode: Mode, viewer: Viewer) -> None:
        """Puts another mode to the vote of the viewers. Raises BROADCAST_OVER or VOTE_IS_RUNNING."""
        self._check_open()
        self._motions.call(mode, viewer)
        self._has_changed()

    def vote_on_mode(self, viewer: Viewer, *, is_for: bool) -> None:
        """Takes a vote on the mode. Raises NO_VOTE_RUNNING."""
        self._motions.vote(viewer, is_for=is_for)
        self._tell()

    def withdraw_vote_on_mode(self, viewer: Viewer) -> None:
        """Takes back a viewer's vote on the mode, if they have given it. Raises NO_VOTE_RUNNING."""
        self._motions.withdraw(viewer)
        self._tell()

    def pause(self, *, paused: bool) -> None:
        """Stops taking suggestions, or takes them again. What is in line goes on. Raises BROADCAST_OVER."""
        self._check_open()
        self.is_paused = paused
        self.note()
        self._has_changed()

    async def panic(self, moderator: Viewer, safe_prompt: str) -> None:
        """Stops taking suggestions, refuses all that wait, and sends a safe prompt before anything else.

        All of it in the moment of the call: only the journal is waited for, and its failure stops no panic.
        Raises BROADCAST_OVER.
        """
        self._check_open()
        self.is_paused = True
        self.note()
        # A safe prompt of a panic before, which is not sent yet, is stopped too: once is enough.
        now, stopped = self._clock.now(), [*self._arbiter.line.clear(), *self.outlet.clear()]
        self.outlet.urgent = self._new_suggestion(moderator, safe_prompt)
        refused = self._ledger.store(*(suggestion.refused(Refusal.PANIC, now) for suggestion in stopped))
        entered = self._ledger.enter(self.outlet.urgent, is_urgent=True)
        self._has_changed()
        try:
            await refused
        finally:
            await entered

    def note(self) -> None:
        """Has stored how it is ruled."""
        self._notes.ruled(self.mode, is_paused=self.is_paused)

    def shut(self) -> None:
        """Takes nothing more, and sends nothing more: the end has begun."""
        self._notes.is_shut = True
        self.outlet.clear()
        self._motions.drop()
        self.left_in_line += len(self._arbiter.line.clear())

    async def close(self, *, lost: Refusal) -> None:
        """Shuts it, and settles all that is open: what was sent as `lost`, the rest as BROADCAST_ENDED."""
        self.shut()
        await self._ledger.close(self._clock.now(), lost=lost)

    async def _ticket(self, suggestion: Suggestion, ahead: Suggestion | None) -> Ticket:
        try:
            settled = await self._ledger.enter(suggestion, ahead=ahead)
        except BaseException:  # nobody has a ticket for it
            self._arbiter.line.remove(suggestion.id)
            self.recent.forget(suggestion.id)
            raise
        # Whoever gets the ticket can still take the suggestion back: the forwarder wakes after them.
        self._arbiter.line.admit(suggestion.id)
        self._has_changed()
        return Ticket(suggestion, settled, self._tickets)

    def _switch(self, mode: Mode) -> None:
        self._arbiter.switch(mode)
        self.note()

    def _stands_otherwise(self, suggestion_id: str) -> None:
        self._tickets.tell(suggestion_id)
        self._notes.place(suggestion_id, self._arbiter.place_of(suggestion_id))

    def _approve(self, suggestion_id: str) -> bool:
        if is_approved := self._arbiter.approve(suggestion_id):
            self._notes.approval(suggestion_id, is_approved=True)
        return is_approved

    def _prospect_of(self, suggestion_id: str) -> Prospect | None:
        waiting = self._arbiter.line.get(suggestion_id)
        return self._arbiter.prospect(waiting) if waiting else None

    async def _store(self, *changed: Suggestion) -> None:
        try:
            await self._ledger.store(*changed)
        finally:
            self._has_changed()  # the line has, stored or not

    def _check_open(self) -> None:
        if self._notes.is_shut:
            raise BroadcastError(Code.BROADCAST_OVER)

    def _new_suggestion(self, viewer: Viewer, prompt: str, origin: Origin | None = None) -> Suggestion:
        return Suggestion(self._new_id(), self._broadcast_id, viewer, prompt, self._clock.now(), origin)

    def _has_changed(self) -> None:
        """The forwarder looks again, and the listeners are told."""
        self.outlet.look_again()
        self._tell()
