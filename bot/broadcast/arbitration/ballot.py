"""The ballot: the candidates that people choose among, and those who wait for a place on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from bot.broadcast.arbitration.likeness import are_alike, words_of
from bot.broadcast.arbitration.line import Line
from bot.broadcast.arbitration.place import Place
from bot.broadcast.model import Suggestion

PLACES = 5
"""Candidates on a ballot at most: what people can read and choose among in its time."""


class Ballot:
    """Of all that wait in a line, a few candidates, of each author no more than the `share`.

    A place is for a wish, in the words of whoever got it. Near-duplicates of these join it and take none,
    even of authors who have their share; what is edited to another wish leaves it. A place keeps its number,
    from 1 on, until the wish is decided, or all who have it are gone: withdrawn, refused or stale.

    A place that is free is taken at once by whoever waits and has fewest on the ballot; of those with equally
    few by turns: who is new, or has just got a place, stands at the back. An author's earliest comes first.

    When the ballot closes, the winner leaves. Losers that only one person is for, though they had a whole
    ballot, make room, those longest on it first, but only as many as others wait for; they come again by
    turns. So whoever waits gets a place within as many closes as there are people before them, and a place
    that nobody else wants is kept.

    A smaller share holds for new places at once, and for all from the next close on.
    """

    def __init__(
        self,
        line: Line,
        share: int,
        tell: Callable[[str], None],
        note_close: Callable[[float | None], None],
        placed: Mapping[str, int],
    ) -> None:
        """`tell` gets the ID of each suggestion that now is on the ballot, or not, alone or with others.

        `note_close` hears of each change of `closes_at`. What is `placed`, by its ID, had that place before.
        """
        self.share = share
        self.closes_at: float | None = None
        """The steady moment from which on it can be closed; None while it is not open."""
        self._line = line
        self._tell = tell
        self._note_close = note_close
        self._places: dict[int, Place] = {}
        self._place_of: dict[str, Place] = {}
        self._waiting: dict[int, dict[str, Suggestion]] = {}  # by author; who is next stands in front
        self._yielding: list[Place] = []
        self._arrival_of: dict[str, int] = {}
        self._arrivals = self._placings = 0
        for suggestion in line:
            self._has_arrived(suggestion)
        for suggestion in line.by_turns():
            self._wait(suggestion)
        for suggestion in line:
            number = placed.get(suggestion.id)
            if number and number not in self._places and suggestion.id not in self._place_of:
                self._give_place(suggestion, number)
        self.fill()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be voted for: then nothing waits either."""
        return not self._places

    @property
    def kept(self) -> Collection[str]:
        """The IDs of what does not become stale: what is on the ballot while that is open."""
        return self._place_of if self.closes_at is not None else ()

    def coming(self) -> Iterator[list[str]]:
        """The candidates that wait for a place, by the IDs, the next one first, if nothing else changes."""
        ranked = [
            (self._on_it(author_id) + number, suggestion)
            for author_id, theirs in self._waiting.items()
            for number, suggestion in enumerate(theirs.values())
        ]
        waiting = {suggestion.id for _, suggestion in ranked}
        for _, suggestion in sorted(ranked, key=lambda each: each[0]):
            if suggestion.id in waiting:
                candidate = [each for each in self._line.alike_to(suggestion) if each in waiting]
                waiting.difference_update(candidate)
                yield candidate

    def open(self, closes_at: float) -> None:
        """People vote from now on, until then at least."""
        self._closes(closes_at)
        for place in self._places.values():
            place.has_whole_ballot = True

    def close(self) -> list[Suggestion]:
        """Closes it; returns the winner: the words to send, then those that go with them.

        The winner is still there, for the caller to take out of the line. With that, others get places.
        """
        self._closes(None)
        winner, *losers = self._ranked()
        held: Counter[int] = Counter()
        for place in losers:
            held[place.holder] += 1
            if held[place.holder] > self.share:
                self._clear(place)
            elif place.has_whole_ballot and self._line.people_for(list(place.members.values())) < 2:
                self._yielding.append(place)
        self._yielding.sort(key=lambda place: -place.placing)  # the last one is the first to make room
        return self._led(winner)

    def candidates(self) -> Iterator[tuple[int, list[Suggestion], int]]:
        """What stands on it, most votes first: the number, the words that would be sent, the votes.

        Of equals, the earliest. Behind the words are the suggestions that go with them.
        """
        return ((place.number, self._led(place), self._votes_for(place)) for place in self._ranked())

    def place_of(self, suggestion_id: str) -> int | None:
        """The number of the place that a suggestion is on, by itself or joined to another one."""
        place = self._place_of.get(suggestion_id)
        return place.number if place else None

    def has(self, suggestion_id: str) -> bool:
        """Whether a suggestion is on the ballot, by itself or joined to another one."""
        return suggestion_id in self._place_of

    def is_shared(self, suggestion_id: str) -> bool:
        """Whether a suggestion that is on the ballot is there together with others that say the same."""
        return len(self._place_of[suggestion_id].members) > 1

    def has_share(self, author_id: int) -> bool:
        """Whether an author has as much on the ballot as one may."""
        return self._on_it(author_id) >= self.share

    def added(self, suggestion: Suggestion) -> None:
        self._has_arrived(suggestion)
        if not self._joins(suggestion):
            self._wait(suggestion)
            self.fill()

    def revised(self, suggestion: Suggestion) -> None:
        """One has other words: what is another wish than before is as if it had come just now."""
        place = self._place_of.get(suggestion.id)
        if place:
            if are_alike(words_of(suggestion.prompt), place.words):
                place.members[suggestion.id] = suggestion
                return
            self._leave(place, suggestion)
        self._has_arrived(suggestion)
        if not self._joins(suggestion):
            self._wait(suggestion)
            if place:
                self._tell(suggestion.id)
        self._tidy()

    def removed(self, suggestions: Collection[Suggestion]) -> None:
        for suggestion in suggestions:
            self._arrival_of.pop(suggestion.id, None)
            if place := self._place_of.get(suggestion.id):
                self._leave(place, suggestion)
            else:
                self._wait_no_more(suggestion)
        self._tidy()

    def fill(self) -> None:
        """Gives places to those who wait: free ones, and those that somebody is to make room on."""
        made_room: list[Suggestion] = []
        while suggestion := self._next():
            if len(self._places) == PLACES:
                if not self._yielding:
                    break
                made_room += self._clear(self._yielding.pop(), waits=False)
            free = next(number for number in range(1, PLACES + 1) if number not in self._places)
            self._give_place(suggestion, free)
        self._yielding.clear()
        for suggestion in made_room:
            if not self._joins(suggestion):
                self._wait(suggestion)
                self._tell(suggestion.id)

    def _closes(self, closes_at: float | None) -> None:
        if closes_at != self.closes_at:
            self.closes_at = closes_at
            self._note_close(closes_at)

    def _tidy(self) -> None:
        """Places whose authors are gone are handed on, or free; then those who wait get the free ones."""
        for place in list(self._places.values()):
            if not place.members:
                self._clear(place)
            elif not place.authors[place.holder]:
                self._hand_on(place)
        if not self._places:
            self._closes(None)  # those who come now get one of their own
        self.fill()

    def _hand_on(self, place: Place) -> None:
        """The author by whose share it is on the ballot has left it: it is one of those who joined now."""
        for member in place.members.values():
            if sum(each.holder == member.viewer.id for each in self._places.values()) < self.share:
                place.holder = member.viewer.id
                return
        self._clear(place)

    def _next(self) -> Suggestion | None:
        """What gets the next place, if anybody may have one more."""
        fewest, found = self.share, None
        for author_id, theirs in self._waiting.items():
            on_it = self._on_it(author_id)
            if on_it < fewest:
                fewest, found = on_it, theirs
                if not fewest:
                    break
        return next(iter(found.values())) if found else None

    def _give_place(self, suggestion: Suggestion, number: int) -> None:
        author_id = suggestion.viewer.id
        self._placings += 1
        place = Place(number, words_of(suggestion.prompt), author_id, self._placings)
        self._places[number] = place
        self._wait_no_more(suggestion)
        self._join(place, suggestion)
        if author_id in self._waiting:
            self._waiting[author_id] = self._waiting.pop(author_id)  # to the back
        if self._waiting:
            for other_id in self._line.alike_to(suggestion):
                other = self._line.get(other_id)
                if other and other_id not in self._place_of:
                    self._wait_no_more(other)
                    self._join(place, other)

    def _joins(self, suggestion: Suggestion) -> bool:
        """Joins the candidate that says the same, if there is one."""
        words = words_of(suggestion.prompt)
        for place in self._places.values():
            if are_alike(words, place.words):
                self._wait_no_more(suggestion)
                self._join(place, suggestion)
                return True
        return False

    def _join(self, place: Place, suggestion: Suggestion) -> None:
        place.members[suggestion.id] = suggestion
        place.authors[suggestion.viewer.id] += 1
        self._place_of[suggestion.id] = place
        self._tell(suggestion.id)
        if len(place.members) == 2:
            self._tell(next(iter(place.members)))  # it is not alone any more

    def _leave(self, place: Place, suggestion: Suggestion) -> None:
        del place.members[suggestion.id]
        place.authors[suggestion.viewer.id] -= 1
        del self._place_of[suggestion.id]
        if len(place.members) == 1:
            self._tell(next(iter(place.members)))  # it is alone now

    def _clear(self, place: Place, *, waits: bool = True) -> list[Suggestion]:
        """Frees a place; who was on it waits again, at the back."""
        members = list(place.members.values())
        for member in members:
            self._leave(place, member)
            if waits:
                self._wait(member)
                self._tell(member.id)
        del self._places[place.number]
        return members

    def _wait(self, suggestion: Suggestion) -> None:
        self._waiting.setdefault(suggestion.viewer.id, {})[suggestion.id] = suggestion

    def _wait_no_more(self, suggestion: Suggestion) -> None:
        theirs = self._waiting.get(suggestion.viewer.id, {})
        if theirs.pop(suggestion.id, None) and not theirs:
            del self._waiting[suggestion.viewer.id]

    def _has_arrived(self, suggestion: Suggestion) -> None:
        self._arrivals += 1
        self._arrival_of[suggestion.id] = self._arrivals

    def _on_it(self, author_id: int) -> int:
        """How many candidates are also an author's."""
        return sum(place.authors[author_id] > 0 for place in self._places.values())

    def _ranked(self) -> list[Place]:
        """Most votes first; of equals, the earliest."""
        return sorted(self._places.values(), key=lambda place: (-self._votes_for(place), self._came(place)))

    def _votes_for(self, place: Place) -> int:
        # Everyone has one vote, so nobody is counted twice.
        return sum(map(self._line.votes_for, place.members.values()))

    def _came(self, place: Place) -> int:
        return min(self._arrival_of[suggestion_id] for suggestion_id in place.members)

    def _led(self, place: Place) -> list[Suggestion]:
        """Its suggestions, first the one whose words are sent; nobody leads more than the share."""
        members = list(place.members.values())
        may_lead = [
            each
            for each in members
            if each.viewer.id == place.holder or self._on_it(each.viewer.id) <= self.share
        ]
        led = self._line.best_first(may_lead)
        return [*led, *(each for each in members if each not in may_lead)]
