"""The suggestions that wait, in the order in which they came, whose turn it is, and the votes for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.broadcast.arbitration.duplicates import Duplicates
from bot.broadcast.arbitration.turns import Turns
from bot.broadcast.arbitration.votes import Votes
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Suggestion, Viewer


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How many may wait, in all and of one person, and for how long."""

    total: int = 200
    per_viewer: int = 3
    lifetime: timedelta = timedelta(seconds=120)


class Line:
    """Suggestions that wait. Policies look at it; only its owner takes suggestions out.

    `limits` may change at any time: lower ones refuse what is new, and drop nobody for lack of room.
    `times_emptied` tells whether it is still the same crowd that waits.
    A suggestion takes its room and its turn at once, and waits from the moment in which it is admitted: until
    then nobody sees it, and no policy chooses it.
    A viewer has one vote. To suggest is to vote for one's suggestion, unless one has voted already.
    """

    def __init__(self, limits: LineLimits) -> None:
        self.limits = limits
        self.times_emptied = 0
        self._waiting: dict[str, Suggestion] = {}
        self._entering: dict[str, Suggestion] = {}
        self._since: dict[str, float] = {}
        self._approved: dict[str, None] = {}
        self._turns = Turns()
        self._votes = Votes()
        self._duplicates = Duplicates()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Suggestion]:
        """In the order in which they came."""
        return iter(self._waiting.values())

    def __contains__(self, suggestion_id: str) -> bool:
        return suggestion_id in self._waiting

    def get(self, suggestion_id: str) -> Suggestion | None:
        """A suggestion, if it waits."""
        return self._waiting.get(suggestion_id)

    @property
    def people(self) -> set[int]:
        """The IDs of all who have something in line, or a vote."""
        authors = (each.viewer.id for each in (*self, *self._entering.values()))
        return {*authors, *self._votes.voters}

    def reserve(self, suggestion: Suggestion, now: float) -> int:
        """Keeps room for a suggestion, to be admitted; returns its place by turns, 1 for the next.

        Its lifetime counts from `now`, a steady moment.

        Raises QUEUE_FULL or TOO_MANY_OF_YOURS.
        """
        viewer_id, limits = suggestion.viewer.id, self.limits
        if len(self._waiting) + len(self._entering) >= limits.total:
            raise BroadcastError(Code.QUEUE_FULL, limit=limits.total)
        if self._turns.count(viewer_id) >= limits.per_viewer:
            raise BroadcastError(Code.TOO_MANY_OF_YOURS, limit=limits.per_viewer)
        self._entering[suggestion.id] = suggestion
        self._since[suggestion.id] = now
        if not self._votes.choice_of(viewer_id):
            self._votes.cast(viewer_id, suggestion.id)
        return self._turns.join(viewer_id, suggestion.id)

    def admit(self, suggestion_id: str) -> None:
        """From now on a suggestion waits, unless it was taken out meanwhile."""
        if entering := self._entering.pop(suggestion_id, None):
            self._waiting[suggestion_id] = entering
            self._duplicates.add(entering)

    def revise(self, suggestion_id: str, prompt: str) -> Suggestion | None:
        """Changes a waiting suggestion's words; it keeps its turn. None if it does not wait any more.

        Approval and the votes of others were for the words before, and so are gone if these are others. Among
        the words that people are for, these are the latest.
        """
        waiting = self._waiting.get(suggestion_id)
        if waiting is None or waiting.prompt == prompt:
            return waiting
        self._approved.pop(suggestion_id, None)
        if waiting.viewer.id in self._votes.drop(suggestion_id):
            self._votes.cast(waiting.viewer.id, suggestion_id)
        revised = self._waiting[suggestion_id] = waiting.revised(prompt)
        self._duplicates.remove(suggestion_id)
        self._duplicates.add(revised)
        return revised

    def take(self, suggestion_id: str) -> Suggestion | None:
        """Takes a suggestion out because it is sent: now it is the others' turn."""
        taken = self.remove(suggestion_id)
        if taken:
            self._turns.to_the_back(taken.viewer.id)
        return taken

    def remove(self, suggestion_id: str) -> Suggestion | None:
        """Takes a suggestion out, with its votes; its author keeps their turn."""
        removed = self._waiting.pop(suggestion_id, None)
        if removed:
            self._approved.pop(suggestion_id, None)
            self._duplicates.remove(suggestion_id)
            if not self._waiting:
                self.times_emptied += 1
        else:
            removed = self._entering.pop(suggestion_id, None)
        if removed:
            del self._since[suggestion_id]
            self._turns.leave(removed.viewer.id, suggestion_id)
            self._votes.drop(suggestion_id)
        return removed

    def clear(self) -> list[Suggestion]:
        """Takes all out."""
        removed = [*self._waiting.values(), *self._entering.values()]
        self._waiting.clear()
        self._entering.clear()
        self._since.clear()
        self._approved.clear()
        self._turns.clear()
        self._votes.clear()
        self._duplicates.clear()
        self.times_emptied += 1
        return removed

    def remove_all_of(self, viewer: Viewer) -> list[Suggestion]:
        """Takes out all that a viewer has in line, and takes back their vote."""
        self._votes.withdraw(viewer.id)
        theirs = [each for each in (*self, *self._entering.values()) if each.viewer.id == viewer.id]
        for suggestion in theirs:
            self.remove(suggestion.id)
        return theirs

    def remove_stale(self, now: float) -> list[Suggestion]:
        """Takes out what has waited for longer than its lifetime, at the steady moment `now`."""
        oldest_allowed = now - self.limits.lifetime.total_seconds()
        stale: list[Suggestion] = []
        for waiting in self._waiting.values():
            if self._since[waiting.id] > oldest_allowed:
                break
            stale.append(waiting)
        for suggestion in stale:
            self.remove(suggestion.id)
        return stale

    def next_stale_at(self) -> float | None:
        """The steady moment in which the oldest becomes stale."""
        oldest = next(iter(self), None)
        return self._since[oldest.id] + self.limits.lifetime.total_seconds() if oldest else None

    def first_by_turns(self) -> Suggestion | None:
        """The oldest suggestion of the person whose turn it is."""
        return next(self.by_turns(), None)

    def by_turns(self) -> Iterator[Suggestion]:
        """All that wait, in the order in which they are served by turns if nobody else comes."""
        return (self._waiting[each] for each in self._turns if each in self._waiting)

    def merged(self) -> list[list[Suggestion]]:
        """All that wait, near-duplicates together, the groups in the order in which their first words came.

        In each group those words come first that most people are for; of equals, the earliest.
        """
        return [group if len(group) == 1 else self._best_first(group) for group in self._duplicates.merged()]

    def group_of(self, suggestion: Suggestion) -> list[Suggestion]:
        """One that waits and its near-duplicates, as `merged` has them."""
        group = self._duplicates.group_of(suggestion)
        return group if len(group) == 1 else self._best_first(group)

    def vote(self, viewer: Viewer, suggestion_id: str) -> bool:
        """Moves a viewer's one vote; False if the suggestion does not wait any more."""
        if suggestion_id not in self._waiting:
            return False
        self._votes.cast(viewer.id, suggestion_id)
        return True

    def vote_of(self, viewer: Viewer) -> Suggestion | None:
        """What a viewer is for, if it waits."""
        return self._waiting.get(self._votes.choice_of(viewer.id) or "")

    def withdraw_vote(self, viewer: Viewer) -> None:
        """Takes back a viewer's vote, if they have given it."""
        self._votes.withdraw(viewer.id)

    def votes_for(self, suggestion: Suggestion) -> int:
        """How many are for a suggestion."""
        return self._votes.count(suggestion.id)

    def people_for(self, suggestions: list[Suggestion]) -> int:
        """How many are for any of these, their authors included even if they voted for another one."""
        if len(suggestions) == 1:
            return self._votes.supporters(suggestions[0].id, suggestions[0].viewer.id)
        people = {suggestion.viewer.id for suggestion in suggestions}
        return len(people.union(*(self._votes.voters_of(suggestion.id) for suggestion in suggestions)))

    def approve(self, suggestion_id: str) -> bool:
        """A moderator lets a suggestion pass; False if it does not wait any more."""
        if suggestion_id not in self._waiting:
            return False
        self._approved[suggestion_id] = None
        return True

    def approved(self) -> Iterator[Suggestion]:
        """What moderators let pass, in the order of their approval."""
        return (self._waiting[suggestion_id] for suggestion_id in self._approved)

    def pending(self) -> Iterator[Suggestion]:
        """What moderators have not let pass, in the order in which it came."""
        return (waiting for waiting in self if waiting.id not in self._approved)

    def _best_first(self, group: list[Suggestion]) -> list[Suggestion]:
        by_words: dict[str, list[Suggestion]] = {}
        for suggestion in group:
            by_words.setdefault(suggestion.prompt.casefold(), []).append(suggestion)
        best = max(by_words.values(), key=self.people_for)[0]
        return [best, *(suggestion for suggestion in group if suggestion is not best)]
