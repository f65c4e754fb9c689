"""What holds of a ballot in whatever order things happen."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.ballot import PLACES
from bot.broadcast.arbitration.policy import Mode, PolicySettings
from tests.broadcast.arbitration.test_arbitration_properties import SECOND, Crowd, steps_of
from tests.support.rules import line_limits

SHARES = (1, 2, 5)
VOTING = tuple(
    ArbitrationSettings(Mode.VOTE, gap_s * SECOND, limits, PolicySettings(window_s * SECOND, share, seed=1))
    for share in SHARES
    for gap_s, window_s, limits in (
        (1, 3, line_limits(lifetime=300 * SECOND)),
        (2, 8, line_limits(per_viewer=5, lifetime=30 * SECOND)),
    )
)
WEIGHTS = {"suggest": 10, "send": 7, "wait": 2, "vote": 3, "withdraw": 2, "revise": 2}


class Voters(Crowd):
    """People who vote; what their ballot looks like is checked after every step."""

    def __init__(self, decides: ArbitrationSettings) -> None:
        super().__init__()
        self.arbiter.adopt(decides)
        self.arbiter.switch(Mode.VOTE)
        self.share = decides.policy.ballot_share
        self.waits: dict[int, tuple[int, int]] = {}
        """By person: for how many closes they have had nothing on the ballot, and the most that can be."""

    @property
    def numbers(self) -> dict[str, int]:
        """Of all that is on the ballot, by itself or joined."""
        candidates = self.arbiter.standing().candidates
        return {each.id: candidate.place for candidate in candidates for each in candidate.choice.suggestions}

    def step(self, what: str, number: int) -> None:
        """One thing happens."""
        numbers, closes, words = self.numbers, len(self.rounds), {each.id: each for each in self.arbiter.line}
        super().step(what, number)
        self._check_ballot()
        if len(self.rounds) == closes:
            for name, place in self.numbers.items():
                if numbers.get(name, place) != place:
                    assert self.arbiter.line.get(name) != words[name], "a number changed under a finger"
        else:
            self._count_closes()

    def _check_ballot(self) -> None:
        standing, line = self.arbiter.standing(), self.arbiter.line
        numbers = [candidate.place for candidate in standing.candidates]
        assert len(set(numbers)) == len(numbers) <= PLACES
        assert set(numbers) <= set(range(1, PLACES + 1))
        led = Counter(candidate.choice.suggestion.viewer.id for candidate in standing.candidates)
        assert max(led.values(), default=0) <= self.share
        prospects = {each.id: self.arbiter.prospect(each) for each in line}
        assert {name for name, prospect in prospects.items() if prospect.is_up} == self.numbers.keys()
        assert (standing.waiting > 0) == (len(self.numbers) < len(line))
        if len(numbers) < PLACES:
            waiting = [prospect for prospect in prospects.values() if not prospect.is_up]
            assert all(prospect.waits_for_own for prospect in waiting), "a place is free, and somebody waits"

    def _count_closes(self) -> None:
        on_it = {each.viewer.id for each in self.arbiter.line if each.id in self.numbers}
        before = self.waits
        self.waits = {
            person: (before.get(person, (0, 0))[0] + 1, before.get(person, (0, len(self.waiting)))[1])
            for person in self.waiting - on_it
        }
        for closes, at_most in self.waits.values():
            assert closes <= at_most, "somebody is kept waiting"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(VOTING), steps_of(WEIGHTS))
def test_a_ballot_has_room_for_everyone_in_their_turn(
    decides: ArbitrationSettings, steps: list[tuple[str, int]]
) -> None:
    """Never more than five, never more of one than the share, numbers stay, and nobody waits for ever.

    With k people in line, each is on the ballot within k closes, though nobody votes and though they all do.
    """
    crowd = Voters(decides)
    for step in steps:
        crowd.step(*step)


@settings(max_examples=40, deadline=None)
@given(steps_of(WEIGHTS), st.lists(st.sampled_from(SHARES), min_size=1, max_size=5))
def test_a_share_that_is_lowered_holds_from_the_next_ballot_on(
    steps: list[tuple[str, int]], shares: list[int]
) -> None:
    """Who is on an open ballot stays; once it is closed, nobody has more than the new share."""
    crowd = Voters(VOTING[-2])
    for number, step in enumerate(steps):
        if number % 10 == 0:
            policy = PolicySettings(3 * SECOND, shares[number // 10 % len(shares)], seed=1)
            on_it = crowd.numbers
            crowd.arbiter.adopt(replace(VOTING[-2], policy=policy))
            assert on_it.items() <= crowd.numbers.items()
            crowd.share = max(crowd.share, policy.ballot_share)
        closes = len(crowd.rounds)
        crowd.step(*step)
        if len(crowd.rounds) > closes:
            crowd.share = shares[number // 10 % len(shares)]
            crowd.step("wait", 0)
