"""The ways to decide: fair, deterministic, and with nothing lost or doubled."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.arbitration.arbiter import Arbiter
from bot.broadcast.arbitration.duplicates import Duplicates
from bot.broadcast.arbitration.pace import Pace
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Suggestion, Viewer
from tests.broadcast.conftest import put_in
from tests.support.rules import arbitration_settings, line_limits, policy_settings

TODAY = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
NOW = 0.0
WINDOW_S = 20.0


def arbiter_of(mode: Mode, *, gap_s: float = 0, per_viewer: int = 100, seed: int = 1) -> Arbiter:
    """An arbiter without pauses, unless the test wants some."""
    return Arbiter(
        arbitration_settings(
            mode=mode,
            gap=timedelta(seconds=gap_s),
            limits=line_limits(per_viewer=per_viewer, lifetime=timedelta(hours=1)),
            policy=policy_settings(vote_window=timedelta(seconds=WINDOW_S), seed=seed),
        )
    )


def suggestion(name: str, viewer: int, prompt: str | None = None) -> Suggestion:
    """A suggestion by a numbered viewer."""
    return Suggestion(name, "b", Viewer(viewer, f"Viewer {viewer}"), prompt or f"word{name}", TODAY)


def merged(suggestions: list[Suggestion]) -> list[list[Suggestion]]:
    """These, with near-duplicates together."""
    duplicates = Duplicates()
    for each in suggestions:
        duplicates.add(each)
    return duplicates.merged()


def sent_by(arbiter: Arbiter, now: float = NOW) -> list[str]:
    """The IDs of all that is sent when time goes on as far as needed."""
    sent: list[str] = []
    for _ in range(10_000):
        choice = arbiter.take_next(now)
        if choice:
            sent.append(choice.suggestion.id)
            sent += [merged.id for merged in choice.merged]
        elif (due := arbiter.next_due(now)) is not None:
            now = max(now, due)
        else:
            return sent
    raise AssertionError("it does not come to an end")


def test_the_queue_takes_turns_between_people() -> None:
    """Who suggested three times waits behind those who suggested once."""
    arbiter = arbiter_of(Mode.QUEUE)
    people = {"a1": 1, "a2": 1, "a3": 1, "b1": 2, "c1": 3, "b2": 2}
    places = []
    for name, viewer in people.items():
        put_in(arbiter.line, suggestion(name, viewer))
        places.append(arbiter.prospect(suggestion(name, viewer)).before)
    assert places == [0, 1, 2, 1, 2, 4]
    turns = ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert [c.choice.suggestion.id for c in arbiter.standing().candidates] == turns
    assert sent_by(arbiter) == turns


def test_whoever_was_just_served_comes_back_behind_those_who_wait() -> None:
    """Robin is served, Sasha suggests, Robin suggests again: it is Sasha's turn."""
    arbiter = arbiter_of(Mode.QUEUE)
    put_in(arbiter.line, suggestion("r1", 1))
    arbiter.take_next(NOW)
    put_in(arbiter.line, suggestion("s1", 2))
    put_in(arbiter.line, suggestion("r2", 1))
    assert sent_by(arbiter) == ["s1", "r2"]


def test_new_words_lose_approval_and_the_votes_of_others() -> None:
    """Both were for the words before. Its place it keeps."""
    arbiter = arbiter_of(Mode.HOST)
    put_in(arbiter.line, suggestion("cat", 1))
    arbiter.line.vote(Viewer(2, "B"), "cat")
    arbiter.line.approve("cat")
    arbiter.line.revise("cat", "something else")
    assert list(arbiter.line.approved()) == []
    put_in(arbiter.line, suggestion("dog", 3))
    arbiter.line.revise("cat", "something else again")
    assert [waiting.id for waiting in arbiter.line] == ["cat", "dog"]
    assert [arbiter.line.votes_for(waiting) for waiting in arbiter.line] == [1, 1]


def test_the_same_words_keep_approval_and_votes() -> None:
    """An edit that changes nothing takes nothing away."""
    arbiter = arbiter_of(Mode.HOST)
    put_in(arbiter.line, suggestion("cat", 1, "a cat"))
    arbiter.line.vote(Viewer(2, "B"), "cat")
    arbiter.line.approve("cat")
    assert arbiter.line.revise("cat", "a cat")
    assert [waiting.id for waiting in arbiter.line.approved()] == ["cat"]
    assert [candidate.votes for candidate in arbiter.standing().candidates] == [2]


def test_the_majority_wins_and_of_equals_the_earliest() -> None:
    """A ballot closes after its window; its winner goes, the others stay with their votes."""
    arbiter = arbiter_of(Mode.VOTE)
    for name, viewer in [("cat", 1), ("dog", 2), ("owl", 3)]:
        put_in(arbiter.line, suggestion(name, viewer))
    arbiter.line.vote(Viewer(4, "D"), "owl")
    arbiter.line.vote(Viewer(5, "E"), "dog")
    assert arbiter.take_next(NOW) is None
    assert arbiter.standing().closes_at == NOW + WINDOW_S
    assert arbiter.take_next(NOW + WINDOW_S / 2) is None
    winner = arbiter.take_next(NOW + WINDOW_S)
    assert winner
    assert winner.suggestion.id == "dog"  # two for dog and owl each, and dog came first
    assert [(c.choice.suggestion.id, c.votes) for c in arbiter.standing().candidates] == [
        ("owl", 2),
        ("cat", 1),
    ]


@pytest.mark.parametrize("leave", ["panic", "withdrawal", "mute"])
def test_a_ballot_is_over_when_its_candidates_are_gone(leave: str) -> None:
    """Though nobody asked in the gap that was running: who comes behind it gets a whole ballot."""
    arbiter = arbiter_of(Mode.VOTE, gap_s=30)
    put_in(arbiter.line, suggestion("cat", 1))
    assert arbiter.take_next(NOW) is None
    assert arbiter.standing().closes_at == NOW + WINDOW_S
    match leave:
        case "panic":
            arbiter.line.clear()
        case "withdrawal":
            arbiter.line.remove("cat")
        case "mute":
            arbiter.line.remove_all_of(Viewer(1, "A"))
    arbiter.settled(NOW, NOW)
    later = NOW + 31
    put_in(arbiter.line, suggestion("dog", 2), later)
    assert arbiter.standing().closes_at is None
    assert arbiter.take_next(later) is None
    assert arbiter.standing().closes_at == later + WINDOW_S
    assert arbiter.take_next(later + WINDOW_S)


def test_a_viewer_has_one_vote() -> None:
    """Voting again moves the vote."""
    arbiter = arbiter_of(Mode.VOTE)
    put_in(arbiter.line, suggestion("cat", 1))
    put_in(arbiter.line, suggestion("dog", 2))
    arbiter.line.vote(Viewer(1, "A"), "dog")
    arbiter.line.vote(Viewer(1, "A"), "dog")
    assert [(c.choice.suggestion.id, c.votes) for c in arbiter.standing().candidates] == [
        ("dog", 2),
        ("cat", 0),
    ]
    assert not arbiter.line.vote(Viewer(1, "A"), "gone")


def test_the_votes_for_what_has_left_are_free_again() -> None:
    """Whoever was for what was sent, or withdrawn, is for their next suggestion, as if they had not voted."""
    arbiter = arbiter_of(Mode.VOTE)
    for name, viewer in [("cat", 1), ("dog", 2)]:
        put_in(arbiter.line, suggestion(name, viewer))
        arbiter.line.vote(Viewer(viewer + 10, "V"), name)
    arbiter.line.take([suggestion("cat", 1)])
    arbiter.line.remove("dog")
    for name, viewer in [("owl", 11), ("fox", 12)]:
        put_in(arbiter.line, suggestion(name, viewer))
    assert [candidate.votes for candidate in arbiter.standing().candidates] == [1, 1]


def test_what_is_like_two_others_goes_with_the_earlier_one() -> None:
    """Though these two are not alike: slips of the pen in different places."""
    prompts = ["the maginficent dragon", "the magnificnet dragon", "the magnificent dragon"]
    groups = merged([suggestion(str(number), number, text) for number, text in enumerate(prompts)])
    assert [[each.id for each in group] for group in groups] == [["0", "2"], ["1"]]


def test_new_words_are_compared_anew() -> None:
    """An edit makes two of one candidate, or one of two; so does a switch to the vote after it."""
    arbiter = arbiter_of(Mode.QUEUE)
    put_in(arbiter.line, suggestion("1", 1, "a cat jumps"))
    put_in(arbiter.line, suggestion("2", 2, "a dog barks"))
    arbiter.switch(Mode.VOTE)
    assert len(arbiter.standing().candidates) == 2
    arbiter.line.revise("2", "the cat jumps")
    assert len(arbiter.standing().candidates) == 1
    arbiter.line.revise("1", "an owl")
    assert len(arbiter.standing().candidates) == 2


def test_merged_suggestions_share_votes_and_leave_together() -> None:
    """Two people who want the same beat one who wants something else, though later."""
    arbiter = arbiter_of(Mode.VOTE)
    put_in(arbiter.line, suggestion("dog", 1, "a dog barks"))
    put_in(arbiter.line, suggestion("cat1", 2, "a cat jumps"))
    put_in(arbiter.line, suggestion("cat2", 3, "the cat jumps"))
    arbiter.take_next(NOW)
    winner = arbiter.take_next(NOW + WINDOW_S)
    assert winner
    assert [winner.suggestion.id, *(merged.id for merged in winner.merged)] == ["cat1", "cat2"]
    assert len(arbiter.line) == 1


def test_a_draw_follows_its_votes_and_its_seed() -> None:
    """The same seed draws the same; over many draws, three votes win about three times as often as one."""
    wins: Counter[str] = Counter()
    for seed in range(600):
        arbiter = arbiter_of(Mode.DRAW, seed=seed)
        put_in(arbiter.line, suggestion("cat", 1))
        put_in(arbiter.line, suggestion("dog", 2))
        arbiter.line.vote(Viewer(3, "C"), "dog")
        arbiter.line.vote(Viewer(4, "D"), "dog")
        again = random.Random(seed).choices(["cat", "dog"], [1, 3])[0]
        choice = arbiter.take_next(NOW)
        assert choice
        assert choice.suggestion.id == again
        wins[again] += 1
    assert 390 < wins["dog"] < 510


def test_a_host_sends_what_was_approved_in_that_order() -> None:
    """Nothing passes by itself."""
    arbiter = arbiter_of(Mode.HOST)
    for name in ("cat", "dog", "owl"):
        put_in(arbiter.line, suggestion(name, 1))
    assert arbiter.take_next(NOW) is None
    assert arbiter.line.approve("owl")
    assert arbiter.line.approve("cat")
    assert not arbiter.line.approve("gone")
    assert [c.choice.suggestion.id for c in arbiter.standing().candidates] == ["owl", "cat"]
    sent = [choice.suggestion.id for _ in range(3) if (choice := arbiter.take_next(NOW))]
    assert sent == ["owl", "cat"]
    assert "dog" in arbiter.line


def test_the_pace_keeps_a_gap_that_grows_with_slow_acknowledgements() -> None:
    """The next one waits three seconds, and longer for a world that is slow."""
    pace = Pace(timedelta(seconds=3))
    assert pace.not_before(NOW) is None
    pace.settled(NOW - 0.05, NOW)
    assert pace.not_before(NOW) == NOW + 3
    for _ in range(30):
        pace.settled(NOW - 4, NOW)
    assert 7.9 < pace.effective_gap_s < 8.1


def test_stale_suggestions_leave_the_line() -> None:
    """What waited for its lifetime is taken out, and the time of the next one is known."""
    arbiter = Arbiter(arbitration_settings(limits=line_limits(lifetime=timedelta(seconds=60))))
    put_in(arbiter.line, suggestion("old", 1))
    put_in(arbiter.line, suggestion("new", 2), NOW + 30)
    assert arbiter.next_due(NOW) == NOW + 60
    assert [s.id for s in arbiter.remove_stale(NOW + 60)] == ["old"]
    assert [s.id for s in arbiter.line] == ["new"]
