"""What holds of the ways to decide in whatever order things happen."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.duplicates import Duplicates
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError
from bot.broadcast.model import Suggestion, Viewer
from tests.broadcast.conftest import put_in
from tests.support.rules import arbitration_settings, line_limits, policy_settings

TODAY = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTINGS = tuple(
    arbitration_settings(
        gap=gap_s * SECOND, limits=limits, policy=policy_settings(vote_window=window_s * SECOND, seed=1)
    )
    for gap_s, window_s, limits in (
        (1, 3, line_limits()),
        (5, 20, line_limits(total=6, per_viewer=2, lifetime=30 * SECOND)),
        (2, 8, line_limits(per_viewer=1, lifetime=300 * SECOND)),
    )
)
THEMES = ("{} {}", "the magnificent {}s", "seven whales are singing of {}s")
IDEAS = ("mountain", "moutain", "mountian", "waterfall", "watrefall")
"""Of one theme, some say the same in other letters, and some do not; of the first, none."""
WEIGHTS = {
    "suggest": 8, "send": 6, "wait": 3, "vote": 2, "approve": 2, "withdraw": 2, "revise": 1, "adopt": 1,
}  # fmt: skip


def steps_of(weights: dict[str, int]) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Long lists of steps: Hypothesis takes short ones, if it may."""
    names = [name for name, weight in weights.items() for _ in range(weight)]
    step = st.tuples(st.sampled_from(names), st.integers(0, 60))
    return st.lists(step, min_size=40, max_size=150)


def prompt_of(number: int) -> str:
    """Other words for another number, up to 60."""
    return THEMES[number % 3].format(IDEAS[number % 5], number)


@dataclass
class Round:
    """One choice, and those who had something in line before it."""

    mode: Mode
    waiting: frozenset[int]
    departures: Counter[int]
    served: int


class Crowd:
    """People at an arbiter. Notes what it took, what left it how, and every choice."""

    def __init__(self) -> None:
        self.arbiter = Arbiter(SETTINGS[0])
        self.now = 0.0
        self.taken: list[str] = []
        self.worded: list[str] = []
        self.ended: list[str] = []
        self.rounds: list[Round] = []
        self._departures: Counter[int] = Counter()

    @property
    def waiting(self) -> frozenset[int]:
        """Who has something in line."""
        return frozenset(suggestion.viewer.id for suggestion in self.arbiter.line)

    def step(self, what: str, number: int) -> None:
        """One thing happens."""
        line, before = self.arbiter.line, self.waiting
        name = f"s{max(0, len(self.taken) - 1 - number % 12)}"
        match what:
            case "suggest":
                self._suggest(number)
            case "vote":
                line.vote(Viewer(number % 7, "V"), name)
            case "approve":
                line.approve(name)
            case "withdraw":
                self._leave([removed] if (removed := line.remove(name)) else [])
            case "revise":
                self._revise(name, prompt_of(number))
            case "switch":
                self.arbiter.switch(list(Mode)[number % len(Mode)])
            case "adopt":
                self.arbiter.adopt(SETTINGS[number % len(SETTINGS)])
            case "wait":
                self.now += number % 8
                self._leave(self.arbiter.remove_stale(self.now))
            case "send":
                self._send(before)
        if what != "send":
            self._departures.update(before - self.waiting)

    def _suggest(self, number: int) -> None:
        person = Viewer(number % 9, "Viewer")
        name = f"s{len(self.taken)}"
        try:
            put_in(
                self.arbiter.line,
                Suggestion(name, "b", person, prompt_of(number), TODAY),
                self.now,
            )
        except BroadcastError:
            return
        self.taken.append(name)
        self.worded.append(name)

    def _revise(self, name: str, prompt: str) -> None:
        before = self.arbiter.line.get(name)
        if before and before.prompt != prompt:
            self.arbiter.line.revise(name, prompt)
            self.worded.remove(name)
            self.worded.append(name)

    def _send(self, waiting: frozenset[int]) -> None:
        mode = self.arbiter.mode
        choice = self.arbiter.take_next(self.now)
        if choice is None:
            return
        self._leave(choice.suggestions)
        self.rounds.append(Round(mode, waiting, self._departures.copy(), choice.suggestion.viewer.id))
        self.arbiter.settled(self.now, self.now)
        assert self.arbiter.take_next(self.now) is None, "two at once"
        self.now += 5

    def _leave(self, suggestions: list[Suggestion] | tuple[Suggestion, ...]) -> None:
        self.ended += [suggestion.id for suggestion in suggestions]


@settings(max_examples=120, deadline=None)
@given(steps_of(WEIGHTS))
def test_with_k_people_waiting_each_is_served_in_k_rounds(steps: list[tuple[str, int]]) -> None:
    """By turns: whoever waits is served within as many rounds as people wait, unless they leave before."""
    crowd = Crowd()
    for step in steps:
        crowd.step(*step)
    for number, now in enumerate(crowd.rounds):
        rounds = crowd.rounds[number : number + len(now.waiting)]
        if len(rounds) < len(now.waiting):
            continue
        left = rounds[-1].departures - now.departures
        assert now.waiting <= {each.served for each in rounds} | left.keys()


@settings(max_examples=120, deadline=None)
@given(steps_of(WEIGHTS | {"switch": 3}))
def test_nothing_is_lost_or_doubled_whatever_happens(steps: list[tuple[str, int]]) -> None:
    """In any order of events and switches, each ends once: sent, withdrawn, stale or still in line."""
    crowd = Crowd()
    for step in steps:
        crowd.step(*step)
    left = [waiting.id for waiting in crowd.arbiter.line]
    assert sorted(crowd.ended + left) == sorted(crowd.taken)


@settings(max_examples=100, deadline=None)
@given(steps_of(WEIGHTS | {"switch": 3}))
def test_the_same_events_bring_the_same_choices(steps: list[tuple[str, int]]) -> None:
    """Clock and seed decide, not who looks: a crowd that is shown at every step fares the same."""
    unseen, watched = Crowd(), Crowd()
    for step in steps:
        unseen.step(*step)
        watched.step(*step)
        standing = watched.arbiter.standing()
        shown = [suggestion for each in standing.candidates for suggestion in each.choice.suggestions]
        if not standing.waiting and watched.arbiter.mode is not Mode.HOST:
            assert sorted(shown) == sorted(watched.arbiter.line), "the panel shows each once"
    assert unseen.ended == watched.ended


@settings(max_examples=100, deadline=None)
@given(steps_of(WEIGHTS | {"revise": 4}))
def test_what_is_merged_follows_from_what_waits(steps: list[tuple[str, int]]) -> None:
    """However those that wait came, were edited, and others left: as if all had just come, as last worded."""
    crowd = Crowd()
    for step in steps:
        crowd.step(*step)
        line, afresh = crowd.arbiter.line, Duplicates()
        for name in crowd.worded:
            if waiting := line.get(name):
                afresh.add(waiting)
        assert [sorted(group, key=by_id) for group in line.merged()] == [
            sorted(group, key=by_id) for group in afresh.merged()
        ]


def by_id(suggestion: Suggestion) -> str:
    """For lists in which the order does not matter."""
    return suggestion.id
