"""The suggestions that wait, in the order in which they came, whose turn it is, and the votes for them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

from bot.broadcast.arbitration.duplicates import Duplicates
from bot.broadcast.arbitration.turns import Turns
from bot.broadcast.arbitration.votes import Note, Votes
from bot.broadcast.errors import BroadcastError, LineFull, TooManyOfYours
from bot.broadcast.model import Suggestion, Viewer


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How many may wait, in all and of one person, and for how long."""

    total: int
    per_viewer: int
    lifetime: timedelta


class LineLeft(NamedTuple):
    """How a line was left: what waits, in its order, each since a steady moment; the rest by IDs.

    `turns` are all who wait, the next one first; `places` are those on the ballot, which closes at a steady
    moment if it was open. What does not wait may be voted for, approved or placed.
    """

    waiting: Sequence[tuple[Suggestion, float]]
    turns: Sequence[int]
    votes: Mapping[int, str]
    approved: Sequence[str]
    places: Mapping[str, int]
    closes_at: float | None = None


class Watcher(Protocol):
    """Who follows what waits. It is told when all of a change is done."""

    def added(self, suggestion: Suggestion) -> None: ...

    def revised(self, suggestion: Suggestion) -> None: ...

    def removed(self, suggestions: Collection[Suggestion]) -> None: ...


class Line:
    """Suggestions that wait. Policies look at it; only its owner takes suggestions out.

    `limits` may change at any time: lower ones refuse what is new, and drop nobody for lack of room.
    `watcher` is told of every change of what waits, in the moment in which it is made.
    A suggestion takes its room and its turn at once, and waits from the moment in which it is admitted: until
    then nobody sees it, and no policy chooses it.
    A viewer has one vote. To suggest is to vote for one's suggestion, unless one has voted already.
    """

    def __init__(self, limits: LineLimits, note_vote: Note = lambda *_: None) -> None:
        self.limits = limits
        self.watcher: Watcher | None = None
        self._waiting: dict[str, Suggestion] = {}
        self._entering: dict[str, Suggestion] = {}
        self._since: dict[str, float] = {}
        self._approved: dict[str, None] = {}
        self._turns = Turns()
        self._votes = Votes(note_vote)
        self._duplicates = Duplicates()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Suggestion]:
        """In the order in which they came."""
        return iter(self._waiting.values())

    def __contains__(self, suggestion_id: str) -> bool:
        return suggestion_id in self._waiting

    def has(self, suggestion_id: str) -> bool:
        """Whether a suggestion is in it, waiting or about to."""
        return suggestion_id in self._waiting or suggestion_id in self._entering

    @property
    def is_empty(self) -> bool:
        """Whether nobody has a suggestion in it, waiting or about to."""
        return not self._waiting and not self._entering

    def get(self, suggestion_id: str) -> Suggestion | None:
        return self._waiting.get(suggestion_id)

    @property
    def people(self) -> set[int]:
        """The IDs of all who have something in line, or a vote."""
        authors = (each.viewer.id for each in (*self, *self._entering.values()))
        return {*authors, *self._votes.voters}

    def check_room(self, viewer: Viewer) -> None:
        """Raises LineFull or TooManyOfYours for who may not put one more in line."""
        limits = self.limits
        if len(self._waiting) + len(self._entering) >= limits.total:
            raise BroadcastError(LineFull(limit=limits.total))
        if self._turns.count(viewer.id) >= limits.per_viewer:
            raise BroadcastError(TooManyOfYours(limit=limits.per_viewer))

    def reserve(self, suggestion: Suggestion, now: float) -> None:
        """Keeps room for a suggestion, to be admitted. Its lifetime counts from `now`, a steady moment."""
        viewer_id = suggestion.viewer.id
        self._entering[suggestion.id] = suggestion
        self._since[suggestion.id] = now
        if not self._votes.choice_of(viewer_id):
            self._votes.cast(viewer_id, suggestion.id)
        self._turns.join(viewer_id, suggestion.id)

    def admit(self, suggestion_id: str) -> None:
        """From now on a suggestion waits, unless it was taken out meanwhile."""
        if entering := self._entering.pop(suggestion_id, None):
            self._waiting[suggestion_id] = entering
            self._duplicates.add(entering)
            if self.watcher:
                self.watcher.added(entering)

    def restore(self, left: LineLeft) -> None:
        """Stands as it was left, whatever the limits are now. The watcher is told nothing."""
        for suggestion, since in left.waiting:
            self._waiting[suggestion.id] = suggestion
            self._since[suggestion.id] = since
            self._duplicates.add(suggestion)
            self._turns.join(suggestion.viewer.id, suggestion.id)
        self._turns.restore(left.turns)
        self._votes.restore({who: what for who, what in left.votes.items() if what in self._waiting})
        self._approved.update((each, None) for each in left.approved if each in self._waiting)

    def revise(self, suggestion_id: str, prompt: str) -> Suggestion | None:
        """Changes a waiting suggestion's words; it keeps its turn. None if it does not wait any more.

        Approval and the votes of others were for the words before, and so are gone if these are others. Among
        the words that people are for, these are the latest.
        """
        waiting = self._waiting.get(suggestion_id)
        if waiting is None or waiting.prompt == prompt:
            return waiting
        self._approved.pop(suggestion_id, None)
        if waiting.viewer.id in self._votes.recall(suggestion_id):
            self._votes.cast(waiting.viewer.id, suggestion_id)
        revised = self._waiting[suggestion_id] = waiting.revised(prompt)
        self._duplicates.remove(suggestion_id)
        self._duplicates.add(revised)
        if self.watcher:
            self.watcher.revised(revised)
        return revised

    def take(self, suggestions: Iterable[Suggestion]) -> None:
        """Takes out what is sent: now it is the turn of others than its authors."""
        for taken in self._remove(each.id for each in suggestions):
            self._turns.to_the_back(taken.viewer.id)

    def remove(self, suggestion_id: str) -> Suggestion | None:
        """Takes a suggestion out, with its votes; its author keeps their turn."""
        return next(iter(self._remove([suggestion_id])), None)

    def clear(self) -> list[Suggestion]:
        removed = [*self._waiting.values(), *self._entering.values()]
        self._waiting.clear()
        self._entering.clear()
        self._since.clear()
        self._approved.clear()
        self._turns.clear()
        self._votes.clear()
        self._duplicates.clear()
        if self.watcher:
            self.watcher.removed(removed)
        return removed

    def remove_all_of(self, viewer: Viewer) -> list[Suggestion]:
        """Takes out all that a viewer has in line, and takes back their vote."""
        self._votes.withdraw(viewer.id)
        theirs = (each for each in (*self, *self._entering.values()) if each.viewer.id == viewer.id)
        return self._remove([each.id for each in theirs])

    def remove_stale(self, now: float, *, but: Collection[str]) -> list[Suggestion]:
        """Takes out what has waited for longer than its lifetime, at the steady moment `now`.

        What has its ID in `but` stays.
        """
        if not self._waiting:
            return []
        oldest_allowed = now - self.limits.lifetime.total_seconds()
        stale: list[str] = []
        for suggestion_id in self._waiting:
            if self._since[suggestion_id] > oldest_allowed:
                break
            if suggestion_id not in but:
                stale.append(suggestion_id)
        return self._remove(stale) if stale else []

    def next_stale_at(self, *, but: Collection[str]) -> float | None:
        """The steady moment in which the oldest becomes stale that does not have its ID in `but`."""
        oldest = next((each for each in self._waiting if each not in but), None)
        return self._since[oldest] + self.limits.lifetime.total_seconds() if oldest else None

    def by_turns(self) -> Iterator[Suggestion]:
        """All that wait, in the order in which they are served by turns if nobody else comes."""
        return map(self._waiting.__getitem__, filter(self._waiting.__contains__, self._turns))

    def place_of(self, suggestion: Suggestion) -> int:
        """The place by turns of a suggestion that waits, 1 for the next."""
        return self._turns.place_of(suggestion.viewer.id, suggestion.id)

    def merged(self) -> list[list[Suggestion]]:
        """All that wait, near-duplicates together, the groups in the order in which their first words came.

        In each group those words come first that most people are for; of equals, the earliest.
        """
        return [group if len(group) == 1 else self.best_first(group) for group in self._duplicates.merged()]

    def group_of(self, suggestion: Suggestion) -> list[Suggestion]:
        """One that waits and its near-duplicates, as `merged` has them."""
        group = self._duplicates.group_of(suggestion)
        return group if len(group) == 1 else self.best_first(group)

    def alike_to(self, suggestion: Suggestion) -> list[str]:
        """The IDs of all that wait and are near-duplicates of one that does, itself included."""
        return self._duplicates.alike_to(suggestion.id)

    def best_first(self, group: list[Suggestion]) -> list[Suggestion]:
        """These, but first the words that most people are for; of equals, the first."""
        by_words: dict[str, list[Suggestion]] = {}
        for suggestion in group:
            by_words.setdefault(suggestion.prompt.casefold(), []).append(suggestion)
        best = max(by_words.values(), key=self.people_for)[0]
        return [best, *(suggestion for suggestion in group if suggestion is not best)]

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
        self._votes.withdraw(viewer.id)

    def votes_for(self, suggestion: Suggestion) -> int:
        return self._votes.count(suggestion.id)

    def supporters_of(self, suggestion: Suggestion) -> int:
        return self._votes.supporters(suggestion.id, suggestion.viewer.id)

    def people_for(self, suggestions: list[Suggestion]) -> int:
        """How many are for any of these, their authors included even if they voted for another one."""
        if len(suggestions) == 1:
            return self.supporters_of(suggestions[0])
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

    def is_approved(self, suggestion: Suggestion) -> bool:
        return suggestion.id in self._approved

    def _remove(self, suggestion_ids: Iterable[str]) -> list[Suggestion]:
        gone: list[Suggestion] = []
        for suggestion_id in suggestion_ids:
            removed = self._waiting.pop(suggestion_id, None)
            if removed:
                self._approved.pop(suggestion_id, None)
                self._duplicates.remove(suggestion_id)
            else:
                removed = self._entering.pop(suggestion_id, None)
            if removed:
                del self._since[suggestion_id]
                self._turns.leave(removed.viewer.id, suggestion_id)
                self._votes.drop(suggestion_id)
                gone.append(removed)
        if gone and self.watcher:
            self.watcher.removed(gone)
        return gone
